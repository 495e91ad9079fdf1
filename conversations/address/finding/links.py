"""Finds every address in a message, whole and in order: typed, pasted, disguised or broken over lines."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ..kinds import Address, Unreportable, assess
from ..limits import MAXIMUM_ADDRESSES
from ..parts import Parts, take_apart
from ..sharer_parameters import without_sharer_of
from . import patterns
from .context import is_label
from .hosts import could_be_host
from .message import Message, read_message
from .reading import read_at, read_word
from .spoken import spoken_in
from .tails import Reading
from .trimming import trimmed

_BEFORE_LABEL = ("[", "]", ">")
# No message asks about more readings that are not sure.
MOST_DOUBTFUL = 3
# So many new links are read, and so many that are not plain; what comes behind them in a flood is left out.
MOST_READ = 100
MOST_CAREFUL = 2 * MAXIMUM_ADDRESSES


@dataclass(frozen=True, slots=True)
class Found:
    """The links of a message: at most 20 new addresses, distinct by canonical form, and links that are none.

    `left_out` tells that there were more than 20, or that a flood was not read to its end; `known` are the
    canonical forms of those that were known before. `rest` is the text without these addresses, as far as it
    was read. `doubtful` are at most 3 readings of which only the reporter can tell whether they are links;
    their text is in `rest`.
    """

    addresses: tuple[Address, ...]
    unreportable: tuple[Unreportable, ...]
    left_out: bool = False
    known: frozenset[str] = frozenset()
    rest: str = field(default="", repr=False)
    doubtful: tuple[Address, ...] = ()


@dataclass(slots=True)
class _Search:
    """What was found so far, by canonical form, and where what is taken and what is asked about stands."""

    text: str
    is_known: Callable[[str], bool]
    sure: dict[str, Address] = field(default_factory=dict)
    doubtful: dict[str, Address] = field(default_factory=dict)
    unreportable: dict[Unreportable, None] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    taken: list[Reading] = field(default_factory=list)
    asked: list[Reading] = field(default_factory=list)
    settled: dict[str, Address | Unreportable] = field(default_factory=dict)
    sentences: dict[int, bool] = field(default_factory=dict)

    def run(self, readings: Iterable[Reading]) -> int | None:
        """Note the readings of a message; gives where the first begins that is left out, None without one."""
        read = careful = 0
        for reading in readings:
            is_flood = careful > MOST_CAREFUL or read >= MOST_READ
            if not is_flood and self.add(reading):
                read += 1
                careful += reading.parts is None
            if is_flood or len(self.sure) > MAXIMUM_ADDRESSES:
                return reading.start
        return None

    def add(self, reading: Reading) -> bool:
        """Note one reading; tells whether it is new, and not one that was known before."""
        what = reading.what
        if what is None:
            return True
        assessed = what if isinstance(what, Unreportable) else self._settled(what, reading.parts)
        if isinstance(assessed, Unreportable):
            self.unreportable[assessed] = None
        elif self.is_known(assessed.canonical):
            self.known.add(assessed.canonical)
            self.taken.append(reading)
            return False
        elif reading.sure and not (reading.alone and self._in_sentence(reading.start)):
            self.sure.setdefault(assessed.canonical, assessed)
            self.taken.append(reading)
        else:
            self.doubtful.setdefault(assessed.canonical, assessed)
            self.asked.append(reading)
        return True

    def add_spoken(self, written: str) -> None:
        """Note an address that may have been dictated."""
        assessed = self._settled(written, None)
        if isinstance(assessed, Address) and not self.is_known(assessed.canonical):
            self.doubtful.setdefault(assessed.canonical, assessed)

    def _settled(self, what: str, parts: Parts | None) -> Address | Unreportable:
        """Settle each spelling once: a message may repeat it."""
        if what not in self.settled:
            self.settled[what] = _settled(what, parts or take_apart(what))
        return self.settled[what]

    def _in_sentence(self, place: int) -> bool:
        """Tell whether the line at a place has plain words."""
        start = self.text.rfind("\n", 0, place) + 1
        if start not in self.sentences:
            end = self.text.find("\n", place)
            line_end = len(self.text) if end < 0 else end
            self.sentences[start] = bool(patterns.PLAIN_WORD.search(self.text, start, line_end))
        return self.sentences[start]


def _none_is(_canonical: str) -> bool:
    return False


def find(text: str, *, handles: bool = False, is_known: Callable[[str], bool] = _none_is) -> Found:
    """Find the addresses in a message; with `handles`, a bare "@channel" is one too.

    `is_known` tells by its canonical form whether an address needs no more finding: only that form is given.

    Takes text of any length in linear time and never raises. Fullwidth and other dots, "hxxp", "[.]" and the
    like become what they stand for; invisible characters are dropped; the scheme is written small, and a bare
    host gets its scheme; the sharer's parameters are taken out. Nothing else changes.
    """
    message = read_message(text)
    search = _Search(message.folded, is_known)
    left_out_from = search.run(_readings(message, handles=handles))
    until = len(message.text) if left_out_from is None else left_out_from
    rest = unread = _outside(message.text, search.taken, until)
    if search.asked or message.folded is not message.text:
        unread = _outside(message.folded, sorted(search.taken + search.asked, key=_start), until)
    for spoken in spoken_in(unread):
        search.add_spoken(spoken)
    distinct = tuple(search.sure.values())
    doubtful = [each for compared, each in search.doubtful.items() if compared not in search.sure]
    return Found(
        distinct[:MAXIMUM_ADDRESSES],
        tuple(search.unreportable),
        left_out_from is not None,
        frozenset(search.known),
        rest,
        tuple(doubtful[:MOST_DOUBTFUL]),
    )


def _start(reading: Reading) -> int:
    return reading.start


def _outside(text: str, readings: Iterable[Reading], until: int) -> str:
    """Give the text between readings, which are in order, up to a place."""
    pieces: list[str] = []
    begin = 0
    for reading in readings:
        if reading.start >= until:
            break
        pieces.append(text[begin : reading.start])
        begin = reading.end
    return " ".join((*pieces, text[begin:until]))


def _readings(message: Message, *, handles: bool) -> Iterator[Reading]:
    """Read each word that has the sign of a link, from form to form."""
    folded = message.folded
    position = 0
    while word := patterns.WORD.search(folded, position):
        position, end = word.span()
        if "/" in word[0] and (plain := read_word(message, position)):
            yield plain
            position = plain.end
        while position < end and (match := patterns.FORM.search(folded, position, end)):
            form, start = match.lastgroup or "", match.start()
            glued = patterns.SEPARATED.match(folded, match.end())
            if form == "bare" and not (glued or could_be_host(match[0])):
                position = _after_no_host(folded, match)
            elif form == "handle" and not handles:
                position = match.end()
            else:
                reading = read_at(message, form, start, match.end())
                if folded[start - 1 : start] in _BEFORE_LABEL and is_label(folded, start, reading.end):
                    reading = Reading(None, start, reading.end)
                yield reading
                refused = form == "bare" and reading.what is None
                position = _after_no_host(folded, match) if refused else max(reading.end, start + 1)
        position = max(position, end)


def _after_no_host(folded: str, match: re.Match[str]) -> int:
    """Tell where a link may begin behind a host that was refused: mostly not before its end."""
    end = match.end()
    if not patterns.BEHIND_FIRST_LABEL.match(folded, end):
        return end
    *_, last = patterns.DOT.finditer(folded, match.start(), end)
    return last.end()


def _settled(written: str, parts: Parts | None) -> Address | Unreportable:
    """Tell what a link is, without the sharer's parameters, and the marks that nothing follows any more."""
    while (cleaned := without_sharer_of(written, parts)) != written:
        written = trimmed(cleaned, "")
        parts = take_apart(written)
        if written == cleaned:
            break
    return assess(written, parts)
