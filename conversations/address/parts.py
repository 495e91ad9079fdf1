"""The parts of an address as browsers read it (WHATWG URL), and whether its host is public."""

import ipaddress
import re
from collections.abc import Sequence
from typing import NamedTuple

from .public_suffixes import last_labels, private_suffix
from .url_standard import parse, to_ascii

WEB_SCHEMES = frozenset({"http", "https", "ftp"})
# Documentation names (RFC 2606) count as public: practice talks and tests use them and reach nobody.
_DOCUMENTATION_SUFFIX = "example"
# Not in the list of public suffixes, since it is no part of the DNS: geti2p.net/en/docs/naming.
_I2P = "i2p"
# RFC 6761, RFC 6762, RFC 8375, ICANN's reservation of .internal, and names that home routers give.
_PRIVATE_SUFFIXES = frozenset(
    {"localhost", "local", "internal", "localdomain", "lan", "home", "corp", "intranet", "test", "invalid"}
)
_PRIVATE_DOMAIN = "home.arpa"
_MAXIMUM_HOST = 253
_MAXIMUM_LABEL = 63


# Addresses that the URL standard leaves as they are, so that most need no parser: a host of plain labels,
# a path without dot segments, and only signs that are encoded nowhere.
PLAIN_HOST = r"(?:(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,9}[a-z]{2,63}"
_PLAIN = re.compile(
    rf"(https?)://({PLAIN_HOST})((?:/(?!\.|%2e)[\w.~!$&'()*+,;=:@%-]*)*)"
    r"(\?[\w.~!$&()*+,;=:@/?%-]*)?(#[\w.~!$&'()*+,;=:@/?%-]*)?",
    re.ASCII,
)
# An address of the web as the URL standard writes it: reading it again is quicker than asking for each part.
_WEB = re.compile(
    r"(https?|ftp)://([^/@]*@)?(\[[^\]]*\]|[^/:]*)(?::(\d+))?(/[^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL
)


class Parts(NamedTuple):
    """The parts of an address as the URL standard writes them.

    `scheme` has no colon; `host` is ASCII and has no final dot; `port` is empty where it is the scheme's own;
    `userinfo`, `query` and `fragment` are empty or carry their mark ("@", "?", "#").
    """

    scheme: str
    userinfo: str
    host: str
    port: str
    path: str
    query: str
    fragment: str
    href: str


def take_apart(text: str) -> Parts | None:
    """Parse an absolute address by the URL standard; None where it is none, or its host could not exist."""
    plain = _PLAIN.fullmatch(text)
    if plain and (parts := plain_parts(text, plain.groups(""))):
        return parts
    try:
        url = parse(text)
    except ValueError:
        return None
    href = url.href
    web = _WEB.fullmatch(href)
    if web is None:
        scheme = url.protocol.removesuffix(":")
        return Parts(scheme, "", url.hostname, "", url.pathname, url.search, url.hash, href)
    scheme, userinfo, host, port, path, query, fragment = web.groups("")
    host = host.removesuffix(".")
    if not _could_exist(host):
        return None
    return Parts(scheme, userinfo, host, port, path, _unless_bare(query), _unless_bare(fragment), href)


def _unless_bare(marked: str) -> str:
    """Drop a mark that nothing follows, which is no part of the address."""
    return marked if len(marked) > 1 else ""


def plain_parts(text: str, pieces: Sequence[str]) -> Parts | None:
    """Give the parts of an address that the URL standard leaves as it is; None where no host is as long.

    `pieces` are its scheme, host, path, query and fragment.
    """
    scheme, host, path, query, fragment = pieces
    if len(host) > _MAXIMUM_HOST:
        return None
    return Parts(scheme, "", host, "", path or "/", _unless_bare(query), _unless_bare(fragment), text)


def _could_exist(host: str) -> bool:
    """Check what the parser does not: lengths (RFC 1035), and punycode that decodes to nothing."""
    if host.startswith("["):
        return True
    labels = host.split(".")
    return len(host) <= _MAXIMUM_HOST and all(
        0 < len(label) <= _MAXIMUM_LABEL and _spells_something(label) for label in labels
    )


def _spells_something(label: str) -> bool:
    if not label.startswith("xn--"):
        return True
    try:
        written = label.removeprefix("xn--").encode().decode("punycode")
        return to_ascii(written) == label
    except (UnicodeError, ValueError):
        return False


def registrable_domain(host: str) -> str | None:
    """Give the part of a host that somebody registered (public suffix and one label), or None."""
    labels = host.lower().split(".")
    if labels[-1] in {_DOCUMENTATION_SUFFIX, _I2P}:
        return ".".join(labels[-2:]) if len(labels) > 1 else None
    return private_suffix(host)


def public_endings() -> frozenset[str]:
    """Give the labels with which a public host may end, in small letters."""
    return last_labels() | {_DOCUMENTATION_SUFFIX, _I2P}


def is_private(host: str) -> bool:
    """Tell whether a host is not public: a local name, a single label, or an IP that is not global."""
    ip = ip_address(host)
    if ip is not None:
        return not _is_global(ip)
    labels = host.split(".")
    return len(labels) == 1 or labels[-1] in _PRIVATE_SUFFIXES or f".{host}".endswith(f".{_PRIVATE_DOMAIN}")


def ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read a host as an IP address ("192.0.2.1", "[2001:db8::1]"); None where it is a name."""
    if not (host[-1:].isdigit() or ":" in host):
        return None
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _is_global(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return mapped.is_global and not mapped.is_multicast
