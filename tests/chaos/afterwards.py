"""Compares the reports in the database after a run with what reporters were told, and finds what broke."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select

from conversations.wire.report import Reached
from intake_api.hand_in.reports import Content, content_of
from intake_api.keys import read_keys
from intake_api.store.database import opened
from intake_api.store.models import Item, StoredReport
from intake_api.vault import Vault
from tests.chaos.deployment import DATABASE, Deployment
from tests.chaos.leaks import Gathered, leaks
from tests.chaos.run import Happened

MOST_EXAMPLES = 5
NO_EVENT = "a line that is no event"


@dataclass
class Afterwards:
    """What was found: reports by their link's path, items, log events, leaks, and how processes ended."""

    reports: Mapping[str, list[Content]]
    items: int
    events: Counter[str]
    leaks: list[str]
    ends: dict[str, int]
    cpu: dict[str, float]
    sizes: dict[str, int]
    searched: int = 0
    broken: list[str] = field(default_factory=list)


async def look_at(deployment: Deployment, happened: Happened) -> Afterwards:
    """Stop the processes, gather all that there is, and say which promises broke."""
    sizes = {
        "database": int(deployment.database.run(f"SELECT pg_database_size('{DATABASE}')")),
        "write-ahead log": deployment.journal_bytes(),
        "sent to the intake": len(deployment.proxy.recorded),
        "logs": sum(path.stat().st_size for path in (deployment.folder / "written").iterdir()),
    }
    early = [one.name for one in (*deployment.fleets, deployment.intake) if one.has_ended()]
    ends = {one.name: await one.stop() for one in (*deployment.fleets, deployment.intake)}
    cpu = deployment.cpu()
    contents, items = await _stored(deployment)
    gathered = await asyncio.to_thread(leaks, Gathered(deployment, happened, contents))
    after = Afterwards(_by_path(contents), items, _events(deployment), gathered.found, ends, cpu, sizes)
    after.searched = gathered.searched
    after.broken = [*broken_promises(happened, after), *(f"{name} ended by itself" for name in early)]
    return after


async def _stored(deployment: Deployment) -> tuple[list[Content], int]:
    vault = Vault(read_keys(deployment.data / "intake"))
    async with opened(deployment.database.url(DATABASE)) as database, database.reading() as session:
        contents = [content_of(vault, report) for report in await session.scalars(select(StoredReport))]
        return contents, await session.scalar(select(func.count()).select_from(Item)) or 0


def _by_path(contents: list[Content]) -> Mapping[str, list[Content]]:
    found: defaultdict[str, list[Content]] = defaultdict(list)
    for content in contents:
        for address in content.addresses or ():
            found[address.given.rpartition("/")[2]].append(content)
        if not content.addresses:
            found["no link"].append(content)
    return found


def _events(deployment: Deployment) -> Counter[str]:
    events: Counter[str] = Counter()
    for log in (deployment.folder / "written").iterdir():
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                told = json.loads(line)
                events[" ".join(str(told[name]) for name in ("event", "error") if name in told)] += 1
            elif not line.startswith(("The fleet takes webhooks", "The intake serves")):
                events[NO_EVENT] += 1
    return events


def broken_promises(happened: Happened, after: Afterwards) -> Iterator[str]:
    """Say what was promised and is not so."""
    told = happened.told
    stuck = [f"{one.bot}: {one.stuck}" for one in told if one.stuck]
    yield from _some("talks came to no end", stuck)
    counted = {one.who.path: len(after.reports.get(one.who.path, ())) for one in told}
    lost = [one for one in told if counted[one.who.path] < len(one.thanked)]
    yield from _some("acknowledged reports are not in the database", [str(one.attempts) for one in lost])
    doubled = [one for one in told if counted[one.who.path] > len(one.attempts)]
    yield from _some(
        "links have more reports than were sent",
        [f"{counted[one.who.path]} for {len(one.attempts)} ({one.anew})" for one in doubled],
    )
    answered = [one for one in told if one.answered and not _has_answer(after.reports.get(one.who.path, []))]
    yield from _some("answers that were taken are not in the database", [one.bot for one in answered])
    unknown = after.reports.keys() - {one.who.path for one in told}
    yield from _some("reports are of no link that was sent", sorted(unknown))
    several = [
        path for path, reports in after.reports.items() if any(len(one.addresses) > 1 for one in reports)
    ]
    yield from _some("reports hold more than one address", several)
    if after.items != len(after.reports):
        yield f"{after.items} items were made of {len(after.reports)} links"
    if happened.unsettled:
        yield f"left after {happened.settled_after:.0f} s: {happened.unsettled}"
    if skipped := after.events["update_skipped"]:
        yield f"{skipped} updates were skipped"
    if strange := after.events[NO_EVENT]:
        yield f"{strange} lines were logged that are no events"
    yield from _some("leaks", after.leaks)
    yield from (f"{name} ended with {status}" for name, status in after.ends.items() if status)


def _has_answer(reports: list[Content]) -> bool:
    return any(report.reached == Reached.SEARCH for report in reports)


def _some(what: str, examples: list[str]) -> Iterator[str]:
    if examples:
        shown = "; ".join(examples[:MOST_EXAMPLES])
        yield f"{len(examples)} {what}: {shown}"
