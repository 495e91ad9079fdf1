"""JSON that nobody writes here is refused, and fails nobody who reads it."""

import pytest

from intake_api.store.read_json import NotWrittenHere, read_column, read_json


def _assert_refused(text: str) -> None:
    with pytest.raises(NotWrittenHere):
        read_json(text)
    assert read_column(text) is None


@pytest.mark.parametrize("levels", [30, 900, 200_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_what_is_nested_deep_is_told_apart(levels: int, opening: str, closing: str) -> None:
    _assert_refused(f"{opening * levels}1{closing * levels}")


@pytest.mark.parametrize("text", [r'"\ud800"', r'{"a": ["\udc00\ud83d"]}', r'[{"\udfff": 1}]'])
def test_half_a_character_is_told_apart(text: str) -> None:
    _assert_refused(text)


def test_a_number_of_more_digits_than_python_reads_is_told_apart() -> None:
    _assert_refused(f'{{"a": {"9" * 5000}}}')


def test_what_is_no_json_is_refused() -> None:
    for read in (read_json, read_column):
        with pytest.raises(ValueError, match="Expecting"):
            read("{")


def test_what_is_written_here_is_read() -> None:
    assert read_json('{"flags": ["a", {"b": null}]}') == {"flags": ["a", {"b": None}]}
    assert read_json(r'["\ud83d\ude00"]') == ["\U0001f600"]
