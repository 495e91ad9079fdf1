"""Reads one link at its place in a message: its scheme, its host, and what follows, as far as it goes.

A link is one word: it ends at a space. Where it goes on behind one, as keyboards and mail programs break
links, the reading is not sure, and the reporter is asked; only a query broken over lines is joined unasked.
"""

from typing import NamedTuple
from urllib.parse import unquote

from . import patterns
from .defanging import defanged_length, refang
from .hosts import settle_bare, settle_typed
from .kinds import HANDLE, Unreportable
from .message import Message
from .parts import ip_address, registrable_domain
from .trimming import cut, trimmed

_ONION_LETTERS = 56
_NAMELESS = ("://t.me/", "://t.me/+", "://telegram.me/")
_MOST_ENCODINGS = 3
_REFUSED = {
    "local": Unreportable.LOCAL_FILE,
    "localhost": Unreportable.PRIVATE_NETWORK,
    "other": Unreportable.UNREADABLE,
}
# Hosts whose links are a short name and nothing more.
_SHORT_LINKS = frozenset(
    {"vm.tiktok.com", "vt.tiktok.com", "youtu.be", "t.me", "pin.it", "fb.watch", "bit.ly", "tinyurl.com"}
)
_SURE_SUFFIXES = frozenset({"com", "net", "org", "info", "onion", "xyz", "io", "tv", "ru", "biz", "gg", "cc"})


class Reading(NamedTuple):
    """What stands at a place: an address as it will be given, or what keeps it from being one.

    `what` is None where there is nothing. A reading that is not `sure` is asked about; one that is sure only
    `alone` is a host without a path, which is asked about beside other words.
    """

    what: str | Unreportable | None
    end: int
    start: int = 0
    sure: bool = True
    alone: bool = False


class _Front(NamedTuple):
    """A link up to its host and port, as it will be given; `start` and `end` tell where it was typed."""

    text: str
    start: int
    end: int
    defanged: bool
    escaped: bool = False
    sure: bool = True


def read_at(message: Message, form: str, start: int, end: int) -> Reading:
    """Read what FORM found between two places; it may end behind the second."""
    matched = message.folded[start:end]
    match form:
        case "web":
            return _typed(message, start, end)
        case "bare":
            return _bare(message, start, end)
        case "app":
            scheme = matched.rstrip("[](:)").lower()
            return _with_tail(message, _Front(f"{scheme}:", start, end, _is_disguised(matched)))
        case "handle":
            return Reading(_handle(refang(matched)), end)
        case "email":
            known = registrable_domain(matched.rpartition("@")[2])
            return Reading(Unreportable.EMAIL if known else None, end)
        case "encoded":
            return Reading(_decoded(matched), end)
    return Reading(_REFUSED[form], skipped(message, end))


def skipped(message: Message, start: int) -> int:
    """Tell where to read on after text that is no address: its end, or a link within it."""
    stop = patterns.STOP.search(message.text, start)
    return stop.start() if stop else len(message.text)


def _is_disguised(typed: str) -> bool:
    return bool(patterns.DISGUISED.search(typed))


def _handle(name: str) -> str | None:
    """Read "@name", and "@name@host" as the address that it has there."""
    user, at, host = name[1:].partition("@")
    if at:
        return f"https://{host}/@{user}" if registrable_domain(host) else None
    return name if HANDLE.fullmatch(name) else None


def _decoded(typed: str) -> str:
    for _ in range(_MOST_ENCODINGS):
        typed = unquote(typed)
        if "://" in typed:
            break
    return trimmed(f"{_scheme(typed)}{typed[typed.index('://') :]}", "")


def _typed(message: Message, start: int, end: int) -> Reading:
    """Read a link that was typed with its scheme."""
    folded = message.folded
    authority = patterns.AUTHORITY.match(folded, end)
    if authority is None:
        return Reading(Unreportable.UNREADABLE, skipped(message, end))
    typed, host, after = folded[start:end], authority["host"], authority.end()
    glued = patterns.GLUED_SCHEME.search(host) if patterns.SEPARATED.match(folded, after) else None
    if glued:
        host, after = host[: glued.start()].rstrip("."), authority.start("host") + glued.start()
    followed = bool(authority["rest"] or patterns.HAS_TAIL.match(folded, after))
    settled = settle_typed(host, followed=followed) if host else None
    if settled is None:
        return Reading(Unreportable.UNREADABLE, after)
    begun = f"{_scheme(typed)}://{refang(authority['userinfo'])}"
    if settled.length < len(host) or glued:
        return Reading(f"{begun}{settled.host}", authority.start("host") + settled.length)
    defanged = settled.defanged or _is_disguised(typed)
    front = _Front(
        f"{begun}{settled.host}{refang(authority['rest'])}", start, after, defanged, "\\/" in typed
    )
    if followed:
        return _with_name(message, _with_tail(message, front))
    spaced = folded[authority.start() : authority.start("host")].startswith(" ")
    return _typed_alone(message, front, settled.host, spaced=spaced)


