"""Who gets nothing though something waits is told when they get what they released."""

from datetime import timedelta
from typing import Any

from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.released import given_again
from tests.intake_api.running_api import RunningApi, a_report


async def _asked(api: RunningApi, **wanted: str) -> dict[str, Any]:
    given: dict[str, Any] = (await api.analyst.post("/v1/queue/claims", json=wanted)).json()
    return given


async def _release(api: RunningApi, claim: dict[str, Any]) -> None:
    await api.analyst.delete(f"/v1/queue/claims/{claim['claim_id']}")


async def test_what_an_analyst_released_is_named_with_when_they_get_it_again(api: RunningApi) -> None:
    """The first of it, though others were released later; nothing is held back from a colleague."""
    await api.take_in(a_report("https://example.com/1"), a_report("https://example.com/2"))
    first, second = await api.claim(2)
    await _release(api, first)
    api.clock.move(minutes=10)
    await _release(api, second)
    asked = await _asked(api)
    assert (asked["claims"], asked["again_from"]) == ([], "2026-03-01T13:34:56Z")
    api.clock.move(minutes=50)
    asked = await _asked(api)
    assert [claim["item_id"] for claim in asked["claims"]] == [first["item_id"]]
    assert asked["again_from"] is None
    assert (await _asked(api))["again_from"] == "2026-03-01T13:44:56Z"
    colleague = await api.another_analyst()
    given = (await colleague.post("/v1/queue/claims", json={})).json()
    assert [claim["item_id"] for claim in given["claims"]] == [second["item_id"]]
    assert (await _asked(api))["again_from"] is None


async def test_only_what_was_asked_for_is_named(api: RunningApi) -> None:
    await api.take_in(a_report("https://example.com/1"))
    [claim] = await api.claim()
    await _release(api, claim)
    language, kind = claim["languages"][0], claim["kind"]
    for wanted in ({"language": language}, {"kind": kind}, {"language": language, "kind": kind}):
        assert (await _asked(api, **wanted))["again_from"] is not None
    for wanted in ({"language": "xx"}, {"kind": "onion"}, {"language": language, "kind": "onion"}):
        assert (await _asked(api, **wanted))["again_from"] is None


async def test_what_a_colleague_released_is_not_named(api: RunningApi) -> None:
    """It is given at once, unless somebody else is taking it just then."""
    await api.take_in(a_report("https://example.com/1"))
    [claim] = await api.claim()
    await _release(api, claim)
    async with api.intake.database.reading() as session:
        request = AnalystRequest(session, api.intake.vault, api.intake.audit, "0" * 12, api.clock())
        assert await given_again(request, timedelta(hours=1), None, None) is None


async def test_an_empty_queue_holds_nothing_back(api: RunningApi) -> None:
    assert (await _asked(api))["again_from"] is None
