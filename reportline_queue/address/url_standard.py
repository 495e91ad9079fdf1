"""The part of the URL standard (WHATWG) that is needed to tell addresses apart, with Python alone.

The intake reads what is sent to it with a whole parser; here a difference shows on the screen at most.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

_PORTS: Final = {"http": "80", "https": "443", "ftp": "21"}
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PARTS: Final = re.compile(r"(?P<path>[^?#]*)(?P<search>\?[^#]*)?(?P<hash>#.*)?", re.DOTALL)
_AUTHORITY: Final = re.compile(r"(?:(?P<userinfo>.*)@)?(?P<host>\[[^\]]*\]|[^:@]*)(?::(?P<port>[0-9]*))?")
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\U0010ffff#/:<>?@\[\\\]^|%]")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_KEPT: Final = "!#$%&'()*+,/:;=?@[]^_|~\\"
_EDGE: Final = "".join(map(chr, range(0x21)))
_MAXIMUM_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class Url:
    """The parts of a URL, with their marks, as the standard names them."""

    protocol: str
    username: str
    password: str
    hostname: str
    port: str
    pathname: str
    search: str
    hash: str

    @property
    def href(self) -> str:
        """The whole URL."""
        slashes = "//" if self.hostname else ""
        password = f":{self.password}" if self.password else ""
        userinfo = f"{self.username}{password}@" if self.username or password else ""
        port = f":{self.port}" if self.port else ""
        host = f"{slashes}{userinfo}{self.hostname}{port}"
        return f"{self.protocol}{host}{self.pathname}{self.search}{self.hash}"


def parse(text: str) -> Url:
    """Parse an absolute address; raises ValueError where it is none."""
    text = re.sub(r"[\t\n\r]", "", text.strip(_EDGE))
    named = _SCHEME.match(text)
    if named is None:
        raise ValueError("there is no scheme")
    scheme, rest = named[1].lower(), text[named.end() :]
    parts = {name: part or "" for name, part in _whole(_PARTS, rest).groupdict().items()}
    read = _web if scheme in _PORTS else _other
    return read(scheme, parts["path"], _mark_or_none(parts["search"]), _mark_or_none(parts["hash"]))


def to_ascii(name: str) -> str:
    """Write a host's name in ASCII; raises ValueError where that cannot be."""
    return name.lower().encode("idna").decode().lower()


def _web(scheme: str, path: str, search: str, fragment: str) -> Url:
    authority, _, path = path.replace("\\", "/").lstrip("/").partition("/")
    read = _whole(_AUTHORITY, authority)
    username, _, password = (read["userinfo"] or "").partition(":")
    port = (read["port"] or "").lstrip("0") or ("0" if read["port"] else "")
    if port and int(port) > _MAXIMUM_PORT:
        raise ValueError("there is no such port")
    return Url(
        protocol=f"{scheme}:",
        username=_encoded(username),
        password=_encoded(password),
        hostname=_host(read["host"]),
        port="" if port == _PORTS[scheme] else port,
        pathname=_encoded(f"/{_without_dots(path)}"),
        search=_encoded(search),
        hash=_encoded(fragment),
    )


def _other(scheme: str, path: str, search: str, fragment: str) -> Url:
    host = ""
    if path.startswith("//"):
        host, slash, path = path[2:].partition("/")
        path = f"{slash}{path}"
    return Url(f"{scheme}:", "", "", host, "", path, _encoded(search), _encoded(fragment))


def _host(written: str) -> str:
    if written.startswith("["):
        return f"[{ipaddress.IPv6Address(written[1:-1].partition('%')[0]).compressed}]"
    name = to_ascii(unquote(written))
    if not name or _FORBIDDEN.search(name):
        raise ValueError("no host has such a name")
    last = name.removesuffix(".").rpartition(".")[2]
    return str(_ipv4(name)) if _NUMBER.fullmatch(last) else name


def _ipv4(name: str) -> ipaddress.IPv4Address:
    """Read numbers in any of the standard's ways: decimal, octal, hexadecimal, fewer than four."""
    *first, last = (_number(part) for part in name.removesuffix(".").split("."))
    room = 4 - len(first)
    if room < 1 or any(number > 255 for number in first) or last >= 256**room:  # noqa: PLR2004 - a byte
        raise ValueError("there is no such IP address")
    return ipaddress.IPv4Address(bytes(first) + last.to_bytes(room, "big"))


def _number(part: str) -> int:
    if not _NUMBER.fullmatch(part):
        raise ValueError("it is no number")
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") else 10)


def _without_dots(path: str) -> str:
    kept: list[str] = []
    step = ""
    for segment in path.split("/"):
        step = re.sub("%2e", ".", segment, flags=re.IGNORECASE)
        if step == "..":
            del kept[-1:]
        elif step != ".":
            kept.append(segment)
    return "/".join(kept if step not in {".", ".."} else [*kept, ""])


def _encoded(part: str) -> str:
    return quote(part, safe=_KEPT)


def _mark_or_none(part: str) -> str:
    return part if len(part) > 1 else ""


def _whole(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError("it has not the shape of an address")
    return found
