"""One test for many cases: it checks them all, and its failure names every case that fails."""

from collections.abc import Callable, Collection
from functools import wraps
from inspect import Parameter, signature
from itertools import product
from traceback import format_exception_only
from typing import Any

import pytest

_REQUEST = Parameter("request", Parameter.KEYWORD_ONLY)


def for_every(**values: Collection[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make one test of a check that is made for every combination of the named values.

    What else the check asks for are fixtures or parameters, as in any test.
    """

    def decorated(check: Callable[..., None]) -> Callable[..., None]:
        @wraps(check)
        def test(*, request: pytest.FixtureRequest, **fixtures: Any) -> None:
            __tracebackhide__ = True
            cases = [dict(zip(values, each, strict=True)) for each in product(*values.values())]
            named = {_name(case): case for case in cases}
            assert len(named) == len(cases) > 0, "there are no cases, or two have the same name"
            _check_all(
                {name: case for name, case in named.items() if request.config.getoption("--case") in name},
                lambda case: check(**case, **fixtures),
            )

        asked = signature(check)
        fixtures = [parameter for name, parameter in asked.parameters.items() if name not in values]
        # This is what pytest reads to see which fixtures a test asks for.
        test.__signature__ = asked.replace(parameters=[*fixtures, _REQUEST])  # type: ignore[attr-defined]
        return test

    return decorated


def _name(case: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in case.items())


def _check_all(cases: dict[str, dict[str, Any]], check: Callable[[dict[str, Any]], None]) -> None:
    __tracebackhide__ = True
    if not cases:
        pytest.skip("no case has what --case asks for in its name")
    faults: dict[str, Exception] = {}
    for name, case in cases.items():
        try:
            check(case)
        except Exception as fault:  # noqa: BLE001 - whatever a case raises is its fault; the others are checked too
            faults[name] = fault
        except BaseException as stopped:
            # Such as a time-out, after which nothing more may run.
            stopped.add_note(name)
            raise
    if faults:
        told = "".join(f"{name}: {''.join(format_exception_only(fault))}" for name, fault in faults.items())
        first = next(iter(faults.values()))
        raise AssertionError(f"{len(faults)} of {len(cases)} cases fail:\n{told}") from first
