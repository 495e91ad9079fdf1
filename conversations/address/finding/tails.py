"""Reads what follows a host: path, query and fragment, as far as the link goes."""

import re
from typing import NamedTuple

from ..defanging import defanged_length, refang
from ..kinds import Unreportable
from ..parts import Parts, registrable_domain
from . import patterns
from .message import Message
from .trimming import cut, trimmed, without_next_sentence

_TELEGRAM = ("://t.me", "://telegram.me")
# What is looked at of a link behind another, to tell whose it is.
_LONGEST_HOST = 260
# Hosts whose links are a short name and nothing more: "https://youtu.be/a/https://...", "youtu.be/0(LIVE)".
_SHORT_LINKS = frozenset(
    {"vm.tiktok.com", "vt.tiktok.com", "youtu.be", "t.me", "pin.it", "fb.watch", "bit.ly", "tinyurl.com"}
)

# "http:\\example.com\a", and "\/" of JSON; behind "?" and "#" only escapes of Markdown go.
_BACKSLASH = re.compile(r"\\/?")
_ESCAPES = re.compile(r"\\+(?=[_.-])")


class Reading(NamedTuple):
    """What stands at a place: an address as it will be given, or what keeps it from being one.

    `what` is None where there is nothing. A reading that is not `sure` is asked about; one that is sure only
    `alone` is a host without a path, which is asked about beside other words. `parts` are those of `what`
    where they are known already.
    """

    what: str | Unreportable | None
    start: int
    end: int
    sure: bool = True
    alone: bool = False
    parts: Parts | None = None


class Front(NamedTuple):
    """A link up to its host and port, as it will be given; `start` and `end` tell where it was typed."""

    text: str
    start: int
    end: int
    defanged: bool
    escaped: bool = False
    sure: bool = True


def skipped(message: Message, start: int) -> int:
    """Tell where to read on after text that is no address: its end, or a link within it."""
    stop = patterns.STOP.search(message.text, start)
    return stop.start() if stop else len(message.text)


def with_tail(message: Message, front: Front) -> Reading:
    """Add to a host what follows it: path, query and fragment, as far as they go."""
    if front.text[-1].isalnum() and not patterns.TAIL_BEGINS.match(message.folded, front.end):
        return Reading(front.text, front.start, front.end, front.sure)
    # A Japanese keyboard writes all of a link, and a word processor all of its hyphens.
    folded = message.text[front.end : front.end + 1] == "\uff0f" or _has_folded_hyphen(message, front)
    before = message.text[message.text.rfind("\n", 0, front.start) + 1 : front.start]
    tail, end = _tail(message.folded if folded else message.text, front, before)
    if end - front.end >= patterns.LONGEST_RUN:
        end = skipped(message, end)
    if front.escaped:
        tail = tail.replace("\\/", "/")
    if "\\" in tail:
        tail = _with_strokes(tail, message.text[end : end + 1])
    if tail.endswith("-") and (broken := patterns.BROKEN_AT_HYPHEN.match(message.text, end)):
        end = run_end(message.text, broken.start("more"))
        return Reading(
            f"{front.text}{tail}{message.text[broken.start('more') : end]}", front.start, end, sure=False
        )
    return Reading(trimmed(f"{front.text}{tail}", before), front.start, end, front.sure)


def _has_folded_hyphen(message: Message, front: Front) -> bool:
    """Tell whether a host was typed with another hyphen than ASCII's."""
    begin, end = front.start, front.end
    return message.folded is not message.text and message.folded[begin:end] != message.text[begin:end]


def _with_strokes(tail: str, after: str) -> str:
    """Write "/" for each backslash of the path, as browsers do; one that escapes a quote is none."""
    if after in {'"', "'"}:
        tail = tail.rstrip("\\")
    path = tail.partition("?")[0].partition("#")[0]
    return f"{_BACKSLASH.sub('/', path)}{_ESCAPES.sub('', tail[len(path) :])}"


def _tail(source: str, front: Front, before: str) -> tuple[str, int]:
    """Give what follows the host, refanged where the link is defanged, and where it ends in `source`."""
    if not patterns.TAIL_BEGINS.match(source, front.end):
        return "", front.end
    end = _end_before_next_link(source, front)
    typed = source[front.end : end]
    if before.endswith("<") and (angled := _between_angles(source, typed, end)):
        return refang(angled[0]) if front.defanged else angled[0], angled[1]
    if "?" not in typed and (broken := patterns.SOFT_BREAK.match(source, end)):
        end = broken.end()
        typed = typed.removesuffix("=") + broken["more"]
    elif goes_on := patterns.GOES_ON.match(source, end):
        end = goes_on.end()
        typed += goes_on["more"]
    defanged = front.defanged or typed.startswith("[")
    tail = refang(typed) if defanged else typed
    words_follow = bool(patterns.MORE_WORDS.match(source, end))
    whole = without_next_sentence(cut(tail, before), front.text, words_follow=words_follow)
    if front.text.endswith(_TELEGRAM) and not whole.isascii():
        whole = patterns.BEFORE_OTHER_LETTERS.sub("", whole)
    whole = whole[: _next_link(whole, front.text)]
    if "(" in whole and front.text.rpartition("/")[2].lower() in _SHORT_LINKS:
        whole = patterns.REMARK.sub(r"\1", whole)
    if len(whole) < len(tail):
        rest = len(typed) - (defanged_length(typed, len(whole)) if defanged else len(whole))
        return whole, end - rest
    return whole, end


def _end_before_next_link(source: str, front: Front) -> int:
    """Tell where the run behind a host ends; where many links are glued, the next one is near."""
    separator = source.find("://", front.end, front.end + patterns.LONGEST_RUN)
    if separator >= 0:
        near = run_end(source, front.end, separator + _LONGEST_HOST)
        if near < separator + _LONGEST_HOST:
            return near
        next_link = _next_link(source[front.end : near], front.text)
        if next_link is not None:
            return front.end + next_link
    return run_end(source, front.end)


def _between_angles(source: str, typed: str, end: int) -> tuple[str, int] | None:
    """Read a link on to its ">", over the lines that a mail program made of it, or pass its label."""
    if "|" in typed:
        return typed.partition("|")[0], end
    broken = patterns.BROKEN_IN_ANGLES.match(source, end)
    return (typed + patterns.QUOTED_LINE.sub("", broken[1]), broken.end()) if broken else None


def _next_link(tail: str, front: str) -> int | None:
    """Tell where the next link begins, glued to this one.

    A link behind a "/" belongs to this one ("web.archive.org/web/1/https://..."), unless it leads to the same
    host, or this one is a short link, which holds no other.
    """
    if found := patterns.NEXT_LINK.search(tail):
        return found.start()
    within = patterns.LINK_WITHIN.search(tail)
    host = front.rpartition("/")[2].lower()
    if within and (within["host"].lower() == host or host in _SHORT_LINKS):
        return within.start() + 1
    listed = patterns.LISTED.search(tail)
    return listed.start() if listed and registrable_domain(listed["host"]) else None


def run_end(source: str, start: int, most: int | None = None) -> int:
    """Tell where a run of signs that can stand in a link ends, at most at a place."""
    run = patterns.RUN.match(source, start, len(source) if most is None else most)
    return run.end() if run else start
