"""No item waits for ever, and no flood changes the order of the items.

The bound. An item that begins to wait in the hour t, by its first report or by the one that brings it back,
is due by t + LONGEST, the allowance of the least urgent class. No item is due earlier than RAISED before it
began to wait itself. So every item that begins to wait later than t + OVERTAKEN_FOR comes after it. Every
third claim takes what has waited longest, and so overtakes nothing. Analysts who may take this item take at
most those that had begun to wait by then, and after them the item itself.
"""

import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, or_, select

from conversations.wire.report import Report
from intake_api.items.totals import MAXIMUM_RAISES, RAISE_HOURS
from intake_api.items.urgency import ALLOWANCE_HOURS, Urgency
from intake_api.settings import IntakeSettings
from intake_api.store.models import Item, QueuePlace, Source, State
from tests.intake_api.api_users import ApiUser, new_user
from tests.intake_api.running_api import (
    NOON,
    RunningApi,
    a_report,
    opened,
    plan_of,
    revised,
    withdrawn,
)

ADDRESS, ANOTHER = "https://example.com/1", "https://example.com/2"
ORDINARY = timedelta(hours=ALLOWANCE_HOURS[Urgency.ORDINARY])
LONGEST = timedelta(hours=max(ALLOWANCE_HOURS.values()))
RAISED = timedelta(hours=RAISE_HOURS * MAXIMUM_RAISES)
OVERTAKEN_FOR = LONGEST + RAISED
HOUR = timedelta(hours=1)


async def _due(api: RunningApi, reports: int) -> datetime:
    """Give when the address is due, which has so many reports."""
    of_address = Item.address_hash == api.intake.vault.blind_address(ADDRESS)
    due: datetime | None = await api.scalar(select(Item.due_hour).where(of_address, Item.reports == reports))
    assert due is not None
    return due


def test_nothing_that_begins_to_wait_seventy_eight_hours_later_overtakes() -> None:
    """The bound in figures: who changes an allowance or a raise changes it knowingly."""
    assert OVERTAKEN_FOR == 78 * HOUR


async def test_a_flood_through_one_portal_channel_and_hour_moves_nothing(api: RunningApi) -> None:
    """However many reports, and in however many languages."""
    await api.take_in(a_report(ADDRESS))
    assert await _due(api, 1) == NOON + ORDINARY
    await api.take_in(*(a_report(ADDRESS, language=("es", "en", "fr")[n % 3]) for n in range(12)))
    assert await _due(api, 13) == NOON + ORDINARY
    assert await api.scalar(select(func.count()).select_from(Source)) == 3


async def test_each_further_portal_channel_and_hour_raises_once_and_only_so_often(api: RunningApi) -> None:
    ways: list[dict[str, Any]] = [{"portal": f"p{number}"} for number in range(MAXIMUM_RAISES - 2)]
    ways += [{"channel": "whatsapp"}, {"hour": NOON - HOUR}, {"portal": "more"}, {"hour": NOON - 9 * HOUR}]
    await api.take_in(a_report(ADDRESS))
    for number, way in enumerate(ways, start=1):
        for _ in range(2):
            await api.take_in(a_report(ADDRESS, **way))
        raised = min(number, MAXIMUM_RAISES) * RAISE_HOURS * HOUR
        assert await _due(api, 1 + 2 * number) == NOON + ORDINARY - raised


async def test_the_most_urgent_report_counts_however_late_it_comes(api: RunningApi) -> None:
    await api.take_in(a_report({"given": ADDRESS, "complete": False}))
    api.clock.move(hours=20)
    await api.take_in(a_report(ADDRESS))
    assert await _due(api, 2) == NOON + 20 * HOUR + ORDINARY


@pytest.mark.parametrize("undo", [withdrawn, lambda report: revised(report, ANOTHER)])
async def test_reports_that_are_taken_back_take_their_raise_with_them(
    api: RunningApi, undo: Callable[[Report], Report]
) -> None:
    reports = [a_report(ADDRESS, portal=f"p{number}") for number in range(3)]
    urgent = a_report(ADDRESS, portal="p0", live="yes")
    await api.take_in(*reports, urgent)
    assert await _due(api, 4) == NOON + ALLOWANCE_HOURS[Urgency.LIVE] * HOUR - 2 * HOUR
    await api.take_in(undo(urgent))
    assert await _due(api, 3) == NOON + ORDINARY - 2 * HOUR
    await api.take_in(undo(reports[2]))
    assert await _due(api, 2) == NOON + ORDINARY - HOUR
    await api.take_in(undo(reports[1]))
    assert await _due(api, 1) == NOON + ORDINARY


