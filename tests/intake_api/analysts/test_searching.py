"""A search for an address, in any spelling, or a host finds its items, and is audited."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from conversations.address import host
from intake_api.settings import IntakeSettings
from intake_api.store.models import AuditEntry
from tests.intake_api.api_users import ApiUser, assert_problem, new_user
from tests.intake_api.running_api import NOON, RunningApi, a_report, opened, withdrawn

ADDRESS = "https://example.com/Page?a=1#x"


@pytest.fixture
async def analyst(api: RunningApi) -> ApiUser:
    """Let an analyst come in."""
    return await new_user(api)


async def _found(analyst: ApiUser, **wanted: str) -> list[dict[str, Any]]:
    answer = await analyst.client.post("/v1/search", json=wanted)
    assert answer.status_code == 200, answer.text
    assert not answer.json()["more"]
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def _audited(api: RunningApi, who: str) -> list[tuple[str, str]]:
    entries = select(AuditEntry).where(AuditEntry.who == who).order_by(AuditEntry.sequence)
    async with api.intake.database.reading() as session:
        return [(entry.what, entry.subject) for entry in await session.scalars(entries)]


SPELLINGS = (
    (ADDRESS, ADDRESS),
    (ADDRESS, "HTTP://EXAMPLE.COM:80/./Page?a=1#x"),
    (ADDRESS, "https://example.com./Page?a=1&fbclid=abc#x"),
    (ADDRESS, "https:\\\\example.com\\Page?a=1#x"),
    ("https://bücher.example/ä", "https://xn--bcher-kva.example/%c3%a4"),
    ("http://sub.example.onion/", "http://SUB.example.onion"),
    ("https://t.me/s/Some_Name", "https://some_name.t.me/"),
    ("tg://resolve?domain=other_name", "https://telegram.me/Other_Name"),
    ("magnet:?xt=urn:btih:" + "A" * 40 + "&dn=x", "magnet:?xt=urn:btih:" + "a" * 40),
    ("the page with the blue banner", "the page with the blue banner"),
)
OTHERS = (
    "https://www.example.com/Page?a=1#x",
    "https://example.com/page?a=1#x",
    "https://example.com/Page?a=1",
    "https://example.com/",
    "example",
    " ",
    "\u0000",
    "%",
    "http://[",
    "é" * 2048,
)
HOSTS = (
    ("https://example.com/1", "example.com"),
    ("https://example.com/1", "EXAMPLE.com."),
    ("https://example.com:8443/1", "example.com"),
    ("https://bücher.example/", "BÜCHER.example"),
    ("https://bücher.example/", "xn--bcher-kva.example"),
    ("http://192.0.2.1/1", "192.0.2.1"),
    ("http://[2001:db8::1]/1", "[2001:DB8:0::1]"),
    ("http://name.example.onion/1", "name.example.onion"),
    ("https://t.me/some_name", "t.me"),
    ("https://multi.example/1", "multi[.]example"),
    ("https://multi.example/1", "\u2068multi[.]example\u2069"),
    ("https://multi.example/1", "hxxps://multi[.]example/1"),
    ("https://many.example/1", " many.example \n"),
    ("https://many.example/1", "https://many.example/"),
    ("https://many.example/1", "many.example/2?a=b@c"),
    ("http://[2001:db8::1]/1", "2001:db8::1"),
    ("http://[2001:db8::1]/1", "[2001:db8::1]:8443"),
)
OTHER_HOSTS = ("example.org", "com", "sub.example.com", "2001:db8::2", "localhost")
NO_HOSTS = (
    " ",
    "/",
    "//example.com",
    "?example.com",
    ":80",
    "a" * 253,
    "\u0000",
    "@",
    "somebody@example.com",
    "the blue site",
    "2001:db8:::1",
    "magnet:?xt=urn:btih:" + "A" * 40,
    "ipfs://abc",
    "x" * 2048,
)


async def _take_in_each(api: RunningApi, pairs: tuple[tuple[str, str], ...]) -> None:
    await api.take_in(*(a_report(given) for given in dict(pairs)))


async def test_any_spelling_finds_the_item(api: RunningApi, analyst: ApiUser) -> None:
    await _take_in_each(api, SPELLINGS)
    for given, typed in SPELLINGS:
        [item] = await _found(analyst, address=typed)
        assert (await analyst.item(item["item_id"]))["address_given"] == given


async def test_another_address_finds_nothing(api: RunningApi, analyst: ApiUser) -> None:
    await api.take_in(a_report(ADDRESS))
    assert [await _found(analyst, address=typed) for typed in OTHERS] == [[]] * len(OTHERS)
    assert await _audited(api, analyst.key_id) == [("searched", analyst.key_id)] * len(OTHERS)


async def test_a_host_finds_its_items(api: RunningApi, analyst: ApiUser) -> None:
    await _take_in_each(api, HOSTS)
    for given, typed in HOSTS:
        found = [await analyst.item(item["item_id"]) for item in await _found(analyst, host=typed)]
        assert given in {item["address_given"] for item in found}
        assert {host(item["address_given"]) for item in found} == {host(given)}


async def test_another_host_finds_nothing(api: RunningApi, analyst: ApiUser) -> None:
    await api.take_in(a_report("https://example.com/1"), a_report("no address at all"))
    assert [await _found(analyst, host=typed) for typed in OTHER_HOSTS] == [[]] * len(OTHER_HOSTS)


async def test_what_is_no_host_is_refused_with_what_to_do(api: RunningApi, analyst: ApiUser) -> None:
    """An answer of nothing would say that nobody has reported it."""
    await api.take_in(a_report("https://example.com/1"), a_report("no address at all"))
    for typed in NO_HOSTS:
        answer = await analyst.client.post("/v1/search", json={"host": typed})
        assert_problem(answer, 422, "no-host")
        assert answer.json()["detail"].startswith("Give a name such as multi.example, an IP address,")
    assert await _audited(api, analyst.key_id) == []


async def test_what_is_found_tells_where_it_is_and_not_its_address(api: RunningApi, analyst: ApiUser) -> None:
    await api.take_in(
        a_report("https://example.com/waiting", "https://example.com/assessed"),
        a_report("https://example.com/assessed", portal="international", language="en"),
    )
    for claim in await analyst.claim(20):
        if claim["reports"] == 2:
            await analyst.assess(claim["claim_id"])
    found = {item["state"]: item for item in await _found(analyst, host="example.com")}
    assert {state: item["outcome"] for state, item in found.items()} == {
        "claimed": None,
        "assessed": "ignore",
    }
    assert found["assessed"]["portals"] == ["ar", "international"]
    assert not any("address" in name for item in found.values() for name in item)


async def test_what_was_withdrawn_is_not_found(api: RunningApi, analyst: ApiUser) -> None:
    report = a_report(ADDRESS)
    await api.take_in(report, withdrawn(report))
    assert await _found(analyst, address=ADDRESS) == []


async def test_an_item_whose_claim_has_run_out_waits(api: RunningApi, analyst: ApiUser) -> None:
    await api.take_in(a_report(ADDRESS))
    await analyst.claim()
    for hours, state in ((0, "claimed"), (2, "waiting")):
        api.clock.move(hours=hours)
        [item] = await _found(analyst, address=ADDRESS)
        assert item["state"] == state
        assert (await analyst.item(item["item_id"]))["state"] == state


async def test_no_more_than_fifty_are_shown_and_it_is_said_that_there_are_more(
    api: RunningApi, analyst: ApiUser
) -> None:
    """The latest reported come first; what was not shown is not audited as found."""
    earlier = NOON - timedelta(hours=3)
    for number in range(2):
        pages = [f"https://example.com/{number}/{page}" for page in range(20)]
        await api.take_in(a_report(*pages, hour=earlier))
    await api.take_in(a_report(*(f"https://example.com/2/{page}" for page in range(10)), hour=earlier))
    assert len(await _found(analyst, host="example.com")) == 50
    await api.take_in(a_report("https://example.com/latest"))
    answer = (await analyst.client.post("/v1/search", json={"host": "example.com"})).json()
    assert (len(answer["items"]), answer["more"]) == (50, True)
    rest = await analyst.client.post("/v1/search", json={"host": "example.com", "after": answer["next"]})
    assert (len(rest.json()["items"]), rest.json()["more"], rest.json()["next"]) == (1, False, None)
    first = answer["items"][0]["item_id"]
    assert (await analyst.item(first))["address_given"] == "https://example.com/latest"
    assert len(await _audited(api, analyst.key_id)) == (1 + 50) + (1 + 50) + (1 + 1) + 1


async def test_all_items_of_a_host_are_reached_page_by_page(api: RunningApi, analyst: ApiUser) -> None:
    for number in range(6):
        hour = NOON + timedelta(hours=number % 2)
        await api.take_in(
            a_report(*(f"https://example.com/{number}/{page}" for page in range(20)), hour=hour)
        )
    seen: list[str] = []
    wanted = {"host": "example.com"}
    for more in (True, True, False):
        answer = (await analyst.client.post("/v1/search", json=wanted)).json()
        assert (answer["more"], answer["next"] is not None) == (more, more)
        seen += [item["item_id"] for item in answer["items"]]
        wanted |= {"after": answer["next"]}
    assert (len(seen), len(set(seen))) == (120, 120)


async def test_a_cursor_is_one_that_was_given(analyst: ApiUser) -> None:
    for after in ("", "1", f"{'9' * 8}-{'0' * 32}", f"1-{'0' * 31}"):
        answer = await analyst.client.post("/v1/search", json={"host": "example.com", "after": after})
        assert_problem(answer, 422, "out-of-shape")


async def test_a_search_takes_the_chain_of_the_audit_log_last(
    postgresql_settings: IntakeSettings,
) -> None:
    """Everybody else waits for the chain, so a search has read by then all that it shows."""
    async with opened(postgresql_settings) as api:
        analyst = await new_user(api)
        await api.take_in(a_report("https://example.com/1"))
        seen: list[str] = []
        engine = api.intake.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
        await _found(analyst, host="example.com")
    [locked] = [place for place, statement in enumerate(seen) if "pg_advisory_xact_lock" in statement][:1]
    assert not [statement for statement in seen[locked:] if "FROM items" in statement]
    assert [statement for statement in seen[:locked] if "FROM assessments" in statement]


async def test_a_search_is_audited_and_each_item_that_it_found(api: RunningApi, analyst: ApiUser) -> None:
    await api.take_in(a_report("https://example.com/1", "https://example.com/2"))
    found = await _found(analyst, host="example.com")
    searched = ("searched", analyst.key_id)
    assert await _audited(api, analyst.key_id) == [
        searched,
        *(("found", item["item_id"]) for item in found),
    ]


async def test_one_thing_is_searched_for_at_a_time(analyst: ApiUser) -> None:
    for wanted in (
        {},
        {"address": ADDRESS, "host": "example.com"},
        {"address": ""},
        {"host": ""},
        {"host": "a" * 2049},
    ):
        answer = await analyst.client.post("/v1/search", json=wanted)
        assert answer.status_code == 422
        assert ADDRESS not in answer.text
