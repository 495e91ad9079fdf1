"""Searches all that was written and sent in a run for every value that names a reporter.

The run's own sign, which is in every name, and that of the links are searched for in every way of writing. So
are all values of some reporters, and each bot's token. Of the other reporters, the numbers of chat and
message are searched for as digits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from intake_api.hand_in.reports import Content
from tests.canaries.encodings import ways
from tests.canaries.evidence import INTAKE, handed_in, telegram, wire
from tests.canaries.markers import Kind, Marker
from tests.canaries.search import Haystacks, Sink
from tests.chaos.deployment import DATABASE, Deployment
from tests.chaos.run import Happened

MOST_SEARCHED = 300
_PIECE = 8 << 20
_OVERLAP = 1 << 12
_DIGITS = re.compile(rb"(?<![0-9])[0-9]{10,17}(?![0-9])")


@dataclass
class Gathered:
    """A run to be searched; `found` tells what was found where, `searched` is in bytes."""

    deployment: Deployment
    happened: Happened
    contents: list[Content]
    found: list[str] = field(default_factory=list)
    searched: int = 0


def leaks(gathered: Gathered) -> Gathered:
    """Search everything; gives what was gathered, with what was found."""
    people = gathered.happened.people
    signs = [Marker("the names' sign", people.sign), Marker("the links' sign", people.path_sign, Kind.WORDS)]
    needles = [(marker, way, written) for marker in signs for way, written in ways(marker)]
    step = max(1, len(people.known) // MOST_SEARCHED)
    tokens = [
        Marker(f"token of bot {name}", bot.token) for name, bot in gathered.deployment.telegram.bots.items()
    ]
    some = (marker for one in people.known[::step] for marker in one.markers())
    haystacks = Haystacks([*tokens, *some])
    numbers = {number for one in people.known for number in (one.chat, one.first_message + 1)}
    found: set[str] = set()
    for whole in _sinks(gathered):
        gathered.searched += len(whole.content)
        for sink in _pieces(whole):
            found |= {f"{one.marker} as {one.way} in {sink.name}" for one in haystacks.search(sink)}
            found |= {
                f"{marker.name} as {way} in {sink.name}"
                for marker, way, written in needles
                if written in sink.content and marker.kind not in sink.readers
            }
            if any(int(digits) in numbers for digits in _DIGITS.findall(sink.content)):
                found.add(f"a chat's or message's number in {sink.name}")
    gathered.found = sorted(found)
    return gathered


def _pieces(whole: Sink) -> Iterator[Sink]:
    for start in range(0, max(1, len(whole.content)), _PIECE):
        yield Sink(whole.name, whole.content[start : start + _PIECE + _OVERLAP], whole.readers, whole.random)


def _sinks(gathered: Gathered) -> Iterator[Sink]:
    deployment = gathered.deployment
    for folder in (deployment.folder / "written", deployment.data, deployment.folder / "valkey"):
        yield from _files(folder)
    client = deployment.store.client
    held = (b"%s=%s\n" % (key, client.dump(key) or b"") for key in client.scan_iter(count=1000))
    yield Sink("Valkey", b"".join(held), random=True)
    yield Sink("pg_dump", deployment.database.dumped(DATABASE), random=True)
    recorded = bytes(deployment.proxy.recorded)
    yield from wire(recorded, handed_in(recorded, deployment.data / "intake"))
    opened = "\n".join(content.model_dump_json() for content in gathered.contents)
    yield Sink("database: opened", opened.encode(), INTAKE)
    for bot in deployment.telegram.bots.values():
        if bot.journal:
            yield telegram(bot.journal)


def _files(folder: Path) -> Iterator[Sink]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield Sink(
                path.relative_to(folder.parent).as_posix(), path.read_bytes(), random=path.suffix == ".rdb"
            )
