"""Finds every address in a message, whole and in order: typed, pasted, disguised or broken over lines."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from . import patterns
from .canonical_form import canonical
from .defanging import defanged_length, refang
from .hosts import settle_bare, settle_typed
from .kinds import HANDLE, Address, Unreportable, assess
from .limits import MAXIMUM_ADDRESSES
from .parts import WEB_SCHEMES, ip_address, registrable_domain, take_apart
from .sharer_parameters import without_sharer
from .trimming import trimmed


@dataclass(frozen=True, slots=True)
class Found:
    """The links of a message: at most 20 new addresses, distinct by canonical form, and links that are none.

    `left_out` tells that there were more than 20, `known` how many were known before. `rest` is the text
    without these addresses, as far as it was read.
    """

    addresses: tuple[Address, ...]
    unreportable: tuple[Unreportable, ...]
    left_out: bool = False
    known: int = 0
    rest: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class _Message:
    text: str
    folded: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    what: str | Unreportable | None
    end: int
    start: int = 0


@dataclass(frozen=True, slots=True)
class _Front:
    """A link up to its host and port, as it will be given; `start` and `end` tell where it was typed."""

    text: str
    start: int
    end: int
    defanged: bool
    escaped: bool = False


def _none_is(_canonical: str) -> bool:
    return False


def find(text: str, *, handles: bool = False, is_known: Callable[[str], bool] = _none_is) -> Found:
    """Find the addresses in a message; with `handles`, a bare "@channel" is one too.

    `is_known` tells by its canonical form whether an address needs no more finding: it is counted, not given.

    Takes text of any length in linear time and never raises. Fullwidth and other dots, "hxxp", "[.]" and the
    like become what they stand for; invisible characters are dropped; the scheme is written small, and a bare
    host gets its scheme; the sharer's parameters are taken out. Nothing else changes.
    """
    message = _message(text)
    addresses: dict[str, Address] = {}
    known: set[str] = set()
    unreportable: dict[Unreportable, None] = {}
    rest, read_until = [], 0
    for candidate in _candidates(message, handles=handles):
        assessed = _assessed(candidate.what)
        if isinstance(assessed, Address):
            compared = canonical(assessed.given)
            if is_known(compared):
                known.add(compared)
            else:
                addresses.setdefault(compared, assessed)
            if len(addresses) > MAXIMUM_ADDRESSES:
                break
            rest.append(message.text[read_until : candidate.start])
            read_until = candidate.end
        elif assessed is not None:
            unreportable[assessed] = None
    else:
        rest.append(message.text[read_until:])
    distinct = tuple(addresses.values())
    return Found(
        distinct[:MAXIMUM_ADDRESSES],
        tuple(unreportable),
        len(distinct) > MAXIMUM_ADDRESSES,
        len(known),
        " ".join(rest),
    )


def _assessed(what: str | Unreportable | None) -> Address | Unreportable | None:
    return what if what is None or isinstance(what, Unreportable) else assess(_cleaned(what))


def read(given: str) -> Address | None:
    """Read one address as `find` gave it: the same address again, or None where it is none."""
    assessed = assess(_without_sharer(given))
    return None if isinstance(assessed, Unreportable) else assessed


def _message(text: str) -> _Message:
    text = patterns.LONE_SURROGATE.sub(" ", text).replace("\r\n", "\n").replace("\r", "\n")
    text = patterns.IDLE_JOINER.sub("", patterns.INVISIBLE.sub("", text))
    return _Message(text, text.translate(patterns.FULLWIDTH))


def _candidates(message: _Message, *, handles: bool) -> Iterator[_Candidate]:
    position = refused_until = 0
    while match := patterns.CANDIDATE.search(message.folded, position):
        form = match.lastgroup or ""
        if form == "bare" and match.start() < refused_until:
            # The end of a chain of labels without a known suffix; to read it again at each takes long.
            position = _first_dot(message, match)
            continue
        candidate = _candidate(message, form, match.start(), match.end())
        if candidate.what is not None and (handles or form != "handle"):
            yield replace(candidate, start=match.start())
        if form == "bare" and candidate.what is None:
            refused_until = match.end()
            position = _first_dot(message, match)
        else:
            position = max(candidate.end, match.start() + 1)


def _first_dot(message: _Message, match: re.Match[str]) -> int:
    dot = patterns.DOT.search(message.folded, match.start())
    return dot.start() if dot else match.end()


def _candidate(message: _Message, form: str, start: int, end: int) -> _Candidate:
    matched = message.folded[start:end]
    match form:
        case "web":
            return _typed(message, start, end)
        case "app":
            return _app_link(message, start, end)
        case "bare":
            return _bare(message, start, end)
        case "handle":
            name = refang(matched)
            return _Candidate(name if HANDLE.fullmatch(name) else None, end)
        case "email":
            known = registrable_domain(matched.rpartition("@")[2])
            return _Candidate(Unreportable.EMAIL if known else None, end)
        case "local":
            return _Candidate(Unreportable.LOCAL_FILE, _skipped(message, end))
        case "localhost":
            return _Candidate(Unreportable.PRIVATE_NETWORK, _skipped(message, end))
    return _Candidate(Unreportable.UNREADABLE, _skipped(message, end))


def _typed(message: _Message, start: int, end: int) -> _Candidate:
    """Read a link that was typed with its scheme."""
    typed = message.folded[start:end]
    authority = patterns.AUTHORITY.match(message.folded, end)
    if authority is None:
        return _Candidate(Unreportable.UNREADABLE, _skipped(message, end))
    after = authority.end()
    followed = bool(authority["rest"] or patterns.HAS_TAIL.match(message.folded, after))
    settled = settle_typed(authority["host"], followed=followed)
    begun = f"{_scheme(typed)}://{refang(authority['userinfo'])}{settled.host}"
    if settled.length < len(authority["host"]):
        return _Candidate(begun, authority.start("host") + settled.length)
    unknown = registrable_domain(settled.host) is None
    if typed[-1].isspace() and unknown:
        return _Candidate(Unreportable.UNREADABLE, end)
    broken = patterns.BROKEN_HOST.match(message.folded, after)
    if not followed and (broken or (unknown and patterns.BROKEN_LABELS.match(message.folded, after))):
        return _Candidate(Unreportable.UNREADABLE, _skipped(message, after))
    defanged = settled.defanged or bool(patterns.DISGUISED.search(typed))
    front = _Front(f"{begun}{refang(authority['rest'])}", start, after, defanged, "\\/" in typed)
    return _with_tail(message, front)


def _scheme(typed: str) -> str:
    word = typed.lower().split(":")[0]
    if word.startswith("ftp"):
        return "ftp"
    return "https" if "s" in word else "http"


def _app_link(message: _Message, start: int, end: int) -> _Candidate:
    """Read a link with a scheme of its own (tg, magnet, ipfs, whatsapp)."""
    typed = message.folded[start:end]
    scheme = typed.rstrip("[](:)").lower()
    return _with_tail(message, _Front(f"{scheme}:", start, end, bool(patterns.DISGUISED.search(typed))))


def _bare(message: _Message, start: int, end: int) -> _Candidate:
    """Read a host that was typed without a scheme, when its public suffix is known."""
    port = patterns.PORT.match(message.folded, end)
    after = port.end() if port else end
    followed = bool(port or patterns.HAS_TAIL.match(message.folded, after))
    settled = settle_bare(message.folded[start:end], followed=followed)
    if settled is None:
        return _Candidate(None, end)
    begun = f"{_likely_scheme(settled.host)}://{settled.host}"
    if settled.length < end - start:
        return _Candidate(begun, start + settled.length)
    return _with_tail(
        message, _Front(f"{begun}{refang(port[0]) if port else ''}", start, after, settled.defanged)
    )


def _likely_scheme(host: str) -> str:
    """Choose as browsers do for what is typed alone: https, but not for IP addresses and onion services."""
    return "http" if host.lower().endswith(".onion") or ip_address(host) else "https"


def _with_tail(message: _Message, front: _Front) -> _Candidate:
    """Add to a host what follows it: path, query and fragment, as far as they go."""
    fullwidth = message.text[front.end : front.end + 1] == "\uff0f"
    before = message.text[front.start - 1 : front.start]
    tail, end = _tail(message.folded if fullwidth else message.text, front)
    if end - front.end >= patterns.LONGEST_RUN:
        end = _skipped(message, end)
    if front.escaped:
        tail = tail.replace("\\/", "/")
    if before == "<":
        tail = tail.partition("|")[0]
    return _Candidate(trimmed(f"{front.text}{tail}", before), end)


def _tail(source: str, front: _Front) -> tuple[str, int]:
    """Give what follows the host, refanged where the link is defanged, and where it ends in `source`."""
    if not patterns.TAIL_BEGINS.match(source, front.end):
        return "", front.end
    end = _run_end(source, front.end)
    typed = source[front.end : end]
    if goes_on := patterns.GOES_ON.match(source, end):
        end = goes_on.end()
        typed += goes_on["any"] or goes_on["marked"]
    tail = refang(typed) if front.defanged else typed
    if cut := patterns.NEXT_LINK.search(tail):
        rest = len(typed) - (defanged_length(typed, cut.start()) if front.defanged else cut.start())
        return tail[: cut.start()], end - rest
    return tail, end


def _skipped(message: _Message, start: int) -> int:
    """Tell where to read on after text that is no address: its end, or a link within it."""
    stop = patterns.STOP.search(message.text, start)
    return stop.start() if stop else len(message.text)


def _run_end(source: str, start: int) -> int:
    run = patterns.RUN.match(source, start)
    return run.end() if run else start


def _cleaned(address: str) -> str:
    """Remove the sharer's parameters, and the marks that nothing follows any more."""
    while (cleaned := trimmed(_without_sharer(address), "")) != address:
        address = cleaned
    return address


def _without_sharer(address: str) -> str:
    parts = take_apart(address)
    if parts is None or parts.scheme not in WEB_SCHEMES:
        return address
    page, mark, fragment = address.partition("#")
    path, question, query = page.partition("?")
    return f"{path}{without_sharer(f'{question}{query}', parts.host)}{mark}{fragment}"
