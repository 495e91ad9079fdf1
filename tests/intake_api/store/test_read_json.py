"""JSON that somebody nested deep is refused, and fails nobody who reads it."""

import pytest

from intake_api.store.read_json import TooDeep, read_column, read_json


@pytest.mark.parametrize("levels", [30, 900, 200_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_what_is_nested_deep_is_told_apart(levels: int, opening: str, closing: str) -> None:
    text = f"{opening * levels}1{closing * levels}"
    with pytest.raises(TooDeep):
        read_json(text)
    assert read_column(text) is None


def test_what_is_no_json_is_refused() -> None:
    for read in (read_json, read_column):
        with pytest.raises(ValueError, match="Expecting"):
            read("{")


def test_what_is_written_here_is_read() -> None:
    assert read_json('{"flags": ["a", {"b": null}]}') == {"flags": ["a", {"b": None}]}