async def test_what_is_taken_back_while_its_item_is_claimed_counts_no_more_when_it_is_released(
    api: RunningApi,
) -> None:
    raising = a_report(ADDRESS, portal="international", live="yes")
    await api.take_in(a_report(ADDRESS), raising)
    [claim] = await api.claim()
    await api.take_in(withdrawn(raising))
    await api.analyst.delete(f"/v1/queue/claims/{claim['claim_id']}")
    assert await _due(api, 1) == NOON + ORDINARY


async def test_an_item_that_comes_back_does_not_overtake_by_its_age(api: RunningApi) -> None:
    """Neither the hours nor the raises of reports from before count."""
    analyst = await new_user(api)
    await api.take_in(*(a_report(ADDRESS, portal=f"p{number}", live="yes") for number in range(5)))
    await analyst.assess((await analyst.claim())[0]["claim_id"])
    api.clock.move(days=api.intake.settings.reopen_after_days, hours=1)
    again = api.clock().replace(minute=0, second=0, microsecond=0)
    await api.take_in(a_report(ANOTHER))
    api.clock.move(hours=1)
    await api.take_in(a_report(ADDRESS))
    assert await _due(api, 6) == again + HOUR + ORDINARY
    assert await api.queue() == [ANOTHER, ADDRESS]


async def test_a_claim_by_language_or_kind_takes_the_most_overdue_of_its_own(api: RunningApi) -> None:
    analyst = await new_user(api)
    await api.take_in(
        a_report(ADDRESS, language="es"),
        a_report(ADDRESS, language="wo"),
        a_report(ANOTHER, language="wo", live="yes"),
        a_report("@some_handle", language="en", live="yes"),
    )
    assert await analyst.claim(language="fr") == []
    assert await analyst.claim(kind="magnet") == []
    [urgent] = await analyst.claim(language="wo")
    assert urgent["reports"] == 1
    [later] = await analyst.claim(language="wo")
    assert later["languages"] == ["es", "wo"]
    assert await analyst.claim(language="es") == []
    assert [one["kind"] for one in await analyst.claim(20)] == ["handle"]
    assert await api.scalar(select(func.count()).select_from(QueuePlace)) == 0


async def test_an_analyst_who_holds_nothing_any_more_may_claim(api: RunningApi) -> None:
    """What ran out is not in their hands, though another's, which ran out before, is given back first."""
    on_holiday, analyst = await new_user(api), await new_user(api)
    for part in range(2):
        await api.take_in(a_report(*(f"https://example.com/{part}/{page}" for page in range(20))))
    assert len(await on_holiday.claim(20)) == 20
    api.clock.move(minutes=1)
    assert len(await analyst.claim(20)) == 20
    api.clock.move(hours=12)
    assert len(await analyst.claim(20)) == 20


DANGER, OWN = ["danger_now"], ["own_pictures"]


async def test_what_was_tapped_on_the_way_brings_a_report_forward(api: RunningApi) -> None:
    """A partial address too: the reporter's words may help where it does not."""
    await api.take_in(
        a_report("https://example.com/live", live="yes"),
        a_report("https://example.com/own", circumstances=OWN),
        a_report({"given": "a blog about cars", "complete": False}, circumstances=DANGER),
        a_report("https://example.com/ordinary"),
    )
    assert await api.queue() == [
        "a blog about cars",
        "https://example.com/own",
        "https://example.com/live",
        "https://example.com/ordinary",
    ]


