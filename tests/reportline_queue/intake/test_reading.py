"""JSON of another shape is refused as a whole, always with a ValueError."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportline_queue.intake.answers import ClaimShown, ItemsFound, Problem
from reportline_queue.intake.reading import Written, read


@dataclass(frozen=True)
class _Inner:
    name: str


@dataclass(frozen=True)
class _Outer:
    number: int
    sure: bool
    at: datetime
    code: Annotated[str, Written("[0-9a-f]{2}")]
    word: Literal["a", "b"] | None
    inner: tuple[_Inner, ...]
    path: tuple[str | int, ...] = ()
    note: str | None = None


WHOLE: dict[str, Any] = {
    "number": 1,
    "sure": False,
    "at": "2026-03-01T12:00:00Z",
    "code": "0f",
    "word": None,
    "inner": [{"name": "x", "later": 1}],
}


def _read(**changes: Any) -> _Outer:
    return read(_Outer, json.dumps(WHOLE | changes).encode())


def test_what_is_whole_is_read_and_unknown_names_are_passed_over() -> None:
    assert _read(later=[1], path=["body", 0], word="a") == _Outer(
        1, False, datetime(2026, 3, 1, 12, tzinfo=UTC), "0f", "a", (_Inner("x"),), ("body", 0)
    )


@pytest.mark.parametrize(
    "change",
    [
        {"number": "1"},
        {"number": True},
        {"number": 1.5},
        {"sure": 0},
        {"at": "yesterday"},
        {"at": 5},
        {"code": "0f\n"},
        {"code": "0F"},
        {"code": "0f0"},
        {"word": "c"},
        {"word": []},
        {"inner": {"name": "x"}},
        {"inner": [{"nam": "x"}]},
        {"inner": None},
        {"path": [None]},
        {"note": 1},
        {"note": "\ud800"},
    ],
    ids=str,
)
def test_what_is_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - every kind of ValueError is one sentence to the analyst
        _read(**change)


@pytest.mark.parametrize("name", ["number", "sure", "at", "code", "word", "inner"])
def test_a_missing_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="missing"):
        read(_Outer, json.dumps({kept: WHOLE[kept] for kept in WHOLE if kept != name}).encode())


@pytest.mark.parametrize(
    "text", [b"", b"<html>", b"[]", b"null", b'"x"', b"\xff", b"[" * 100_000, b"1" * 5000, b'{"a":' * 50_000]
)
@pytest.mark.parametrize("shape", [ClaimShown, ItemsFound, Problem])
def test_what_is_no_answer_is_refused(shape: type, text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - every kind of ValueError is one sentence to the analyst
        read(shape, text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["items", "more", "item_id", "kind", "reports"]), inner, max_size=5
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(value: Any) -> None:
    try:
        read(ItemsFound, json.dumps(value).encode())
    except ValueError:
        return
    assert value["items"] == []
