"""Finds the host in a typed text, with any kind of dot, and where the sentence goes on."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ..parts import ip_address, public_endings, registrable_domain
from .patterns import DOT

# Letters of scripts that nobody mixes into a Latin or Cyrillic word, so that a host beside them ends there:
# "看example.com看"; but "señoritas.com" is whole.
_OTHER_SCRIPT = r"[^\x00-\u052f\u1d00-\u1fff]"
# No suffix has letters of two scripts, so Cyrillic ends it, too.
_ASCII_HEAD = re.compile(r"[\x21-\x7e]+(?=[^\x00-\u036f\u1d00-\u1fff])")
_ASCII_TAIL = re.compile(rf"(?<={_OTHER_SCRIPT})[a-z0-9][\x21-\x7e]*$", re.IGNORECASE)
_LATIN_FRONT = re.compile(r"[^\x00-\x7f]*[\x21-\x7e]*")
# Files on a phone whose endings are also public suffixes: "video.mov".
_FILE_ENDINGS = frozenset({"zip", "mov", "py", "sh"})
# "printer.local".
_LOCAL_ENDINGS = frozenset({"local", "lan"})
_OCTETS = 4
# "ayer.Es verdad" is two sentences, "ayer.es" may be a site.
_SENTENCE_START = re.compile(r"[A-Z][a-z]")
# Telephone numbers are written in pairs, IP addresses hardly ever: "55.12.34.56".
_PAIRS = re.compile(r"\d\d(?:\.\d\d){3}")
# A word ending of another script, glued to a Latin host: "example.org-та".
_ENDING = re.compile(r"(?<=[a-z])-[^\x00-\x7f]+\Z")
_PLAIN = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")


class SettledHost(NamedTuple):
    """A host with plain dots, and how many of the typed characters (`length`) belong to it."""

    host: str
    length: int
    defanged: bool


def settle_typed(typed: str, *, followed: bool) -> SettledHost:
    """Settle the host of a link that has its scheme; it is taken whole unless a sentence clearly goes on.

    `followed` says that a port or path comes next, so that the host ends where it was typed to end.
    """
    if followed and _PLAIN.fullmatch(typed):
        return SettledHost(typed, len(typed), defanged=False)
    if typed.startswith("["):
        host = re.sub(r"\[([:.\[])\]", r"\1", typed)
        return SettledHost(host, len(typed), defanged=host != typed)
    whole, *shorter = _readings(typed)
    if followed or registrable_domain(whole.host):
        return whole
    for reading in shorter:
        if registrable_domain(reading.host) and _is_next_sentence(typed[reading.length :]):
            return reading
    return whole


def _is_next_sentence(rest: str) -> bool:
    """Tell whether the text after a known suffix is a new sentence: another script, or a capital letter."""
    return not rest[0].isascii() or (rest[1:2].isupper() and not rest.isupper()) or not rest[1:2].isascii()


def could_be_host(typed: str) -> bool:
    """Tell at sight whether what was typed alone may hold a host: "word.word" hardly ever does."""
    typed = typed.lower()
    plain = _PLAIN.fullmatch(typed)
    labels = (typed.split(".") if plain else DOT.split(typed))[1:]
    if not _endings().isdisjoint(labels) or (len(labels) == _OCTETS - 1 and labels[-1].isdecimal()):
        return True
    # A word of another script may be glued to the end.
    return not plain and any(label[:1].isascii() and not label.isascii() for label in labels)


@cache
def _endings() -> frozenset[str]:
    return public_endings() | _LOCAL_ENDINGS


def settle_bare(typed: str, *, followed: bool) -> SettledHost | None:
    """Settle a host that was typed alone: the longest reading with a known public suffix, or None."""
    if not typed.isascii():
        typed = _ENDING.sub("", typed)
    refused: set[str] = set()
    for reading in _readings(typed):
        last = reading.host.rpartition(".")[2]
        whole = reading.length == len(typed)
        if last in refused:
            # A shorter host with the same end is no better; a chain of a hundred labels is read once.
            continue
        if _could_be_meant(reading.host, followed=followed and whole, whole=whole):
            return _without_foreign_head(reading)
        refused.add(last)
    return None


def _readings(typed: str) -> Iterator[SettledHost]:
    """Read a typed host ever shorter: whole, without a foreign end of its last label, without that label."""
    if _PLAIN.fullmatch(typed):
        while typed:
            yield SettledHost(typed, len(typed), defanged=False)
            typed = typed.rpartition(".")[0]
        return
    dots = list(DOT.finditer(typed))
    starts = [0, *(dot.end() for dot in dots)]
    ends = [*(dot.start() for dot in dots), len(typed)]
    labels = [typed[start:end] for start, end in zip(starts, ends, strict=True)]
    defanged = any(len(dot[0]) > 1 for dot in dots)
    for count in range(len(labels), 0, -1):
        front = ".".join(labels[:count])
        yield SettledHost(front, ends[count - 1], defanged)
        ascii_head = None if front.isascii() else _ASCII_HEAD.match(labels[count - 1])
        if ascii_head and _LATIN_FRONT.fullmatch(front[: -len(labels[count - 1])]):
            cut = len(labels[count - 1]) - ascii_head.end()
            yield SettledHost(front[:-cut], ends[count - 1] - cut, defanged)


def _could_be_meant(host: str, *, followed: bool, whole: bool) -> bool:
    labels = host.split(".")
    if len(labels) == 1:
        return False
    if host.replace(".", "").isdecimal():
        return whole and len(labels) == _OCTETS and (followed or not _PAIRS.fullmatch(host)) and _is_ip(host)
    last = labels[-1]
    if not followed and (last.lower() in _FILE_ENDINGS or _SENTENCE_START.fullmatch(last)):
        return False
    return bool(registrable_domain(host)) or last.lower() in _LOCAL_ENDINGS


def _is_ip(host: str) -> bool:
    return ip_address(host) is not None


def _without_foreign_head(reading: SettledHost) -> SettledHost:
    """Drop the word of another script that was written right before the host."""
    first, dot, rest = reading.host.partition(".")
    ascii_tail = None if first.isascii() else _ASCII_TAIL.search(first)
    if ascii_tail and rest.isascii():
        first = ascii_tail[0]
    return SettledHost(f"{first.lstrip('_-')}{dot}{rest}", reading.length, reading.defanged)
