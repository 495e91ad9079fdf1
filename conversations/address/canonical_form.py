"""The canonical form of an address: one spelling for all its spellings, with nothing else changed.

Two addresses count as equal when they differ only in:

1. how the URL standard (WHATWG) writes them: case of scheme and host, IDNA, default port, dot segments,
   backslashes, tabs and line ends, which characters are percent-encoded, empty userinfo;
2. a final dot of the host;
3. an empty path and "/" (also of ipfs: and ipns:);
4. an empty query or an empty fragment, and none;
5. the case of hexadecimal digits after "%", and whether a letter, a digit, "-", ".", "_" or "~" is written
   with "%" (RFC 3986, 6.2.2.1 and 6.2.2.2);
6. the sharer's parameters and those of campaigns (see `listed_parameters`). What is given keeps the latter;
7. http and https, each on its own default port;
8. Telegram's names for one place (core.telegram.org/api/links): telegram.me, telegram.dog and name.t.me for
   t.me, with or without "www."; tg: links of channels, posts and invitations; "joinchat/" and "%2B" for "+";
   the preview "/s/"; the case of a name (Telegram looks names up without regard to it), "@" before it, a
   final "/" after a name or post, and "single" beside a post's number;
9. everything but the info-hash of a BitTorrent magnet link (BEP 9), and that hash's case and base (16 or 32);
10. the case of a bare handle.

These stay different, on purpose: "www." and "m." hosts, a final "/" of any other longer path, the order of
parameters, fragments, userinfo, an IPFS gateway and the content's own ipfs: address.
"""

import re
from base64 import b32decode
from string import ascii_letters, digits
from urllib.parse import parse_qsl

from .parts import WEB_SCHEMES, Parts, take_apart
from .sharer_parameters import without_sharer_and_campaign

CANONICALISER_VERSION = 2
HANDLE = re.compile(r"@(?=[0-9_.]*[A-Za-z])[A-Za-z0-9_][A-Za-z0-9_.]{1,30}[A-Za-z0-9_]")
# core.telegram.org/api/links: three names of one place.
TELEGRAM_HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog"})

# Not after a "%" that stands alone: what is decoded must not become part of another number.
_HEXADECIMAL = re.compile(r"(?<!%)(?<!%[0-9a-fA-F])%([0-9a-fA-F]{2})|%[0-9a-fA-F]{2}")
_UNRESERVED = {f"{ord(sign):02X}": sign for sign in f"{ascii_letters}{digits}-._~"}
_INFO_HASH = re.compile(r"[?&]xt=urn:btih:([0-9a-fA-F]{40}|[A-Za-z2-7]{32})(?=&|$)")
_IN_BASE_16 = 40
_NAME = r"[A-Za-z][A-Za-z0-9_]{3,31}"
_NAMED_PATH = re.compile(rf"(?:/s)?/@?({_NAME})(?=[/?#]|$)")
_END = re.compile(r"[?#]")
_POST = re.compile(r"(?:/[0-9]+)+", re.ASCII)
_SINGLE = frozenset({"single", "single="})
_INVITATION = re.compile(r"/(?:\+|%2B|joinchat/)(?=[\w-]+(?:[?#]|$))", re.ASCII | re.IGNORECASE)
# Telegram's own words in the place of a name (core.telegram.org/api/links).
_NOT_NAMES = frozenset(
    {"addemoji", "addlist", "addstickers", "addstyle", "addtheme", "auction", "auth", "boost", "call"}
    | {"confirmphone", "contact", "giftcode", "invoice", "joinchat", "login", "proxy", "setlanguage"}
    | {"share", "socks"}
)


def canonical(given: str) -> str:
    """Give the canonical form of an address; idempotent; other text comes back unchanged."""
    return canonical_of(given, take_apart(given))


def canonical_of(given: str, parts: Parts | None) -> str:
    """Give the canonical form of a text that was taken apart."""
    if parts is None:
        return given.lower() if HANDLE.fullmatch(given) else given
    if parts.scheme in WEB_SCHEMES:
        return _web(parts)
    return _other(parts)


