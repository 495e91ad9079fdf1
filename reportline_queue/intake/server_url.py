"""Accepts an intake's URL only if nobody else can listen to the connection.

That is TLS, this machine itself, or a host that the operator has named as on a private network. The rest of
the project has the same rule (reportline/server_urls.py). No reason for a refusal holds a part of the URL.
"""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

_HOST_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?")
# Whatever two parsers might read in two ways is refused, since one of them would be httpx's.
_AUTHORITY: Final = re.compile(r"([^@]*@)?([\w.-]+|\[[0-9A-Fa-f:.]+\])?(:[0-9]{1,5})?")
_UNSEEN: Final = re.compile(r"[\x00-\x20\x7f]")
_SHAPE: Final = "write it as https://host or http://127.0.0.1:port"


def safe_url(url: str, private_hosts: Sequence[str]) -> str:
    """Give the URL without a final slash; raises ValueError, which says what to write."""
    parts = _split(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "?" in url or "#" in url:
        raise ValueError(_SHAPE)
    if parts.username is not None:
        raise ValueError("take the name and the password out of it")
    if parts.scheme == "http" and not _is_private(parts.hostname, private_hosts):
        raise ValueError("use https: the way to another machine is open to others")
    return url.rstrip("/")


def host_names(written: str) -> tuple[str, ...]:
    """Read host names with commas between, in small letters; raises ValueError."""
    names = tuple(name.strip() for name in written.split(",") if name.strip())
    if not all(_HOST_NAME.fullmatch(name) or _is_address(name) for name in names):
        raise ValueError("write host names alone, with commas between")
    return tuple(name.lower() for name in names)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        whole = not _UNSEEN.search(url) and _AUTHORITY.fullmatch(parts.netloc) and parts.port != 0
    except ValueError:
        raise ValueError(_SHAPE) from None
    if not whole:
        raise ValueError(_SHAPE)
    return parts


def _is_private(host: str, private_hosts: Sequence[str]) -> bool:
    if host == "localhost" or host in private_hosts:
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
