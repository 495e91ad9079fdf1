"""Searches every byte that was written or sent for every marker in every way of writing."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from tests.canaries.encodings import ways
from tests.canaries.markers import Kind, Marker

_LONG: Final = 8
_SHORT: Final = 4
_RARE: Final = 6
_SEEN_AROUND: Final = 40


@dataclass(frozen=True)
class Sink:
    """Something that was written or sent; `readers` are the kinds of markers that may be read there.

    `random` tells of keys, hashes and seals in it: among many of them every four bytes turn up one day.
    """

    name: str
    content: bytes
    readers: frozenset[Kind] = frozenset()
    random: bool = False


class Finding(NamedTuple):
    """A marker that was found: which, how it was written, where, and what stands around it."""

    marker: str
    way: str
    sink: str
    around: str


class _Needle(NamedTuple):
    marker: Marker
    way: str
    written: bytes


class Haystacks:
    """Searches sinks for a set of markers; `bytes_searched` adds up over all of them."""

    def __init__(self, markers: Iterable[Marker]) -> None:
        self.bytes_searched = 0
        self.needles = 0
        self._by_tail: dict[int, defaultdict[int, list[_Needle]]] = {
            _LONG: defaultdict(list),
            _SHORT: defaultdict(list),
        }
        for marker in markers:
            for way, written in ways(marker):
                self._add(_Needle(marker, way, written))

    def search(self, sink: Sink) -> list[Finding]:
        """Give every way of every marker that is in the sink, once each."""
        self.bytes_searched += len(sink.content)
        return [
            Finding(needle.marker.name, needle.way, sink.name, _around(sink.content, needle.written))
            for needle in self._candidates(sink.content)
            if needle.written in sink.content and not _allowed(needle, sink)
        ]

    def _add(self, needle: _Needle) -> None:
        # The end of a written marker is as random as the marker; its beginning may be that of any link.
        size = _LONG if len(needle.written) >= _LONG else _SHORT
        assert len(needle.written) >= _SHORT, needle
        self._by_tail[size][int.from_bytes(needle.written[-size:], sys.byteorder)].append(needle)
        self.needles += 1

    def _candidates(self, content: bytes) -> Iterator[_Needle]:
        for size, tails in self._by_tail.items():
            found = set()
            for shift in range(size):
                end = shift + (len(content) - shift) // size * size
                part = memoryview(content)[shift:end]
                found |= tails.keys() & set(part.cast("Q") if size == _LONG else part.cast("I"))
            for tail in found:
                yield from tails[tail]


def _allowed(needle: _Needle, sink: Sink) -> bool:
    too_short = sink.random and len(needle.written) < _RARE
    return too_short or needle.marker.kind in sink.readers


def _around(content: bytes, written: bytes) -> str:
    at = content.find(written)
    return repr(content[max(0, at - _SEEN_AROUND) : at + len(written) + _SEEN_AROUND])
