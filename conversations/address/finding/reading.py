"""Reads one link at its place in a message: its scheme, its host, and what follows, as far as it goes.

A link is one word: it ends at a space. Where it goes on behind one, as keyboards and mail programs break
links, the reading is not sure, and the reporter is asked; only a query broken over lines is joined unasked.
"""

import re
from urllib.parse import unquote

from ..canonical_form import HANDLE
from ..defanging import refang
from ..kinds import Unreportable
from ..parts import ip_address, plain_parts, registrable_domain
from . import context, patterns
from .hosts import settle_bare, settle_typed
from .message import Message, read_message
from .tails import Front, Reading, run_end, skipped, with_tail
from .trimming import may_go_on, trimmed

_ONION_LETTERS = 56
_WEB = ("https://", "http://")
# "https://t.me/ made_up".
_NAMELESS = ("://t.me/", "://t.me/+", "://telegram.me/")
# What stands for a dot, or beside one, in a host that was broken.
_BESIDE_DOT = re.compile(r"\s")
# "https%25253A%25252F%25252Fexample.com".
_MOST_ENCODINGS = 3
# "file:///sdcard/a.mp4", "localhost:3000", "instagram://media?id=1".
_REFUSED = {
    "local": Unreportable.LOCAL_FILE,
    "localhost": Unreportable.PRIVATE_NETWORK,
    "other": Unreportable.UNREADABLE,
}


def read_at(message: Message, form: str, start: int, end: int) -> Reading:
    """Read what FORM found between two places; it may end behind the second."""
    matched = message.folded[start:end]
    match form:
        case "web":
            return read_plain(message, start) or _typed(message, start, end)
        case "bare":
            return _bare_in_context(message, start, end)
        case "app":
            scheme = matched.rstrip("[](:)").lower()
            return with_tail(message, Front(f"{scheme}:", start, end, _is_disguised(matched)))
        case "handle":
            return Reading(_handle(refang(matched)), start, end)
        case "email":
            known = registrable_domain(matched.rpartition("@")[2])
            return Reading(Unreportable.EMAIL if known else None, start, end)
        case "encoded":
            return Reading(_decoded(matched), start, end)
    return Reading(_REFUSED[form], start, skipped(message, end))


def read_plain(message: Message, start: int) -> Reading | None:
    """Read a link in which nothing could be meant otherwise; in a third of the time of the others."""
    plain = patterns.PLAIN_LINK.match(message.text, start)
    if plain is None or patterns.GOES_ON.match(message.text, plain.end()):
        return None
    if plain[0][-1] in {"=", "-"} and patterns.BROKEN_LINE.match(message.text, plain.end()):
        return None
    written, scheme, host, *rest = plain.groups("")
    if not scheme:
        if not registrable_domain(host):
            return None
        scheme = _likely_scheme(host)
        written = f"{scheme}://{written}"
    if may_go_on(written):
        return None
    parts = plain_parts(written, (scheme, host, *rest))
    return _with_name(message, Reading(written, start, plain.end(), parts=parts)) if parts else None


def read_word(message: Message, start: int) -> Reading | None:
    """Read a word that begins with a plain link, unless what is before may be part of it, or it of a list."""
    folded = message.folded
    plain = read_plain(message, start)
    if plain is None or folded.startswith(_WEB, start):
        return plain
    has_more = "0" <= folded[start] <= "9" or "www." in folded[start + 1 : plain.end]
    return None if has_more or context.may_continue(folded, start) else plain


def _is_disguised(typed: str) -> bool:
    return bool(patterns.DISGUISED.search(typed))


def _handle(name: str) -> str | None:
    """Read "@name", and "@name@host" as the address that it has there."""
    user, at, host = name[1:].partition("@")
    if at:
        return f"https://{host}/@{user}" if registrable_domain(host) else None
    return name if HANDLE.fullmatch(name) else None


def _decoded(typed: str) -> str | Unreportable | None:
    """Read a link that was copied out of another's query, as if it had been sent by itself."""
    for _ in range(_MOST_ENCODINGS):
        typed = unquote(typed)
        if "://" in typed:
            break
    message = read_message(typed)
    link = patterns.FORM.match(message.folded)
    is_web = link is not None and link.lastgroup == "web"
    return _typed(message, 0, link.end()).what if link and is_web else Unreportable.UNREADABLE


def _typed(message: Message, start: int, end: int) -> Reading:
    """Read a link that was typed with its scheme."""
    folded = message.folded
    authority = patterns.AUTHORITY.match(folded, end)
    if authority is None:
        return Reading(Unreportable.UNREADABLE, start, skipped(message, end))
    typed, host, after = folded[start:end], authority["host"], authority.end()
    glued = patterns.GLUED_SCHEME.search(host) if patterns.SEPARATED.match(folded, after) else None
    if glued:
        host, after = host[: glued.start()].rstrip("."), authority.start("host") + glued.start()
    followed = bool(authority["rest"] or patterns.HAS_TAIL.match(folded, after))
    # Browsers refuse a fullwidth "%": decoded, it would be part of another host.
    refused = not host or "\uff05" in message.text[start:after]
    settled = None if refused else settle_typed(host, followed=followed)
    if settled is None:
        return Reading(Unreportable.UNREADABLE, start, after)
    begun = f"{_scheme(typed)}://{refang(authority['userinfo'])}"
    if settled.length < len(host) or glued:
        return Reading(f"{begun}{settled.host}", start, authority.start("host") + settled.length)
    defanged = settled.defanged or _is_disguised(typed)
    front = Front(f"{begun}{settled.host}{refang(authority['rest'])}", start, after, defanged, "\\/" in typed)
    if followed:
        return _with_name(message, with_tail(message, front))
    spaced = folded[authority.start() : authority.start("host")].startswith(" ")
    return _typed_alone(message, front, settled.host, spaced=spaced)


