"""Finds every address in a message, whole and in order: typed, pasted, disguised or broken over lines."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from . import patterns
from .canonical_form import canonical
from .kinds import Address, Unreportable, assess
from .limits import MAXIMUM_ADDRESSES
from .message import Message, read_message
from .parts import WEB_SCHEMES, take_apart
from .reading import read_at
from .sharer_parameters import without_sharer_anywhere
from .spoken import spoken_in
from .tails import Reading
from .trimming import trimmed

# No message asks about more readings that are not sure.
MOST_DOUBTFUL = 3


@dataclass(frozen=True, slots=True)
class Found:
    """The links of a message: at most 20 new addresses, distinct by canonical form, and links that are none.

    `left_out` tells that there were more than 20, `known` how many were known before. `rest` is the text
    without these addresses, as far as it was read. `doubtful` are at most 3 readings of which only the
    reporter can tell whether they are links; their text is in `rest`.
    """

    addresses: tuple[Address, ...]
    unreportable: tuple[Unreportable, ...]
    left_out: bool = False
    known: int = 0
    rest: str = field(default="", repr=False)
    doubtful: tuple[Address, ...] = ()


@dataclass(slots=True)
class _Search:
    """What was found so far, by canonical form, and where what is taken and what is asked about stands."""

    is_known: Callable[[str], bool]
    sure: dict[str, Address] = field(default_factory=dict)
    doubtful: dict[str, Address] = field(default_factory=dict)
    unreportable: dict[Unreportable, None] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    taken: list[Reading] = field(default_factory=list)
    asked: list[Reading] = field(default_factory=list)

    def add(self, reading: Reading, assessed: Address | Unreportable, compared: str) -> None:
        """Note one reading."""
        if isinstance(assessed, Unreportable):
            self.unreportable[assessed] = None
        elif not reading.sure and not self.is_known(compared):
            self.doubtful.setdefault(compared, assessed)
            self.asked.append(reading)
        else:
            self._take(reading, assessed, compared)

    def _take(self, reading: Reading, address: Address, compared: str) -> None:
        if self.is_known(compared):
            self.known.add(compared)
        else:
            self.sure.setdefault(compared, address)
        self.taken.append(reading)


def _none_is(_canonical: str) -> bool:
    return False


def find(text: str, *, handles: bool = False, is_known: Callable[[str], bool] = _none_is) -> Found:
    """Find the addresses in a message; with `handles`, a bare "@channel" is one too.

    `is_known` tells by its canonical form whether an address needs no more finding: it is counted, not given.

    Takes text of any length in linear time and never raises. Fullwidth and other dots, "hxxp", "[.]" and the
    like become what they stand for; invisible characters are dropped; the scheme is written small, and a bare
    host gets its scheme; the sharer's parameters are taken out. Nothing else changes.
    """
    message = read_message(text)
    search = _Search(is_known)
    until = len(message.text)
    for reading, assessed, compared in _assessed_readings(message, handles=handles):
        search.add(reading, assessed, compared)
        if len(search.sure) > MAXIMUM_ADDRESSES:
            until = reading.start
            break
    unread = _outside(message.folded, [*search.taken, *search.asked], until)
    search.doubtful.update(_dictated(unread, is_known))
    distinct = tuple(search.sure.values())
    doubtful = [each for compared, each in search.doubtful.items() if compared not in search.sure]
    return Found(
        distinct[:MAXIMUM_ADDRESSES],
        tuple(search.unreportable),
        len(distinct) > MAXIMUM_ADDRESSES,
        len(search.known),
        _outside(message.text, search.taken, until),
        tuple(doubtful[:MOST_DOUBTFUL]),
    )


def read(given: str) -> Address | None:
    """Read one address as `find` gave it: the same address again, or None where it is none."""
    assessed = assess(_without_sharer(given))
    return None if isinstance(assessed, Unreportable) else assessed


def _outside(text: str, readings: Sequence[Reading], until: int) -> str:
    """Give the text between readings, up to a place."""
    spans = sorted((reading.start, reading.end) for reading in readings if reading.start < until)
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), until]
    return " ".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _assessed_readings(
    message: Message, *, handles: bool
) -> Iterator[tuple[Reading, Address | Unreportable, str]]:
    """Give each reading with what it is, and its canonical form; a host alone in its sentence is not sure."""
    seen: dict[str, tuple[Address | Unreportable, str]] = {}
    sentences: dict[int, bool] = {}
    for reading in _readings(message, handles=handles):
        what = reading.what
        if isinstance(what, Unreportable):
            yield reading, what, ""
            continue
        if what is None:
            continue
        if what not in seen:
            cleaned = _cleaned(what)
            seen[what] = assess(cleaned), canonical(cleaned)
        doubted = reading.alone and _in_sentence(message.folded, reading.start, sentences)
        yield (reading._replace(sure=False) if doubted else reading), *seen[what]


def _in_sentence(text: str, place: int, known: dict[int, bool]) -> bool:
    """Tell whether the line at a place has plain words; `known` keeps it for the lines before."""
    start = text.rfind("\n", 0, place) + 1
    if start not in known:
        end = text.find("\n", place)
        known[start] = bool(patterns.PLAIN_WORD.search(text, start, len(text) if end < 0 else end))
    return known[start]


def _readings(message: Message, *, handles: bool) -> Iterator[Reading]:
    """Read each word that has the sign of a link, from form to form."""
    folded = message.folded
    position = 0
    while word := patterns.WORD.search(folded, position):
        position, end = word.span()
        while position < end and (match := patterns.FORM.search(folded, position, end)):
            form, start = match.lastgroup or "", match.start()
            reading = read_at(message, form, start, match.end())
            if reading.what is not None and (handles or form != "handle"):
                yield reading._replace(start=start)
            refused = form == "bare" and reading.what is None
            position = _last_label(folded, match) if refused else max(reading.end, start + 1)
        position = max(position, end)


def _last_label(folded: str, match: re.Match[str]) -> int:
    """Tell where the last label of a refused host begins: no end of the host is one, but a link may begin."""
    *_, last = patterns.DOT.finditer(folded, match.start(), match.end())
    return last.end()


def _dictated(text: str, is_known: Callable[[str], bool]) -> Iterator[tuple[str, Address]]:
    """Give the addresses that may have been dictated, by their canonical form."""
    for spoken in spoken_in(text):
        assessed = assess(_cleaned(spoken))
        if isinstance(assessed, Address):
            compared = canonical(assessed.given)
            if not is_known(compared):
                yield compared, assessed


def _cleaned(address: str) -> str:
    """Remove the sharer's parameters, and the marks that nothing follows any more."""
    while (cleaned := _without_sharer(address)) != address:
        address = trimmed(cleaned, "")
    return address


def _without_sharer(address: str) -> str:
    parts = take_apart(address)
    if parts is None or parts.scheme not in WEB_SCHEMES:
        return address
    return without_sharer_anywhere(address, parts.host)
