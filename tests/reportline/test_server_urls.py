"""A server's URL is accepted or refused, rule by rule, and a refusal never repeats the URL."""

from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic_settings import NoDecode

from reportline.server_urls import (
    DatabaseUrl,
    HostNames,
    ListenAddress,
    ServerUrl,
    StoreUrl,
    require_safe_database,
    require_safe_store,
)

PRIVATE = ("postgres", "my_valkey", "10.0.0.7")
MARKER = "marker"


class Settings(BaseModel):
    """Settings as bot and intake have them."""

    model_config = ConfigDict(hide_input_in_errors=True)

    private_hosts: Annotated[HostNames, NoDecode] = PRIVATE
    server: ServerUrl = ""
    listen: ListenAddress = "127.0.0.1"
    store: StoreUrl = SecretStr("")
    database: DatabaseUrl = SecretStr("")


def _refused(kind: str, url: str) -> str:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({kind: url})
    (fault,) = refused.value.errors(include_input=False, include_url=False, include_context=False)
    words = str(fault["msg"])
    assert MARKER not in words + str(refused.value)
    return words.removeprefix("Value error, ")


@pytest.mark.parametrize(
    "url",
    [
        "https://intake.example",
        "https://intake.example:8443/base",
        "https://[2001:db8::7]",
        "http://localhost:8080",
        "http://LOCALHOST",
        "http://127.0.0.1:1",
        "http://127.255.0.9",
        "http://[::1]:8080",
        "http://postgres:8080",
        "http://POSTGRES",
        "http://my_valkey",
        "http://10.0.0.7",
    ],
)
def test_servers_that_are_taken(url: str) -> None:
    """Encrypted, on this machine, or on a host that the operator has named."""
    assert Settings(server=url).server == url
    assert Settings(server=f"{url}/").server == url


@pytest.mark.parametrize(
    ("reason", "urls"),
    {
        "use https": (
            "http://marker.example",
            "http://postgres.marker",
            "http://markerpostgres",
            "http://10.0.0.8",
            "http://0.0.0.0",
            "http://[::]",
            "http://[::2]:8080",
            "http://127.1",
            "http://2130706433",
            "http://localhost.marker",
            "http://127.0.0.1.marker",
        ),
        "take the name": ("https://marker:marker@intake.example", "https://marker@intake.example"),
        "write it as https://": (
            "",
            "marker",
            "https://",
            "https:///marker",
            "ftp://marker.example",
            "https://intake.example?marker",
            "https://intake.example?",
            "https://intake.example#",
            "https://intake.example:0",
            "https://intake.example:99999",
            "https://intake.example:marker",
            "https://intake.example:",
            "https://[marker",
            "https://[::1]marker",
            "http://[::1]marker.example",
            "http://[::1%25marker]",
            "http://localhost,marker.example",
            "http://localhost\\marker.example",
            "http://localhost%2emarker",
            "http://marker@marker@localhost",
            "http://local\nhost",
            "http://local\thost",
            "http://localhost/mar\x7fker",
            " http://localhost",
        ),
    }.items(),
)
def test_servers_that_are_refused(reason: str, urls: tuple[str, ...]) -> None:
    """Each for its reason; what two parsers might read in two ways is no URL."""
    for url in urls:
        assert _refused("server", url).startswith(reason), url


@pytest.mark.parametrize(
    "url",
    [
        "valkeys://valkey.example",
        "valkeys://name:secret@valkey.example:6380/15",
        "valkeys://:secret%40%23@valkey.example/",
        "valkey://localhost",
        "valkey://name:secret@127.0.0.1:6379",
        "valkey://[::1]/0",
        "valkey://name:secret@my_valkey:6379",
        "unix:///run/valkey.sock",
        "unix://name:secret@/run/valkey.sock",
    ],
)
def test_stores_that_are_taken(url: str) -> None:
    """Encrypted, on this machine, on a named host, or a socket; as settings and as a file's content."""
    assert Settings(store=SecretStr(url)).store.get_secret_value() == url
    require_safe_store(url, PRIVATE)


@pytest.mark.parametrize(
    ("reason", "urls"),
    {
        "use valkeys": (
            "valkey://marker.example",
            "valkey://10.0.0.8:6379",
            "valkey://localhost@marker.example",
            "valkey://my_valkey.marker",
        ),
        "write it as valkeys://": (
            "",
            "valkey://",
            "valkeys:///0",
            "redis://127.0.0.1",
            "valkeys://valkey.example?ssl_cert_reqs=none",
            "valkeys://valkey.example?",
            "valkeys://valkey.example#",
            "valkeys://:mar#ker@valkey.example",
            "valkeys://:mar/ker@valkey.example",
            "valkeys://:mar@ker@valkey.example",
            "valkeys://:mar\nker@valkey.example",
            "valkeys://valkey.example/marker",
            "valkeys://valkey.example/123456",
            "valkeys://valkey.example:0",
            "valkey://[::1]marker",
            "unix:///",
            "unix://marker/valkey.sock",
            "unix:///run/valkey.sock?password=marker",
        ),
    }.items(),
)
def test_stores_that_are_refused(reason: str, urls: tuple[str, ...]) -> None:
    """Each for its reason, as settings and as a file's content."""
    for url in urls:
        assert _refused("store", url).startswith(reason), url
        with pytest.raises(ValueError, match=reason) as refused:
            require_safe_store(url, PRIVATE)
        assert MARKER not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://name:secret@database.example/reports?sslmode=verify-full",
        "postgresql://name@database.example:5433/reports?sslmode=verify-full&sslrootcert=/etc/maker.pem",
        "postgresql://name:secret@postgres:5432/reports",
        "postgresql://name:secret@postgres/reports?sslmode=verify-full",
        "postgresql://name:se%40cret@127.0.0.1/reports",
        "postgresql://[::1]:5432/re_ports-1",
        "postgresql://localhost/reports",
        "postgresql:///reports?host=/run/postgresql",
        "postgresql://name@/reports?host=/run/postgresql",
        "postgresql://name@/reports?host=%2Frun%2Fpostgresql",
    ],
)
def test_databases_that_are_taken(url: str) -> None:
    """Encrypted to a proven name, on this machine, on a named host, or a socket."""
    assert Settings(database=SecretStr(url)).database.get_secret_value() == url
    require_safe_database(url, PRIVATE)


