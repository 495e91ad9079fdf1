"""One test for many cases: it checks them all, and its failure names every case that fails."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, iscoroutinefunction, signature
from itertools import product
from traceback import format_exception_only
from typing import Any

import pytest

_REQUEST = Parameter("request", Parameter.KEYWORD_ONLY)


def for_every(**values: Collection[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make one test of a check that is made for every combination of the named values.

    What else the check asks for are fixtures or parameters, as in any test; all cases get the same ones.
    """

    def decorated(check: Callable[..., Any]) -> Callable[..., Any]:
        test = _awaiting(check, values) if iscoroutinefunction(check) else _calling(check, values)
        asked = signature(check)
        fixtures = [parameter for name, parameter in asked.parameters.items() if name not in values]
        # This is what pytest reads to see which fixtures a test asks for.
        test.__signature__ = asked.replace(parameters=[*fixtures, _REQUEST])  # type: ignore[attr-defined]
        return test

    return decorated


def _calling(check: Callable[..., Any], values: dict[str, Collection[Any]]) -> Callable[..., Any]:
    @wraps(check)
    def test(*, request: pytest.FixtureRequest, **fixtures: Any) -> None:
        __tracebackhide__ = True
        cases, faults = _asked_for(request, values), _Faults()
        for name, case in cases.items():
            with faults.of(name):
                check(**case, **fixtures)
        faults.tell(len(cases))

    return test


def _awaiting(check: Callable[..., Any], values: dict[str, Collection[Any]]) -> Callable[..., Any]:
    @wraps(check)
    async def test(*, request: pytest.FixtureRequest, **fixtures: Any) -> None:
        __tracebackhide__ = True
        cases, faults = _asked_for(request, values), _Faults()
        for name, case in cases.items():
            with faults.of(name):
                await check(**case, **fixtures)
        faults.tell(len(cases))

    return test


def _asked_for(
    request: pytest.FixtureRequest, values: dict[str, Collection[Any]]
) -> dict[str, dict[str, Any]]:
    """Name the cases, and give those that the option asks for."""
    __tracebackhide__ = True
    cases = [dict(zip(values, each, strict=True)) for each in product(*values.values())]
    named = {_name(case): case for case in cases}
    assert len(named) == len(cases) > 0, "there are no cases, or two have the same name"
    asked_for = {name: case for name, case in named.items() if request.config.getoption("--case") in name}
    if not asked_for:
        pytest.skip("no case has what --case asks for in its name")
    return asked_for


def _name(case: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in case.items())


class _Faults:
    """What the checks of the cases raised."""

    def __init__(self) -> None:
        self._raised: dict[str, Exception] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Keep what the check of a case raises."""
        try:
            yield
        except Exception as fault:  # noqa: BLE001 - whatever a case raises is its fault; the others are checked too
            self._raised[name] = fault
        except BaseException as stopped:
            # Such as a time-out, after which nothing more may run.
            stopped.add_note(name)
            raise

    def tell(self, count: int) -> None:
        """Fail with all faults, if there are any."""
        __tracebackhide__ = True
        if self._raised:
            told = "".join(
                f"{name}: {''.join(format_exception_only(fault))}" for name, fault in self._raised.items()
            )
            first = next(iter(self._raised.values()))
            raise AssertionError(f"{len(self._raised)} of {count} cases fail:\n{told}") from first