def host(given: str) -> str | None:
    """Give the host of the canonical address (ASCII, small letters), or None where there is none."""
    parts = take_apart(canonical(given))
    return parts.host if parts is not None and parts.scheme in WEB_SCHEMES else None


def _web(parts: Parts) -> str:
    scheme = "https" if parts.scheme == "http" and not parts.port else parts.scheme
    port = f":{parts.port}" if parts.port else ""
    host, rest = parts.host, _small_differences(f"{parts.path}{parts.query}{parts.fragment}")
    if not port and not parts.userinfo:
        host, rest = _telegram(host, rest)
    return f"{scheme}://{parts.userinfo}{host}{port}{without_sharer_and_campaign(rest, host)}"


def _small_differences(text: str) -> str:
    return _HEXADECIMAL.sub(_plain_or_upper, text) if "%" in text else text


def _plain_or_upper(number: re.Match[str]) -> str:
    upper = number[0].upper()
    return _UNRESERVED.get(upper[1:], upper) if number[1] else upper


def _telegram(host: str, rest: str) -> tuple[str, str]:
    """Give Telegram's one name for a place of many, and what follows it; all else comes back unchanged."""
    bare = host.removeprefix("www.")
    if bare in TELEGRAM_HOSTS:
        return "t.me", _telegram_page(rest)
    name = bare.removesuffix(".t.me")
    if name != bare and re.fullmatch(_NAME, name) and name not in _NOT_NAMES:
        return "t.me", _telegram_page(f"/{name}{rest}")
    return host, rest


def _telegram_page(rest: str) -> str:
    named = _NAMED_PATH.match(rest)
    if named is None or named[1].lower() in _NOT_NAMES:
        return _INVITATION.sub("/+", rest, count=1)
    path, end, after = rest[named.end() :], "", ""
    if mark := _END.search(path):
        path, end, after = path[: mark.start()], mark[0], path[mark.end() :]
    path = path.removesuffix("/")
    if end == "?" and _POST.fullmatch(path):
        return f"/{named[1].lower()}{path}{_without_single(after)}"
    return f"/{named[1].lower()}{path}{end}{after}"


def _without_single(query: str) -> str:
    """Which picture of an album is shown alone does not matter: the post is the same."""
    query, mark, fragment = query.partition("#")
    kept = "&".join(piece for piece in query.split("&") if piece not in _SINGLE)
    return f"{'?' if kept else ''}{kept}{mark}{fragment}"


def _other(parts: Parts) -> str:
    match parts.scheme:
        case "tg":
            return _from_telegram_app(parts)
        case "magnet":
            info_hash = _INFO_HASH.search(parts.query)
            if info_hash:
                return f"magnet:?xt=urn:btih:{_in_base_16(info_hash[1])}"
        case "ipfs" | "ipns" if parts.host and not parts.path:
            return _small_differences(f"{parts.scheme}://{parts.host}/{parts.query}{parts.fragment}")
    return _small_differences(parts.href)


def _in_base_16(info_hash: str) -> str:
    return info_hash.lower() if len(info_hash) == _IN_BASE_16 else b32decode(info_hash.upper()).hex()


def _from_telegram_app(parts: Parts) -> str:
    asked = dict(parse_qsl(parts.query[1:]))
    match f"{parts.host}{parts.path}".strip("/"), asked:
        case "resolve", {"domain": name, **others} if re.fullmatch(_NAME, name) and _only(others, "post"):
            return canonical(f"https://t.me/{name}/{others.get('post', '')}".removesuffix("/"))
        case "join", {"invite": invitation} if re.fullmatch(r"[\w-]+", invitation, re.ASCII):
            return f"https://t.me/+{invitation}"
        case "privatepost", {"channel": channel, "post": post} if (channel + post).isascii():
            if channel.isdigit() and post.isdigit():
                return f"https://t.me/c/{channel}/{post}"
    return _small_differences(parts.href)


def _only(parameters: dict[str, str], name: str) -> bool:
    return not parameters or (parameters.keys() == {name} and parameters[name].isdecimal())
