"""Which servers' URLs are taken: those on the way to which nobody else can listen.

That is TLS, this machine itself, or a host that the operator has named as standing on a private network. In
settings, the field `private_hosts` comes before every field of these types.
"""

import ipaddress
import re
from typing import Annotated, Any, Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo

_HOST_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_DATABASE_NUMBER: Final = re.compile("/?|/[0-9]{1,5}")
# Options behind a question mark are refused, since some of them take the TLS checks away.
_STORE_PATHS: Final = {"valkey": _DATABASE_NUMBER, "valkeys": _DATABASE_NUMBER, "unix": re.compile("/.+")}
_STORE_SHAPE: Final = "write it as valkeys://name:password@host:port, valkey://127.0.0.1 or unix:///path"
_DATABASE_SHAPE: Final = "write it as postgresql://name:password@host:port/database"
_DATABASE_PATH: Final = re.compile("/[A-Za-z0-9_-]{1,63}")


def _server(url: str, settings: ValidationInfo) -> str:
    parts = _parts(url)
    if parts is None or parts.query or parts.fragment:
        raise ValueError("write it as https://host or http://127.0.0.1:port")
    if parts.username is not None or parts.password is not None:
        raise ValueError("take the name and the password out of it")
    if parts.scheme == "http" and not _is_private(parts.hostname or "", settings):
        raise ValueError("use https: the way to another machine is open to others")
    return url.rstrip("/")


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if whole else None


def _is_private(host: str, settings: ValidationInfo) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host in settings.data.get("private_hosts", ())


def _store(url: SecretStr, settings: ValidationInfo) -> SecretStr:
    try:
        parts = urlsplit(url.get_secret_value())
        there = (parts.hostname is not None and parts.port != 0) != (parts.scheme == "unix")
    except ValueError:
        raise ValueError(_STORE_SHAPE) from None
    shape = _STORE_PATHS.get(parts.scheme)
    if not there or shape is None or not shape.fullmatch(parts.path) or parts.query or parts.fragment:
        raise ValueError(_STORE_SHAPE)
    if parts.scheme == "valkey" and not _is_private(parts.hostname or "", settings):
        raise ValueError("use valkeys: the way to another machine is open to others")
    return url


def _database(url: SecretStr, settings: ValidationInfo) -> SecretStr:
    try:
        parts = urlsplit(url.get_secret_value())
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
        whole = parts.scheme == "postgresql" and parts.port != 0 and _DATABASE_PATH.fullmatch(parts.path)
    except ValueError:
        raise ValueError(_DATABASE_SHAPE) from None
    if not whole or parts.fragment or not options.keys() <= {"sslmode", "sslrootcert", "host"}:
        raise ValueError(_DATABASE_SHAPE)
    if options.get("sslmode") != ["verify-full"] and not _is_near(parts, options, settings):
        raise ValueError("add ?sslmode=verify-full: the way to another machine is open to others")
    return url


def _is_near(parts: SplitResult, options: dict[str, list[str]], settings: ValidationInfo) -> bool:
    if "host" in options:
        # A socket of this machine, as libpq writes it.
        return parts.hostname is None and all(path.startswith("/") for path in options["host"])
    return parts.hostname is not None and _is_private(parts.hostname, settings)


def _host_names(written: Any) -> Any:
    return (
        [name.strip() for name in written.split(",") if name.strip()] if isinstance(written, str) else written
    )


def _known_shape(names: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_HOST_NAME.fullmatch(name) for name in names):
        raise ValueError("write host names alone, with commas between")
    return names


HostNames = Annotated[tuple[str, ...], BeforeValidator(_host_names), AfterValidator(_known_shape)]
ServerUrl = Annotated[str, AfterValidator(_server)]
StoreUrl = Annotated[SecretStr, AfterValidator(_store)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]
