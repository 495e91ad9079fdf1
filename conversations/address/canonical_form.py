"""The canonical form of an address: one spelling for all its spellings, with nothing else changed.

Two addresses count as equal when they differ only in:

1. how the URL standard (WHATWG) writes them: case of scheme and host, IDNA, default port, dot segments,
   backslashes, tabs and line ends, which characters are percent-encoded, empty userinfo;
2. a final dot of the host;
3. an empty path and "/" (also of ipfs: and ipns:);
4. an empty query or an empty fragment, and none;
5. the case of hexadecimal digits after "%" (RFC 3986, 6.2.2.1);
6. the sharer's parameters (see `sharer_parameters`);
7. http and https, each on its own default port;
8. Telegram's names for one place (core.telegram.org/api/links): telegram.me, telegram.dog and name.t.me for
   t.me, with or without "www."; tg: links of channels, posts and invitations; "joinchat/" and "%2B" for "+";
   the preview "/s/"; the case of a name (Telegram looks names up without regard to it);
9. everything but the info-hash of a BitTorrent magnet link (BEP 9), and that hash's case;
10. the case of a bare handle.

These stay different, on purpose: "www." and "m." hosts, a final "/" of a longer path, the order of
parameters, fragments, userinfo, an IPFS gateway and the content's own ipfs: address.
"""

import re
from urllib.parse import parse_qsl

from .kinds import HANDLE, TELEGRAM_HOSTS
from .parts import WEB_SCHEMES, Parts, take_apart
from .sharer_parameters import without_sharer

CANONICALISER_VERSION = 1

_HEXADECIMAL = re.compile(r"%[0-9a-fA-F]{2}")
_INFO_HASH = re.compile(r"[?&]xt=urn:btih:([0-9a-fA-F]{40}|[A-Za-z2-7]{32})(?=&|$)")
_NAME = r"[A-Za-z][A-Za-z0-9_]{3,31}"
_NAMED_PATH = re.compile(rf"(?:/s)?/({_NAME})(?=/|$)")
_INVITATION = re.compile(r"/(?:\+|%2B|joinchat/)(?=[\w-]+$)", re.ASCII | re.IGNORECASE)
# Telegram's own words in the place of a name (core.telegram.org/api/links).
_NOT_NAMES = frozenset(
    {"addemoji", "addlist", "addstickers", "addstyle", "addtheme", "auction", "auth", "boost", "call"}
    | {"confirmphone", "contact", "giftcode", "invoice", "joinchat", "login", "proxy", "setlanguage"}
    | {"share", "socks"}
)


def canonical(given: str) -> str:
    """Give the canonical form of an address; idempotent; other text comes back unchanged."""
    if HANDLE.fullmatch(given):
        return given.lower()
    parts = take_apart(given)
    if parts is None:
        return given
    if parts.scheme in WEB_SCHEMES:
        return _written(_web(parts))
    return _other(parts)


def host(given: str) -> str | None:
    """Give the host of the canonical address (ASCII, small letters), or None where there is none."""
    parts = take_apart(canonical(given))
    return parts.host if parts is not None and parts.scheme in WEB_SCHEMES else None


def _web(parts: Parts) -> Parts:
    if parts.scheme == "http" and not parts.port:
        parts = parts._replace(scheme="https")
    if not parts.port and not parts.userinfo:
        parts = _telegram(parts)
    return parts._replace(query=without_sharer(parts.query, parts.host))


def _written(parts: Parts) -> str:
    port = f":{parts.port}" if parts.port else ""
    rest = _small_differences(f"{parts.path}{parts.query}{parts.fragment}")
    return f"{parts.scheme}://{parts.userinfo}{parts.host}{port}{rest}"


def _small_differences(text: str) -> str:
    return _HEXADECIMAL.sub(lambda digits: digits[0].upper(), text)


def _telegram(parts: Parts) -> Parts:
    labels = parts.labels[1:] if parts.labels[0] == "www" else parts.labels
    if ".".join(labels) in TELEGRAM_HOSTS:
        return parts._replace(host="t.me", path=_telegram_path(parts.path))
    if labels[1:] == ("t", "me") and re.fullmatch(_NAME, labels[0]) and labels[0] not in _NOT_NAMES:
        return parts._replace(host="t.me", path=f"/{labels[0]}{parts.path.removesuffix('/')}")
    return parts


def _telegram_path(path: str) -> str:
    named = _NAMED_PATH.match(path)
    if named and named[1].lower() not in _NOT_NAMES:
        return f"/{named[1].lower()}{path[named.end() :]}"
    return _INVITATION.sub("/+", path, count=1)


def _other(parts: Parts) -> str:
    match parts.scheme:
        case "tg":
            return _from_telegram_app(parts)
        case "magnet":
            info_hash = _INFO_HASH.search(parts.query)
            if info_hash:
                return f"magnet:?xt=urn:btih:{info_hash[1].lower()}"
        case "ipfs" | "ipns" if parts.host and not parts.path:
            return _small_differences(f"{parts.scheme}://{parts.host}/{parts.query}{parts.fragment}")
    return _small_differences(parts.href)


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
