"""Which servers' URLs are taken: those on the way to which nobody else can listen."""

import ipaddress
import re
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, SecretStr

_DATABASE: Final = re.compile("/?|/[0-9]{1,5}")
# Options behind a question mark are refused, since some of them take the TLS checks away.
_STORE_PATHS: Final = {"valkey": _DATABASE, "valkeys": _DATABASE, "unix": re.compile("/.+")}
_STORE_SHAPE: Final = "write it as valkeys://name:password@host:port, valkey://127.0.0.1 or unix:///path"


def _server(url: str) -> str:
    parts = _parts(url)
    if parts is None or parts.query or parts.fragment:
        raise ValueError("write it as https://host or http://127.0.0.1:port")
    if parts.username is not None or parts.password is not None:
        raise ValueError("take the name and the password out of it")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
        raise ValueError("use https: the way to another machine is open to others")
    return url.rstrip("/")


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if whole else None


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _store(url: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(url.get_secret_value())
        there = (parts.hostname is not None and parts.port != 0) != (parts.scheme == "unix")
    except ValueError:
        raise ValueError(_STORE_SHAPE) from None
    shape = _STORE_PATHS.get(parts.scheme)
    if not there or shape is None or not shape.fullmatch(parts.path) or parts.query or parts.fragment:
        raise ValueError(_STORE_SHAPE)
    if parts.scheme == "valkey" and not _is_this_machine(parts.hostname or ""):
        raise ValueError("use valkeys: the way to another machine is open to others")
    return url


ServerUrl = Annotated[str, AfterValidator(_server)]
StoreUrl = Annotated[SecretStr, AfterValidator(_store)]