def _typed_alone(message: Message, front: _Front, host: str, *, spaced: bool) -> Reading:
    """Read a host with a scheme that nothing follows in its word; with a space, it may go on."""
    folded = message.folded
    unknown = registrable_domain(host) is None
    if joined := _joined_host(message, front, host, unknown=unknown):
        return joined
    broken = patterns.BROKEN_HOST.match(folded, front.end)
    if broken or (unknown and (spaced or patterns.BROKEN_LABELS.match(folded, front.end))):
        return Reading(Unreportable.UNREADABLE, skipped(message, front.end))
    if not unknown and patterns.SPACED_PATH.match(folded, front.end):
        return _with_tail(message, front._replace(end=front.end + 1, sure=False))
    return _with_tail(message, front)


def _joined_host(message: Message, front: _Front, host: str, *, unknown: bool) -> Reading | None:
    """Join a host that has spaces at its dots: "https://example. com/a"; onions unasked."""
    folded = message.folded
    broken = patterns.BROKEN_ONION.match(folded, front.end) if "." not in host else None
    if broken and len(host) + len(broken[0]) - len(" .onion") == _ONION_LETTERS:
        return _with_tail(message, front._replace(text=f"{front.text}{broken[0][1:]}", end=broken.end()))
    more = patterns.SPACED_HOST.match(folded, front.end)
    if more is None:
        return None
    rest = more[0].replace(" ", "")
    followed = bool(patterns.HAS_TAIL.match(folded, more.end()))
    likely = unknown or followed or rest.rpartition(".")[2].lower() in _SURE_SUFFIXES
    if not (likely and registrable_domain(f"{host}{rest}")):
        return None
    return _with_tail(message, front._replace(text=f"{front.text}{rest}", end=more.end(), sure=False))


def _with_name(message: Message, reading: Reading) -> Reading:
    """Join a name behind "t.me/ ", which leads nowhere without one."""
    if not (isinstance(reading.what, str) and reading.what.endswith(_NAMELESS)):
        return reading
    space = patterns.SPACED_NAME.match(message.folded, reading.end)
    if space is None:
        return reading
    end = _run_end(message.text, space.end())
    return Reading(trimmed(f"{reading.what}{message.text[space.end() : end]}", ""), end, sure=False)


def _scheme(typed: str) -> str:
    word = typed.lower().split(":")[0]
    if word.startswith("ftp"):
        return "ftp"
    return "https" if "s" in word else "http"


def _bare(message: Message, start: int, end: int) -> Reading:
    """Read a host that was typed without a scheme, when its public suffix is known."""
    folded = message.folded
    glued = (
        patterns.GLUED_SCHEME.search(folded, start, end) if patterns.SEPARATED.match(folded, end) else None
    )
    end = glued.start() if glued else end
    port = patterns.PORT.match(folded, end)
    after = port.end() if port else end
    followed = bool(port or patterns.HAS_TAIL.match(folded, after))
    after_at = folded[start - 1 : start] == "@"
    settled = settle_bare(folded[start:end], followed=followed)
    if settled is None or (after_at and not followed):
        return Reading(None, end)
    host = settled.host
    begun = f"{_likely_scheme(host)}://{host}"
    alone = not (followed or settled.defanged or host.lower().startswith("www."))
    if settled.length < end - start:
        return Reading(begun, start + settled.length, alone=alone)
    front = _Front(f"{begun}{refang(port[0]) if port else ''}", start, after, settled.defanged)
    if followed:
        return _with_name(message, _with_tail(message, front))
    if patterns.SPACED_PATH.match(folded, after):
        return _with_tail(message, front._replace(end=after + 1, sure=False))
    return _with_tail(message, front)._replace(alone=alone)


def _likely_scheme(host: str) -> str:
    """Choose as browsers do for what is typed alone: https, but not for IP addresses and hidden services."""
    return "http" if host.lower().endswith((".onion", ".i2p")) or ip_address(host) else "https"


def _with_tail(message: Message, front: _Front) -> Reading:
    """Add to a host what follows it: path, query and fragment, as far as they go."""
    fullwidth = message.text[front.end : front.end + 1] == "\uff0f"
    before = message.text[message.text.rfind("\n", 0, front.start) + 1 : front.start]
    tail, end = _tail(message.folded if fullwidth else message.text, front, before)
    if end - front.end >= patterns.LONGEST_RUN:
        end = skipped(message, end)
    if front.escaped:
        tail = tail.replace("\\/", "/")
    return Reading(trimmed(f"{front.text}{tail}", before), end, sure=front.sure)


def _tail(source: str, front: _Front, before: str) -> tuple[str, int]:
    """Give what follows the host, refanged where the link is defanged, and where it ends in `source`."""
    if not patterns.TAIL_BEGINS.match(source, front.end):
        return "", front.end
    end = _run_end(source, front.end)
    typed = source[front.end : end]
    if goes_on := patterns.GOES_ON.match(source, end):
        end = goes_on.end()
        typed += goes_on["more"]
    tail = refang(typed) if front.defanged or typed.startswith("[") else typed
    whole = cut(tail, before)
    whole = whole[: _next_link(whole, front.text)]
    if len(whole) < len(tail):
        rest = len(typed) - (defanged_length(typed, len(whole)) if front.defanged else len(whole))
        return whole, end - rest
    return whole, end


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


def _run_end(source: str, start: int) -> int:
    run = patterns.RUN.match(source, start)
    return run.end() if run else start