def _typed_alone(message: Message, front: Front, host: str, *, spaced: bool) -> Reading:
    """Read a host with a scheme that nothing follows in its word; with a space, it may go on."""
    folded = message.folded
    unknown = registrable_domain(host) is None
    if joined := _joined_host(message, front, host, unknown=unknown):
        return joined
    broken = patterns.BROKEN_HOST.match(folded, front.end)
    if broken or (unknown and (spaced or patterns.BROKEN_LABELS.match(folded, front.end))):
        return Reading(Unreportable.UNREADABLE, front.start, skipped(message, front.end))
    if not unknown and patterns.SPACED_PATH.match(folded, front.end):
        return with_tail(message, front._replace(end=front.end + 1, sure=False))
    return with_tail(message, front)


def _joined_host(message: Message, front: Front, host: str, *, unknown: bool) -> Reading | None:
    """Join a host that has spaces at its dots: "https://example. com/a"; onions unasked."""
    folded = message.folded
    broken = patterns.BROKEN_ONION.match(folded, front.end) if "." not in host else None
    if broken and len(host) + len(broken[0]) - len(" .onion") == _ONION_LETTERS:
        return with_tail(message, front._replace(text=f"{front.text}{broken[0][1:]}", end=broken.end()))
    more = patterns.SPACED_HOST.match(folded, front.end)
    if more is None and unknown:
        more = patterns.COMMA_HOST.match(folded, front.end)
    if more is None:
        return None
    rest = _BESIDE_DOT.sub("", more[0].replace(",", "."))
    followed = bool(patterns.HAS_TAIL.match(folded, more.end()))
    likely = unknown or followed or rest.rpartition(".")[2].lower() in patterns.PLAIN_SUFFIXES
    if not (likely and registrable_domain(f"{host}{rest}")):
        return None
    return with_tail(message, front._replace(text=f"{front.text}{rest}", end=more.end(), sure=False))


def _with_name(message: Message, reading: Reading) -> Reading:
    """Join a name behind "t.me/ ", which leads nowhere without one."""
    if not (isinstance(reading.what, str) and reading.what.endswith(_NAMELESS)):
        return reading
    space = patterns.SPACED_NAME.match(message.folded, reading.end)
    if space is None:
        return reading
    end = run_end(message.text, space.end())
    what = trimmed(f"{reading.what}{message.text[space.end() : end]}", "")
    return Reading(what, reading.start, end, sure=False)


def _scheme(typed: str) -> str:
    word = typed.lower().split(":")[0]
    if word.startswith("ftp"):
        return "ftp"
    return "https" if "s" in word else "http"


def _bare_in_context(message: Message, start: int, end: int) -> Reading:
    """Read a host without a scheme, which is not sure where a word before it may be part of it."""
    start = context.after_number(message.folded, start)
    reading = read_plain(message, start) or _bare(message, start, end)
    if not isinstance(reading.what, str):
        return reading
    if name := context.broken_name(message.folded, start):
        whole = reading.what.replace("://", f"://{name}", 1)
        return Reading(whole, start - len(name) - 1, reading.end, sure=False)
    if context.is_unclear(message, start, end):
        return reading._replace(sure=False, parts=None)  # it counts among those that are read with care
    return reading


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
    if not followed and context.is_no_site(folded, start, end):
        return Reading(None, start, end)
    is_server = folded[end - 1].isdecimal() and context.is_server(folded, start)
    settled = settle_bare(folded[start:end], followed=followed or is_server)
    if settled is None or (after_at and not followed):
        return Reading(None, start, end)
    host = settled.host
    begun = f"{_likely_scheme(host)}://{host}"
    alone = not (followed or settled.defanged or host.lower().startswith("www."))
    if settled.length < end - start:
        return Reading(begun, start, start + settled.length, alone=alone)
    front = Front(f"{begun}{refang(port[0]) if port else ''}", start, after, settled.defanged)
    if followed:
        return _with_name(message, with_tail(message, front))
    if patterns.SPACED_PATH.match(folded, after):
        return with_tail(message, front._replace(end=after + 1, sure=False))
    return with_tail(message, front)._replace(alone=alone)


def _likely_scheme(host: str) -> str:
    """Choose as browsers do for what is typed alone: https, but not for IP addresses and hidden services."""
    return "http" if host.lower().endswith((".onion", ".i2p")) or ip_address(host) else "https"
