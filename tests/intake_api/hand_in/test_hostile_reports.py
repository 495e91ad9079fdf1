"""Nothing in a sealed report makes the intake answer 500: it is taken, or refused as no report."""

import json
from typing import Any

import pytest

from tests.intake_api.api_users import assert_problem
from tests.intake_api.hand_in.sealed_json import hand_in_json, report_json
from tests.intake_api.running_api import RunningApi

LARGE = (2**15, 2**31, 2**31 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64, 10**400, -1, 0, -(2**63), 1e300, 1.5)
ODD: tuple[Any, ...] = (None, True, "", "1", [], {}, float("nan"), float("inf"), "\x00", "\ud800", "x" * 5000)
TEXTS = ("portal", "channel", "language", "receipt", "note", "position", "page_password", "referer")
CHOICES = ("depiction", "reached", "access", "seen", "live", "circumstances")
HOURS = (
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:00:00-23:59",
    "+10000-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-03-01T12:00:00+99:00",
    "2026-03-01T24:00:00Z",
    "-62135596800",
    "253402300799",
    "99999999999999999999",
)
NESTED = "[" * 20000 + "]" * 20000


def _hostile() -> list[tuple[str, Any]]:
    numbers = [(field, value) for field in ("advice_version", "revision", "hour") for value in LARGE]
    odd = [(field, value) for field in (*TEXTS, *CHOICES, "hour", "advice_version", "draft") for value in ODD]
    given = [("addresses", [{"given": value}]) for value in (*ODD, *LARGE, "\x00" * 2048, "\ud800" * 3)]
    return [*numbers, *odd, *given, *(("hour", hour) for hour in HOURS)]


async def test_no_value_of_any_field_is_a_fault_of_ours(api: RunningApi) -> None:
    """On either database: what is taken is merged too."""
    for field, value in _hostile():
        answer = await hand_in_json(api, report_json(**{field: value}))
        assert answer.status_code in {202, 422}, (field, value, answer.text)
    await api.merged()


@pytest.mark.parametrize("version", [32768, 2**31, 2**63 - 1, 2**63])
async def test_a_number_that_a_column_cannot_hold_is_no_report(api: RunningApi, version: int) -> None:
    assert (await hand_in_json(api, report_json(advice_version=32767))).status_code == 202
    assert_problem(await hand_in_json(api, report_json(advice_version=version)), 422, "seal-not-opened")


@pytest.mark.parametrize(
    "change", [('"revision": 1', '"revision": 1e400'), ('"es"', '"\\ud800"'), ('"es"', NESTED), ("{", "")]
)
async def test_what_is_no_json_of_a_report_is_refused(api: RunningApi, change: tuple[str, str]) -> None:
    report = report_json()
    written = json.dumps(report)
    assert change[0] in written
    answer = await hand_in_json(api, report, written.replace(*change, 1))
    assert_problem(answer, 422, "seal-not-opened")
