"""Exposure is bounded: minutes a day by the hotline's own midnight, and breaks, unless a lead lifts it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from intake_api.known_keys.access_keys import revoke_key
from intake_api.roles import Role
from intake_api.settings import IntakeSettings
from intake_api.store.models import AuditEntry, Exposure, Item, Lift
from tests.intake_api.api_users import CLAIMS, ApiUser, assert_problem, new_user
from tests.intake_api.running_api import RunningApi, a_report, opened

LEASE = 60
ALL_DAY = 1440


@asynccontextmanager
async def _guarded(
    settings: IntakeSettings, day: int = ALL_DAY, at_once: int = ALL_DAY, rest: int = 10, zone: str = "UTC"
) -> AsyncIterator[RunningApi]:
    """Run an intake with limits of so many minutes, in which ten items wait."""
    limits = {"exposure_minutes_a_day": day, "exposure_minutes_at_once": at_once}
    limits |= {"exposure_break_minutes": rest, "intake_lease_minutes": LEASE}
    async with opened(settings.model_copy(update=limits | {"time_zone": zone})) as api:
        await api.take_in(a_report(*(f"https://example.com/{page}" for page in range(10))))
        yield api


async def _refusal(analyst: ApiUser) -> str | None:
    """Ask for something new; gives the reason of the refusal, or None, and puts back what was given."""
    answer = await analyst.client.post(CLAIMS, json={})
    if answer.status_code == 409:
        reason: str = answer.json()["type"].rpartition(":")[2]
        return reason
    [claim] = answer.json()["claims"]
    assert (await analyst.client.delete(f"{CLAIMS}/{claim['claim_id']}")).status_code == 204
    return None


async def _hold(api: RunningApi, analyst: ApiUser, minutes: int) -> None:
    """Hold an item for so long, and decide."""
    [claim] = await analyst.claim()
    api.clock.move(minutes=minutes)
    assert (await analyst.assess(claim["claim_id"])).status_code == 201


async def test_a_day_ends_after_its_minutes_and_the_next_is_new(settings: IntakeSettings) -> None:
    async with _guarded(settings, day=90) as api:
        analyst = await new_user(api)
        await _hold(api, analyst, 50)
        api.clock.move(hours=2)
        await _hold(api, analyst, 39)
        assert await _refusal(analyst) is None
        await _hold(api, analyst, 1)
        assert await _refusal(analyst) == "day-full"
        api.clock.moment = datetime(2026, 3, 2, tzinfo=UTC) - timedelta(microseconds=1)
        assert await _refusal(analyst) == "day-full"
        api.clock.move(microseconds=1)
        assert await _refusal(analyst) is None


async def test_what_is_held_may_still_be_decided_and_nothing_is_opened(
    sqlite_settings: IntakeSettings,
) -> None:
    async with _guarded(sqlite_settings, day=30) as api:
        analyst = await new_user(api)
        first, second, third = await analyst.claim(3)
        api.clock.move(minutes=30)
        path = f"{CLAIMS}/{first['claim_id']}"
        for answer in (
            await analyst.client.post(CLAIMS, json={}),
            await analyst.client.get(path),
            await analyst.client.put(f"{path}/lease"),
            await analyst.client.get(f"/v1/items/{first['item_id']}"),
        ):
            assert_problem(answer, 409, "day-full")
        assert (await analyst.assess(first["claim_id"])).status_code == 201
        assert (await analyst.client.delete(f"{CLAIMS}/{second['claim_id']}")).status_code == 204
        api.clock.move(hours=1)
        assert (await analyst.assess(third["claim_id"])).status_code == 201


async def _exposure(analyst: ApiUser) -> dict[str, object]:
    shown: dict[str, object] = (await analyst.client.get(CLAIMS)).json()["exposure"]
    return shown


async def _detail(analyst: ApiUser) -> str:
    """Ask for something new, and give what the refusal says."""
    detail: str = (await analyst.client.post(CLAIMS, json={})).json()["detail"]
    return detail


async def test_an_analyst_is_shown_what_is_left_and_which_limit_comes_first(settings: IntakeSettings) -> None:
    async with _guarded(settings, day=90, at_once=60, rest=10, zone="Asia/Kathmandu") as api:
        analyst = await new_user(api)
        [claim] = await analyst.claim()
        api.clock.move(minutes=47, seconds=30)
        shown = (await analyst.client.get(f"{CLAIMS}/{claim['claim_id']}")).json()["exposure"]
        assert (
            shown
            == await _exposure(analyst)
            == {
                "minutes_today": 47,
                "minutes_left": 12,
                "limit": "break",
                "closed": False,
                "opens_at": None,
                "break_minutes": 10,
                "lifted_until": None,
                "time_zone": "Asia/Kathmandu",
            }
        )
        await analyst.assess(claim["claim_id"])
        api.clock.move(minutes=10)
        given = (await analyst.client.post(CLAIMS, json={})).json()["exposure"]
        assert (given["minutes_left"], given["limit"]) == (42, "day")


async def test_a_break_says_when_it_is_over_and_begins_when_nothing_is_held(settings: IntakeSettings) -> None:
    async with _guarded(settings, at_once=60, rest=10, zone="Asia/Kathmandu") as api:
        analyst = await new_user(api)
        first, second = await analyst.claim(2)
        api.clock.move(minutes=59, seconds=59)
        await analyst.assess(first["claim_id"])
        assert (await _exposure(analyst))["closed"] is False
        await analyst.client.put(f"{CLAIMS}/{second['claim_id']}/lease")
        api.clock.move(seconds=1)
        assert await _detail(analyst) == (
            "Decide what you have seen, and release the rest: then your break of 10 minutes begins. "
            "A lead can lift this."
        )
        assert await _exposure(analyst) | {"closed": True, "opens_at": None} == await _exposure(analyst)
        await analyst.client.delete(f"{CLAIMS}/{second['claim_id']}")
        # It is 13:34:56 in UTC, and a quarter to six hours later there.
        assert await _detail(analyst) == "Rest until 19:30 (Asia/Kathmandu). A lead can lift this."
        opens_at = datetime.fromisoformat(str((await _exposure(analyst))["opens_at"]))
        api.clock.moment = opens_at - timedelta(microseconds=1)
        assert await _refusal(analyst) == "break-due"
        api.clock.moment = opens_at
        assert await _refusal(analyst) is None


async def test_a_full_day_says_when_the_next_one_begins(settings: IntakeSettings) -> None:
    async with _guarded(settings, day=30, zone="America/Bogota") as api:
        analyst, lead = await new_user(api), await new_user(api, Role.LEAD)
        await _hold(api, analyst, 30)
        assert await _detail(analyst) == (
            "Decide what you have seen, and release the rest. Nothing new is opened until 00:00 on "
            "2026-03-02 (America/Bogota). A lead can lift this."
        )
        opens_at = datetime.fromisoformat(str((await _exposure(analyst))["opens_at"]))
        assert opens_at == datetime(2026, 3, 2, 5, tzinfo=UTC)
        assert await _lift(lead, analyst.key_id) == 201
        shown = await _exposure(analyst)
        assert (shown["closed"], shown["opens_at"], shown["minutes_left"]) == (False, None, 30)
        assert datetime.fromisoformat(str(shown["lifted_until"])) == api.clock() + timedelta(minutes=30)


async def test_hosts_are_shown_to_their_holder_guarded_and_audited(settings: IntakeSettings) -> None:
    async with _guarded(settings, day=30) as api:
        analyst = await new_user(api)
        [first] = await analyst.claim()
        given = (await analyst.client.post(CLAIMS, json={"hosts": True})).json()["claims"]
        assert (first["host"], given[0]["host"]) == (None, "example.com")
        assert {claim["host"] for claim in (await analyst.client.get(CLAIMS)).json()["claims"]} == {None}
        with_hosts = f"{CLAIMS}?hosts=true"
        listed = (await analyst.client.get(with_hosts)).json()["claims"]
        assert [claim["host"] for claim in listed] == ["example.com"] * 2
        read = select(AuditEntry.subject).where(AuditEntry.what == "host_read").order_by(AuditEntry.sequence)
        async with api.intake.database.reading() as session:
            audited = (await session.scalars(read)).all()
        assert audited == [given[0]["item_id"], *(claim["item_id"] for claim in listed)]
        api.clock.move(minutes=30)
        assert_problem(await analyst.client.get(with_hosts), 409, "day-full")
        assert len((await analyst.client.get(CLAIMS)).json()["claims"]) == 2


async def test_a_break_is_due_after_its_minutes_and_over_after_its_own(settings: IntakeSettings) -> None:
    async with _guarded(settings, at_once=60, rest=10) as api:
        analyst = await new_user(api)
        await _hold(api, analyst, 59)
        assert await _refusal(analyst) is None
        await _hold(api, analyst, 1)
        assert await _refusal(analyst) == "break-due"
        api.clock.move(minutes=10, microseconds=-1)
        assert await _refusal(analyst) == "break-due"
        api.clock.move(microseconds=1)
        assert await _refusal(analyst) is None


async def test_a_pause_that_is_too_short_is_no_break(sqlite_settings: IntakeSettings) -> None:
    async with _guarded(sqlite_settings, at_once=60, rest=10) as api:
        for pause, reason in ((9, "break-due"), (10, None)):
            analyst = await new_user(api)
            await _hold(api, analyst, 30)
            api.clock.move(minutes=pause)
            await _hold(api, analyst, 30)
            assert await _refusal(analyst) == reason


async def test_an_item_that_runs_out_counts_until_then(sqlite_settings: IntakeSettings) -> None:
    """An analyst who leaves without releasing counts as exposed until the lease ends."""
    async with _guarded(sqlite_settings, day=LEASE) as api:
        analyst = await new_user(api)
        await analyst.claim()
        api.clock.move(minutes=LEASE - 1)
        assert await _refusal(analyst) is None
        api.clock.move(hours=3)
        assert await _refusal(analyst) == "day-full"


async def test_what_is_held_beside_one_another_counts_once(sqlite_settings: IntakeSettings) -> None:
    async with _guarded(sqlite_settings, day=61) as api:
        analyst = await new_user(api)
        first, second = (await analyst.claim(2))[0], (await analyst.claim())[0]
        api.clock.move(minutes=30)
        third = (await analyst.claim())[0]
        await analyst.assess(first["claim_id"])
        api.clock.move(minutes=30)
        for claim in (second, third):
            await analyst.assess(claim["claim_id"])
        assert await _refusal(analyst) is None


async def test_claims_made_at_the_same_time_count_once(settings: IntakeSettings) -> None:
    async with _guarded(settings, day=61) as api:
        analyst = await new_user(api)
        claims = await asyncio.gather(*(analyst.claim() for _ in range(6)))
        api.clock.move(minutes=60, microseconds=-1)
        await asyncio.gather(*(analyst.assess(claim["claim_id"]) for [claim] in claims))
        assert await _refusal(analyst) is None
        await _hold(api, analyst, 2)
        assert await _refusal(analyst) == "day-full"


async def test_looks_at_the_same_time_count_once(postgresql_settings: IntakeSettings) -> None:
    """A second one waits for the first, and then sees that it is counted."""
    async with _guarded(postgresql_settings) as api:
        analyst = await new_user(api)
        item_id = await api.scalar(select(Item.item_id).limit(1))
        await asyncio.gather(*(analyst.item(item_id) for _ in range(12)))
        assert await api.scalar(select(func.count()).select_from(Exposure)) == 1


async def test_another_analyst_is_not_touched(sqlite_settings: IntakeSettings) -> None:
    async with _guarded(sqlite_settings, day=30) as api:
        first, other = await new_user(api), await new_user(api, Role.LEAD)
        await _hold(api, first, 30)
        assert [await _refusal(first), await _refusal(other)] == ["day-full", None]


async def _lift(lead: ApiUser, key_id: str, minutes: int = 30) -> int:
    answer = await lead.client.post(f"/v1/analysts/{key_id}/lift", json={"minutes": minutes})
    return answer.status_code


async def test_a_lead_lifts_it_for_a_while_and_the_audit_log_tells_who(settings: IntakeSettings) -> None:
    async with _guarded(settings, day=30) as api:
        analyst, lead = await new_user(api), await new_user(api, Role.LEAD)
        await _hold(api, analyst, 30)
        assert await _lift(lead, analyst.key_id) == 201
        assert await _refusal(analyst) is None
        api.clock.move(minutes=30, microseconds=-1)
        assert await _refusal(analyst) is None
        api.clock.move(microseconds=1)
        assert await _refusal(analyst) == "day-full"
        lifted = select(AuditEntry.who, AuditEntry.subject).where(AuditEntry.what == "exposure_lifted")
        async with api.intake.database.reading() as session:
            assert (await session.execute(lifted)).all() == [(lead.key_id, analyst.key_id)]


async def test_what_is_held_under_a_lift_counts_when_it_has_ended(sqlite_settings: IntakeSettings) -> None:
    async with _guarded(sqlite_settings, at_once=30, rest=20) as api:
        analyst, lead = await new_user(api), await new_user(api, Role.LEAD)
        assert await _lift(lead, analyst.key_id) == 201
        await _hold(api, analyst, 31)
        assert await _refusal(analyst) == "break-due"


async def test_only_a_lead_lifts_it_and_only_for_those_who_work_on_the_queue(
    sqlite_settings: IntakeSettings,
) -> None:
    async with _guarded(sqlite_settings, day=30) as api:
        analyst, lead = await new_user(api), await new_user(api, Role.LEAD)
        gone, channel = await new_user(api), await new_user(api, Role.CHANNEL)
        async with api.intake.database.writing() as session:
            assert await revoke_key(session, api.intake.audit, gone.key_id, api.clock())
        for who in (analyst, channel, await new_user(api, Role.AUDITOR)):
            assert await _lift(who, analyst.key_id) == 403
        for key_id in (gone.key_id, channel.key_id, "0" * 12):
            assert await _lift(lead, key_id) == 404
        for minutes in (0, 241):
            assert await _lift(lead, analyst.key_id, minutes) == 422
        assert await api.scalar(select(func.count()).select_from(Lift)) == 0


async def test_a_revoked_key_opens_nothing_and_what_it_held_goes_back(settings: IntakeSettings) -> None:
    async with _guarded(settings) as api:
        gone, other = await new_user(api), await new_user(api)
        [claim] = await gone.claim()
        async with api.intake.database.writing() as session:
            assert await revoke_key(session, api.intake.audit, gone.key_id, api.clock())
        assert (await gone.assess(claim["claim_id"])).status_code == 401
        assert (await gone.client.get(f"{CLAIMS}/{claim['claim_id']}")).status_code == 401
        api.clock.move(minutes=LEASE)
        assert claim["item_id"] in {one["item_id"] for one in await other.claim(20)}


async def test_nothing_is_remembered_beyond_two_days(settings: IntakeSettings) -> None:
    """Those of analysts who come back, and of those who never do."""
    async with _guarded(settings) as api:
        comes_back, leaves, lead = await new_user(api), await new_user(api), await new_user(api, Role.LEAD)
        for analyst in (comes_back, leaves):
            await _hold(api, analyst, 30)
            assert await _lift(lead, analyst.key_id) == 201
        api.clock.move(days=2, minutes=31)
        await _hold(api, comes_back, 30)
        remembered = select(func.count()).select_from(Exposure)
        assert await api.scalar(remembered) == 1
        assert await api.scalar(select(func.count()).select_from(Lift)) == 0


# Each day from its first instant, the hotline's time, to its last: of 24, 23 or 25 hours.
DAYS = {
    "UTC": (datetime(2026, 3, 1, tzinfo=UTC), 24),
    "America/Bogota": (datetime(2026, 3, 1, 5, tzinfo=UTC), 24),
    "Asia/Kathmandu": (datetime(2026, 2, 28, 18, 15, tzinfo=UTC), 24),
    "Europe/Berlin": (datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
    "Europe/London": (datetime(2026, 10, 24, 23, tzinfo=UTC), 25),
    # Midnight itself is left out, or comes twice.
    "Africa/Cairo": (datetime(2026, 4, 23, 22, tzinfo=UTC), 23),
    "America/Havana": (datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
    "Asia/Beirut": (datetime(2026, 3, 28, 22, tzinfo=UTC), 23),
}


@pytest.mark.parametrize("zone", DAYS)
async def test_the_day_begins_at_midnight_where_the_hotline_is(
    sqlite_settings: IntakeSettings, zone: str
) -> None:
    """An analyst who has used up the day, counted from midnight, is refused until the next midnight."""
    midnight, hours = DAYS[zone]
    assert _hours_of_day(midnight, ZoneInfo(zone)) == hours
    async with _guarded(sqlite_settings, day=60, zone=zone) as api:
        analyst = await new_user(api)
        api.clock.moment = midnight - timedelta(minutes=30)
        await _hold(api, analyst, 59)
        assert await _refusal(analyst) is None
        await _hold(api, analyst, 31)
        next_midnight = midnight + timedelta(hours=hours)
        for before in (12, 6, 1, 0.5, 0.01):
            api.clock.moment = next_midnight - timedelta(hours=before)
            assert await _refusal(analyst) == "day-full", before
        api.clock.moment = next_midnight
        assert await _refusal(analyst) is None


def _hours_of_day(midnight: datetime, zone: ZoneInfo) -> int:
    date = midnight.astimezone(zone).date()
    assert (midnight - timedelta(seconds=1)).astimezone(zone).date() < date
    return sum((midnight + timedelta(hours=hour)).astimezone(zone).date() == date for hour in range(30))


@dataclass
class Watched:
    """What an analyst held and when, told from the answers alone."""

    api: RunningApi
    analyst: ApiUser
    holding: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    held: list[tuple[datetime, datetime]] = field(default_factory=list)

    async def claim(self, count: int) -> None:
        """Take new items, if that is allowed."""
        answer = await self.analyst.client.post(CLAIMS, json={"count": count})
        for claim in answer.json().get("claims", []):
            ends = datetime.fromisoformat(claim["lease_expires"])
            self.holding[claim["claim_id"]] = (self.api.clock(), ends)

    async def prolong(self, _much: int) -> None:
        """Prolong all that is held."""
        for claim_id, (began, _) in list(self.holding.items()):
            answer = await self.analyst.client.put(f"{CLAIMS}/{claim_id}/lease")
            if answer.status_code == 200:
                self.holding[claim_id] = (began, datetime.fromisoformat(answer.json()["lease_expires"]))

    async def let_go(self, count: int) -> None:
        """Put some of it back."""
        for claim_id in list(self.holding)[:count]:
            await self.analyst.client.delete(f"{CLAIMS}/{claim_id}")
            self._ends(claim_id)

    async def wait(self, quarters: int) -> None:
        """Let time pass; what runs out is gone."""
        self.api.clock.move(minutes=15 * quarters + 1)
        for claim_id, (_, lease_ends) in list(self.holding.items()):
            if lease_ends <= self.api.clock():
                self._ends(claim_id)

    def stretches(self) -> list[tuple[datetime, datetime]]:
        """Join what was held beside one another."""
        for claim_id in list(self.holding):
            self._ends(claim_id)
        return list(_joined(sorted(self.held)))

    def _ends(self, claim_id: str) -> None:
        began, ends = self.holding.pop(claim_id)
        self.held.append((began, min(ends, self.api.clock())))


def _joined(held: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    began, until = None, datetime.min.replace(tzinfo=UTC)
    for begins, ends in held:
        if began is not None and begins > until:
            yield began, until
            began = None
        began, until = began or begins, max(until, ends)
    if began is not None:
        yield began, until


def _on(date: datetime, stretches: list[tuple[datetime, datetime]]) -> timedelta:
    ends = date + timedelta(days=1)
    inside = ((max(began, date), min(until, ends)) for began, until in stretches)
    return sum((max(until - began, timedelta()) for began, until in inside), timedelta())


DOINGS = (Watched.claim, Watched.claim, Watched.prolong, Watched.let_go, Watched.wait, Watched.wait)


@hypothesis_settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(DOINGS), st.integers(1, 4)), min_size=10, max_size=30))
async def test_no_day_and_no_stretch_is_ever_longer_than_its_limit_and_one_lease(
    watched_api: RunningApi, doings: list[tuple[object, int]]
) -> None:
    """Whatever an analyst does: what is claimed a minute before the limit may be held for its lease."""
    watched_api.clock.moment += timedelta(days=3)
    watched = Watched(watched_api, await new_user(watched_api))
    first_day = watched_api.clock().replace(hour=0, minute=0, second=0, microsecond=0)
    for do, much in doings:
        await do(watched, much)  # type: ignore[operator]
    stretches = watched.stretches()
    days = (first_day + timedelta(days=number) for number in range(4))
    assert max(_on(day, stretches) for day in days) < timedelta(minutes=150 + LEASE)
    at_once = timedelta()
    for (began, until), (begins_next, _) in itertools.pairwise(
        [*stretches, (datetime.max.replace(tzinfo=UTC),) * 2]
    ):
        at_once += until - began
        assert at_once < timedelta(minutes=90 + LEASE)
        at_once = at_once if begins_next - until < timedelta(minutes=20) else timedelta()


@pytest.fixture
async def watched_api(sqlite_settings: IntakeSettings) -> AsyncIterator[RunningApi]:
    """Run an intake with limits that a day of holding meets several times."""
    async with _guarded(sqlite_settings, day=150, at_once=90, rest=20) as api:
        yield api


async def test_looking_at_items_outside_the_queue_counts_too(settings: IntakeSettings) -> None:
    """Each look counts a minute while no claim is held, so addresses cannot be read all day without limit."""
    async with _guarded(settings, day=3) as api:
        analyst = await new_user(api)
        found = await analyst.client.post("/v1/search", json={"host": "example.com"})
        item_id = found.json()["items"][0]["item_id"]
        looks = []
        for _ in range(5):
            looks.append((await analyst.client.get(f"/v1/items/{item_id}")).status_code)
            api.clock.move(minutes=2)
        assert looks == [200, 200, 200, 409, 409]


async def test_nobody_lifts_their_own_guard(sqlite_settings: IntakeSettings) -> None:
    async with _guarded(sqlite_settings) as api:
        lead = await new_user(api, Role.LEAD)
        assert await _lift(lead, lead.key_id) == 403