@pytest.mark.parametrize(
    ("reason", "urls"),
    {
        "add [?]sslmode=verify-full": (
            "postgresql://marker:marker@marker.example/reports",
            "postgresql://10.0.0.8/reports",
            "postgresql://marker.example/reports?sslrootcert=/etc/marker.pem",
        ),
        "write it as postgresql://": (
            "",
            "postgres://postgres/reports",
            "postgresql+asyncpg://postgres/reports",
            "https://postgres/reports",
            "postgresql://postgres",
            "postgresql://postgres/",
            "postgresql://postgres/reports/marker",
            "postgresql://postgres/reports marker",
            f"postgresql://postgres/{'r' * 64}",
            "postgresql://postgres/reports#marker",
            "postgresql://postgres:0/reports",
            "postgresql://postgres:marker/reports",
            "postgresql:///reports",
            "postgresql:///reports?sslmode=verify-full",
            "postgresql://postgres/reports?sslmode=require",
            "postgresql://postgres/reports?sslmode=",
            "postgresql://postgres/reports?sslmode",
            "postgresql://marker.example/reports?sslmode=verify-full&sslmode=disable",
            "postgresql://marker.example/reports?sslmode=verify-full&user=marker",
            "postgresql://postgres/reports?service=marker",
            "postgresql://postgres/reports?host=/run/postgresql",
            "postgresql:///reports?host=marker.example&sslmode=verify-full",
            "postgresql:///reports?host=/run/postgresql,marker.example",
            "postgresql:///reports?host=/run/postgresql&host=marker.example",
            "postgresql://localhost,marker.example/reports",
            "postgresql://localhost:5432,marker.example:5432/reports",
            "postgresql://[::1],marker.example/reports",
            "postgresql://name:marker@marker.example@localhost/reports",
            "postgresql://name:mar\tker@localhost/reports",
        ),
    }.items(),
)
def test_databases_that_are_refused(reason: str, urls: tuple[str, ...]) -> None:
    """Each for its reason: no list of hosts, no option that weakens the proof, nothing read in two ways."""
    for url in urls:
        with pytest.raises(ValueError, match=reason) as refused:
            require_safe_database(url, PRIVATE)
        assert MARKER not in str(refused.value)
        assert _refused("database", url) == str(refused.value)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgres", ("postgres",)),
        ("postgres,valkey", ("postgres", "valkey")),
        (" Postgres.LAN , ,my_valkey,10.0.0.7,", ("postgres.lan", "my_valkey", "10.0.0.7")),
        (",", ()),
        ("0.0.0.0,::,FD00::7", ("0.0.0.0", "::", "fd00::7")),  # noqa: S104 - nothing listens
        (("postgres",), ("postgres",)),
    ],
)
def test_private_hosts_that_are_taken(written: object, read: tuple[str, ...]) -> None:
    """Names with commas between; capitals count for nothing."""
    assert Settings.model_validate({"private_hosts": written}).private_hosts == read


@pytest.mark.parametrize(
    "written",
    [
        "*",
        "*.marker",
        "http://marker",
        "marker:5432",
        "marker/24",
        "mar ker",
        "marker;valkey",
        "-marker",
        ".",
        f"{'m' * 254}",
    ],
)
def test_private_hosts_that_are_refused(written: str) -> None:
    """What could name more than one host, or no host, names none."""
    assert _refused("private_hosts", written).startswith("write host names alone")


def test_with_wrong_private_hosts_no_host_is_private() -> None:
    """A fault in the names opens no way."""
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"private_hosts": "postgres,*", "server": "http://postgres"})
    assert {fault["loc"] for fault in refused.value.errors()} == {("private_hosts",), ("server",)}


def test_no_host_is_private_unless_named() -> None:
    """By default the ways inside a building are ways outside."""
    with pytest.raises(ValueError, match="verify-full"):
        require_safe_database("postgresql://postgres/reports", ())
    with pytest.raises(ValueError, match="valkeys"):
        require_safe_store("valkey://my_valkey", ())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "10.0.0.7", "postgres"])
def test_addresses_on_which_to_listen(host: str) -> None:
    assert Settings.model_validate({"listen": host}).listen == host


BEYOND = ("0.0.0.0", "::", "10.0.0.8")  # noqa: S104 - nothing listens


@pytest.mark.parametrize("host", [*BEYOND, "marker.example", "", " 127.0.0.1"])
def test_listening_beyond_this_machine_is_asked_for_by_name(host: str) -> None:
    """Keys would cross a network in clear."""
    assert "name the same address in REPORTLINE_PRIVATE_HOSTS" in _refused("listen", host)


@pytest.mark.parametrize("host", BEYOND)
def test_an_address_that_is_named_is_listened_on(host: str) -> None:
    assert Settings.model_validate({"private_hosts": [host], "listen": host}).listen == host
