"""A test of many cases names every case that fails, as separate tests would."""

import asyncio
from typing import Any

import pytest

from tests.cases import for_every


def _told(request: pytest.FixtureRequest, test: Any, **fixtures: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        test(request=request, **fixtures)
    return str(caught.value)


def test_every_case_that_fails_is_named(request: pytest.FixtureRequest) -> None:
    @for_every(language=["en", "ar", "ur"], step=["first", "end"])
    def test(language: str, step: str) -> None:
        assert language == "en" or step == "first", "too long"
        if language == "ar":
            raise KeyError(step)

    lines = _told(request, test).splitlines()
    assert lines[0] == "3 of 6 cases fail:"
    assert lines[1] == "language='ar', step='first': KeyError: 'first'"
    assert [line for line in lines if "too long" in line] == [
        f"language='{language}', step='end': AssertionError: too long" for language in ("ar", "ur")
    ]


async def test_checks_that_wait_are_awaited_and_named_too(request: pytest.FixtureRequest) -> None:
    @for_every(number=[1, 2, 3])
    async def test(number: int, most: int) -> None:
        await asyncio.sleep(0)
        assert number < most, "too many"

    with pytest.raises(AssertionError) as caught:
        await test(request=request, most=2)
    lines = str(caught.value).splitlines()
    assert lines[0] == "2 of 3 cases fail:"
    assert [line for line in lines if "too many" in line] == [
        f"number={number}: AssertionError: too many" for number in (2, 3)
    ]


def test_what_ends_the_test_names_the_case_that_it_was_in(request: pytest.FixtureRequest) -> None:
    """An expected exception that does not come, and a time-out, end the test where they happen."""

    @for_every(number=[1, 0, 2])
    def test(number: int) -> None:
        with pytest.raises(ZeroDivisionError):
            assert 1 / number

    with pytest.raises(pytest.fail.Exception) as caught:
        test(request=request)
    assert caught.value.__notes__ == ["number=1"]


def test_no_case_and_one_case_twice_are_faults(request: pytest.FixtureRequest) -> None:
    for languages in ([], ["en", "en"]):

        @for_every(language=languages)
        def test(language: str) -> None:
            assert language

        assert "there are no cases, or two have the same name" in _told(request, test)


@pytest.mark.parametrize("word", ["a", "b"])
@for_every(number=[1, 2])
def test_fixtures_and_parameters_are_given_to_every_case(number: int, word: str, tmp_path: Any) -> None:
    (tmp_path / f"{word}{number}").touch()
    assert len(list(tmp_path.iterdir())) == number