async def test_a_flood_of_taps_leaves_a_third_of_each_hour_to_what_has_waited_longest(
    api: RunningApi,
) -> None:
    """Two analysts claim one item after another, and every hour more than they take are tapped forward."""
    first, second = await new_user(api), await new_user(api)
    old = [f"https://example.com/{number:02}" for number in range(12)]
    await api.take_in(*(a_report(address) for address in old))
    by_age = 0
    for hour in range(4):
        api.clock.move(hours=1)
        pages = (f"https://example.org/{hour}/{page}" for page in range(14))
        await api.take_in(a_report(*pages, circumstances=DANGER))
        for analyst in (first, second) * 6:
            [claim] = await analyst.claim()
            by_age += not claim["circumstances"]
            await analyst.assess(claim["claim_id"])
        assert by_age == min(4 * (hour + 1), len(old))


@pytest.mark.parametrize("asked", [1, 2, 5, 20])
async def test_a_third_goes_by_age_however_many_are_claimed_at_once(api: RunningApi, asked: int) -> None:
    analyst = await new_user(api)
    await api.take_in(a_report(*(f"https://example.com/old/{page}" for page in range(8))))
    api.clock.move(hours=1)
    pages = (f"https://example.com/{page}" for page in range(20))
    await api.take_in(a_report(*pages, circumstances=OWN))
    by_age = 0
    for _ in range(20 // asked):
        for claim in await analyst.claim(asked):
            by_age += not claim["circumstances"]
            await analyst.assess(claim["claim_id"])
    assert by_age == 20 // 3


async def test_each_queue_has_turns_of_its_own(api: RunningApi) -> None:
    """Else a language whose analyst always claims at the wrong moment would never have its third."""
    analyst = await new_user(api)
    for language in ("es", "wo"):
        await api.take_in(a_report(f"https://example.com/{language}/old", language=language))
    api.clock.move(hours=1)
    for number in range(3):
        for language in ("es", "wo"):
            address = f"https://example.com/{language}/{number}"
            await api.take_in(a_report(address, language=language, circumstances=DANGER))
    taken = []
    for _ in range(3):
        for language in ("es", "wo"):
            [claim] = await analyst.claim(language=language)
            taken.append(claim["circumstances"])
    assert taken == [["danger_now"]] * 4 + [[]] * 2


async def test_both_orders_are_read_off_an_index(api: RunningApi) -> None:
    """So a claim costs the same in a queue of any length."""
    analyst = await new_user(api)
    await api.take_in(a_report(*(f"https://example.com/{page}" for page in range(20))))
    for order, index in (("began_hour", "by_age"), ("due_hour", "queue_places_pkey|PRIMARY KEY")):
        for wanted in ({}, {"kind": "web"}):
            claiming = analyst.claim(3, **wanted)
            steps = await plan_of(api, f"ORDER BY queue_places.{order}", claiming, scans=False)
            named = "queue_places_by_kind(_and_age)?" if wanted else index
            assert [step for step in steps if re.search(named, step)], steps
            assert not [step for step in steps if "Sort" in step or "TEMP B-TREE" in step], steps


GIVEN = (*(f"https://example.com/{page}" for page in range(4)), "https://example.com/", "a blog")
SAID: tuple[Mapping[str, Any], ...] = (
    {},
    {"seen": "today"},
    {"live": "yes"},
    {"complete": False},
    {"circumstances": DANGER},
    {"circumstances": OWN, "complete": False},
)
CLAIMED_AS: tuple[Mapping[str, str], ...] = ({}, {}, {"language": "en"}, {"language": "wo"}, {"kind": "web"})


@dataclass
class Watched:
    """A queue, and when each of its items began to wait."""

    api: RunningApi
    analyst: ApiUser
    began: dict[str, datetime] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)

    async def report(self, given: int, way: int, said: int) -> None:
        """Hand a report in."""
        more = dict(SAID[said])
        address = {"given": GIVEN[given], "complete": more.pop("complete", True)}
        portal, language = ("ar", "international", "kz")[way % 3], ("es", "en", "wo")[way // 3]
        hour = self.api.clock().replace(minute=0, second=0, microsecond=0)
        await self.api.take_in(a_report(address, portal=portal, language=language, hour=hour, **more))
        self._seen(await self.waiting({}))

    async def flood(self, given: int, way: int, said: int) -> None:
        """Hand the same in several times."""
        for _ in range(3):
            await self.report(given, way, said)

    async def wait(self, much: int, more: int, _: int) -> None:
        """Let some hours pass; what is held runs out."""
        self.api.clock.move(hours=(much + 1) * (more + 1))

    async def claim(self, count: int, wanted: int, then: int) -> None:
        """Claim, and see who came first; then decide, put back, or go home."""
        chosen = CLAIMED_AS[wanted % len(CLAIMED_AS)]
        # Gives back what has run out, as any claim does first.
        await self.analyst.claim(language="xx")
        fitting = await self.waiting(chosen)
        claims = await self.analyst.claim(count + 1, **chosen)
        self._are_the_first(claims, fitting, str(chosen))
        for claim in claims:
            if then == 0:
                await self.analyst.client.delete(f"/v1/queue/claims/{claim['claim_id']}")
            elif then > 1:
                await self.analyst.assess(claim["claim_id"])
                del self.began[claim["item_id"]]

    async def waiting(self, chosen: Mapping[str, str]) -> dict[str, datetime]:
        """Give what waits and fits, and when each is due, from the tables that no claim reads.

        What the analyst has put back does not fit them for a lease.
        """
        not_put_back = or_(
            Item.released_by.is_distinct_from(self.analyst.key_id),
            Item.released_at <= self.api.clock() - HOUR,
        )
        free = (Item.state == State.WAITING) & not_put_back
        found = select(Item.item_id, Item.due_hour).join_from(Source, Item).where(free)
        if "language" in chosen:
            found = found.where(Source.language == chosen["language"])
        if "kind" in chosen:
            found = found.where(Item.kind == chosen["kind"])
        async with self.api.intake.database.reading() as session:
            return {row.item_id: row.due_hour for row in await session.execute(found)}

    def _seen(self, waiting: Mapping[str, datetime]) -> None:
        hour = self.api.clock().replace(minute=0, second=0, microsecond=0)
        for item_id, due in waiting.items():
            began = self.began.setdefault(item_id, hour)
            assert began - RAISED <= due <= began + LONGEST

    def _are_the_first(
        self, claims: list[dict[str, Any]], fitting: Mapping[str, datetime], queue: str
    ) -> None:
        taken = {claim["item_id"] for claim in claims}
        left = fitting.keys() - taken
        assert taken <= fitting.keys()
        assert len(taken) == len(claims)
        thirds = (self.taken[queue] + len(taken)) // 3 - self.taken[queue] // 3
        self.taken[queue] += len(taken)
        oldest = [one for one in taken if all(self.began[one] <= self.began[other] for other in left)]
        due = [one for one in taken if all(fitting[one] <= fitting[other] for other in left)]
        assert len(oldest) >= thirds
        assert len(due) >= len(taken) - thirds
        for one in taken:
            assert all(self.began[one] <= self.began[other] + OVERTAKEN_FOR for other in left)


@asynccontextmanager
async def _short_api(fresh_folder: Path) -> AsyncIterator[RunningApi]:
    """Run an intake, copied anew, in which assessed items come back the next day."""
    with TemporaryDirectory() as folder:
        shutil.copytree(fresh_folder, Path(folder) / "data")
        settings = IntakeSettings(
            data_dir=Path(folder) / "data",
            reopen_after_days=1,
            exposure_minutes_a_day=1440,
            exposure_minutes_at_once=1440,
        )
        async with opened(settings) as running_api:
            yield running_api


DOINGS = (Watched.report, Watched.report, Watched.flood, Watched.wait, Watched.claim, Watched.claim)
SMALL = st.integers(0, 5), st.integers(0, 8), st.integers(0, 5)


@hypothesis_settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(DOINGS), *SMALL), min_size=10, max_size=30))
async def test_nothing_is_overtaken_for_longer_than_the_bound(
    fresh_folder: Path, doings: list[tuple[Any, int, int, int]]
) -> None:
    """Under any mix of arrivals, classes, floods, claims of every sort, releases and leases that run out."""
    async with _short_api(fresh_folder) as api:
        watched = Watched(api, await new_user(api))
        for do, *numbers in doings:
            await do(watched, *numbers)
        api.clock.move(hours=2)
        await watched.analyst.claim(language="xx")
        waiting = await watched.waiting({})
        last = await watched.analyst.claim(20)
        assert {claim["item_id"] for claim in last} == waiting.keys()
