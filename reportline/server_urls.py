"""Accepts a server's URL only if no third party can listen to the connection.

That is TLS, this machine itself, or a host that the operator has named as on a private network. The same
holds for an address on which a server of ours listens. In settings, the field `private_hosts` comes before
every field of these types. No reason for a refusal holds a part of the URL.
"""

import ipaddress
import re
from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo

_HOST_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?")
# A URL that two parsers might read differently is refused, since one of them would be the client's.
_AUTHORITY: Final = re.compile(r"([^@]*@)?([\w.-]+|\[[0-9A-Fa-f:.]+\])?(:[0-9]{1,5})?")
_UNSEEN: Final = re.compile(r"[\x00-\x20\x7f]")
_SERVER_SHAPE: Final = "write it as https://host or http://127.0.0.1:port"
_DATABASE_NUMBER: Final = re.compile("/?|/[0-9]{1,5}")
# Options behind a question mark are refused, since some of them take the TLS checks away.
_STORE_PATHS: Final = {"valkey": _DATABASE_NUMBER, "valkeys": _DATABASE_NUMBER, "unix": re.compile("/.+")}
_STORE_SHAPE: Final = "write it as valkeys://name:password@host:port, valkey://127.0.0.1 or unix:///path"
_DATABASE_SHAPE: Final = "write it as postgresql://name:password@host:port/database"
_DATABASE_PATH: Final = re.compile("/[A-Za-z0-9_-]{1,63}")
# A list of hosts would be tried one after another, and only the first of them was looked at.
_DATABASE_OPTIONS: Final = {
    "sslmode": re.compile("verify-full"),
    "sslrootcert": re.compile(".+"),
    "host": re.compile("/[^,]+"),
}


def require_safe_store(url: str, private_hosts: Sequence[str]) -> None:
    """Raise ValueError unless the URL is of a Valkey server, over a safe connection."""
    parts = _split(url, _STORE_SHAPE)
    shape = _STORE_PATHS.get(parts.scheme)
    is_there = (parts.hostname is not None) != (parts.scheme == "unix")
    if not is_there or shape is None or not shape.fullmatch(parts.path) or "?" in url or "#" in url:
        raise ValueError(_STORE_SHAPE)
    if parts.scheme == "valkey" and not _is_private(parts, private_hosts):
        raise ValueError("use valkeys: the way to another machine is open to others")


def require_safe_database(url: str, private_hosts: Sequence[str]) -> None:
    """Raise ValueError unless the URL is of a PostgreSQL database, over a safe connection."""
    parts = _split(url, _DATABASE_SHAPE)
    options = _options(parts)
    # A socket of this machine has its path in `host`, as libpq writes it.
    is_there = (parts.hostname is not None) != ("host" in options)
    if parts.scheme != "postgresql" or not is_there or not _DATABASE_PATH.fullmatch(parts.path) or "#" in url:
        raise ValueError(_DATABASE_SHAPE)
    if not {"sslmode", "host"} & options.keys() and not _is_private(parts, private_hosts):
        raise ValueError("add ?sslmode=verify-full: the way to another machine is open to others")


def _server(url: str, settings: ValidationInfo) -> str:
    parts = _split(url, _SERVER_SHAPE)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "?" in url or "#" in url:
        raise ValueError(_SERVER_SHAPE)
    if parts.username is not None:
        raise ValueError("take the name and the password out of it")
    if parts.scheme == "http" and not _is_private(parts, _private_hosts(settings)):
        raise ValueError("use https: the way to another machine is open to others")
    return url.rstrip("/")


def _store(url: SecretStr, settings: ValidationInfo) -> SecretStr:
    require_safe_store(url.get_secret_value(), _private_hosts(settings))
    return url


def _database(url: SecretStr, settings: ValidationInfo) -> SecretStr:
    require_safe_database(url.get_secret_value(), _private_hosts(settings))
    return url


def _listen(host: str, settings: ValidationInfo) -> str:
    if not _is_named(host, _private_hosts(settings)):
        raise ValueError(
            "what listens beyond this machine is open to its network, without TLS; listen on 127.0.0.1 "
            "behind a proxy with TLS, or name the same address in REPORTLINE_PRIVATE_HOSTS"
        )
    return host


def _split(url: str, shape: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        whole = not _UNSEEN.search(url) and _AUTHORITY.fullmatch(parts.netloc) and parts.port != 0
    except ValueError:
        raise ValueError(shape) from None
    if not whole:
        raise ValueError(shape)
    return parts


def _options(parts: SplitResult) -> dict[str, str]:
    try:
        given = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(_DATABASE_SHAPE) from None
    options = {
        name: values[0]
        for name, values in given.items()
        if len(values) == 1 and name in _DATABASE_OPTIONS and _DATABASE_OPTIONS[name].fullmatch(values[0])
    }
    if options.keys() != given.keys():
        raise ValueError(_DATABASE_SHAPE)
    return options


def _private_hosts(settings: ValidationInfo) -> Sequence[str]:
    named: Sequence[str] = settings.data.get("private_hosts", ())
    return named


def _is_private(parts: SplitResult, private_hosts: Sequence[str]) -> bool:
    return _is_named(parts.hostname or "", private_hosts)


def _is_named(host: str, private_hosts: Sequence[str]) -> bool:
    """Tell whether a host is this machine itself, or named as on a private network."""
    if host == "localhost" or host.lower() in private_hosts:
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _host_names(written: Any) -> Any:
    return (
        [name.strip() for name in written.split(",") if name.strip()] if isinstance(written, str) else written
    )


def _known_shape(names: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_HOST_NAME.fullmatch(name) or _is_address(name) for name in names):
        raise ValueError("write host names alone, with commas between")
    # In a URL's host, capitals count for nothing.
    return tuple(name.lower() for name in names)


HostNames = Annotated[tuple[str, ...], BeforeValidator(_host_names), AfterValidator(_known_shape)]
ServerUrl = Annotated[str, AfterValidator(_server)]
ListenAddress = Annotated[str, AfterValidator(_listen)]
StoreUrl = Annotated[SecretStr, AfterValidator(_store)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]
