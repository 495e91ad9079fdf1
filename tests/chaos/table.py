"""The table of a run: what happened, how long people waited, what it cost, and which promises broke."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.chaos.afterwards import Afterwards
from tests.chaos.deployment import Deployment
from tests.chaos.run import Happened

Row = tuple[str, str]


def show(console: Console, deployment: Deployment, happened: Happened, after: Afterwards) -> None:
    """Print the table."""
    table = Table("what", "how much", title=f"seed {deployment.scale.seed}", show_lines=False)
    parts = (
        _talks(happened, after),
        _disorder(deployment, happened),
        _times(happened),
        _costs(happened, after),
        _troubles(happened, after),
    )
    for part in parts:
        for row in part:
            table.add_row(*map(Text, row))
        table.add_section()
    console.print(table)
    for promise in after.broken:
        console.print(f"BROKEN: {promise}", markup=False, soft_wrap=True)
    if not after.broken:
        console.print("Every promise was kept.")


def _talks(happened: Happened, after: Afterwards) -> Iterator[Row]:
    told = happened.told
    yield "talks", str(len(told))
    yield "talks that came to their end", str(sum(not one.stuck for one in told))
    yield "reporters who were thanked", str(sum(bool(one.thanks) for one in told))
    for words, number in sorted(Counter(one.thanks for one in told if one.thanks).items()):
        yield f"  by {words!r}", str(number)
    yield "reports in the database", str(sum(map(len, after.reports.values())))
    yield "items of the queue", str(after.items)
    yield "reporters who sent more than once", str(sum(len(one.attempts) > 1 for one in told))
    for why, number in Counter(why for one in told for why in one.anew).most_common(10):
        yield f"  the link again, before {why}", str(number)
    yield "answers taken", str(sum(one.answered for one in told))
    for how, number in sorted(Counter(one.cleared for one in told if one.cleared).items()):
        yield f"ended by: {how}", str(number)
    yield "bytes searched for whatever names a reporter", f"{after.searched:,}"


def _disorder(deployment: Deployment, happened: Happened) -> Iterator[Row]:
    acts = sum((one.acts for one in happened.told), Counter[str]())
    for name, number in sorted(acts.items()):
        yield f"acts: {name}", str(number)
    deliveries = [bot.delivery for bot in deployment.telegram.bots.values() if bot.delivery]
    yield "updates posted, repetitions included", str(sum(one.posted for one in deliveries))
    calls = sum((bot.counted for bot in deployment.telegram.bots.values()), Counter[str | int]())
    for called, number in sorted(calls.items(), key=str):
        yield f"calls: {called}", str(number)


def _times(happened: Happened) -> Iterator[Row]:
    told = [one for one in happened.told if not one.stuck]
    yield "seconds until all had ended", f"{happened.seconds:.0f}"
    yield "seconds until all was delivered", f"{happened.settled_after:.1f}"
    yield "talks a minute", f"{60 * len(told) / happened.seconds:.0f}"
    yield "seconds from an act to its card", _percentiles(wait for one in told for wait in one.waits)
    yield "seconds from Send to the thanks", _percentiles(one.until_thanked for one in told)
    yield "seconds of a talk", _percentiles(one.seconds for one in told)


def _costs(happened: Happened, after: Afterwards) -> Iterator[Row]:
    talks = max(1, len(happened.told))
    for name, seconds in after.cpu.items():
        yield f"CPU ms a talk: {name}", f"{1000 * seconds / talks:.1f}"
    whole = sum(after.cpu.values())
    yield "the harness's share of all CPU time", f"{100 * after.cpu['this harness'] / whole:.0f} %"
    yield "keys in Valkey, at most", str(happened.open_talks)
    yield "bytes in Valkey, at most", f"{happened.store_bytes:,}"
    for name, size in after.sizes.items():
        yield f"bytes: {name}", f"{size:,} ({size // talks:,} a talk)"


def _troubles(happened: Happened, after: Afterwards) -> Iterator[Row]:
    for name, number in sorted(Counter(name for _, name in happened.troubles).items()):
        times = ", ".join(f"{at:.0f}" for at, what in happened.troubles if what == name)
        yield f"{name}: {number}", f"after {times} s"
    for event, number in sorted(after.events.items()):
        yield f"logged: {event}", str(number)


def _percentiles(values: Iterable[float]) -> str:
    ordered: Sequence[float] = sorted(values)
    if not ordered:
        return "none"
    told = (f"{share} %: {ordered[int(share / 100 * (len(ordered) - 1))]:.2f}" for share in (50, 90, 99))
    return f"{', '.join(told)}, most: {ordered[-1]:.2f}"
