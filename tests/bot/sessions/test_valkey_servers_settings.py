"""A Valkey is accepted only over a safe connection, and the doctor tells of its faults."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.assembly import bot_host
from bot.commands.checks import check
from bot.sessions.store import StoreAway
from bot.settings import BotSettings
from conversations.wire.sealing import new_private_key, public_half
from reportline.checks import Check
from reportline.readiness import NotReady
from reportline.settings import described_settings, read_settings
from tests.ports import next_port
from tests.talk_stores import InValkey
from tests.valkeys import Line, Valkey, certificate, valkey

VARIABLE = "REPORTLINE_VALKEY_URL"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """Run a server."""
    with valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path) -> Callable[[str | None], BotSettings]:
    """Make a bot host that is well, and give its settings with a store's URL."""
    base = BotSettings(data_dir=tmp_path)
    base.folder.mkdir(mode=0o700)
    base.public_key_file.write_text(f"k1:{public_half('k1', new_private_key()).raw.hex()}\n")
    base.channel_token_file.write_text("a-channel-token\n")
    base.channel_token_file.chmod(0o600)

    def settings(url: str | None) -> BotSettings:
        changed: dict[str, Any] = {"data_dir": tmp_path, "valkey_url": url}
        return BotSettings.model_validate(changed)

    return settings


def _session_store(settings: BotSettings) -> Check:
    (found,) = [one for one in check(settings) if one.name == "session store"]
    return found


@pytest.mark.parametrize(
    "url",
    [
        "valkey://127.0.0.1",
        "valkey://:marker@[::1]:6379/0",
        "valkey://localhost/",
        "valkeys://name:marker@valkey.example:6380/3",
        "valkeys://valkey.example",
        "VALKEYS://valkey.example",
        "unix:///run/valkey.sock",
        "unix://name:marker@/run/valkey.sock",
    ],
)
def test_urls_that_are_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Encrypted, or on this machine; shown to nobody."""
    monkeypatch.setenv(VARIABLE, url)
    settings = read_settings(BotSettings)
    assert settings.valkey_url == SecretStr(url)
    assert url not in repr(settings) + settings.model_dump_json()
    (row,) = [row for row in described_settings(settings) if row.name == VARIABLE]
    assert (row.value, row.source, row.default) == ("(hidden)", "environment", "")


@pytest.mark.parametrize(
    "url",
    [
        "valkey://valkey.example",
        "valkey://10.0.0.7:6379",
        "valkey://127.0.0.1@valkey.example",
        "valkey://127.0.0.1.example",
        "valkeys://:marker@valkey.example?ssl_cert_reqs=none",
        "valkeys://:marker@valkey.example?ssl_check_hostname=no",
        "valkeys://:mar#ker@valkey.example",
        "valkeys://:mar/ker@valkey.example",
        "unix://run/valkey.sock",
        "unix:///run/valkey.sock?password=marker",
        "unix:///",
        "redis://127.0.0.1",
        "https://valkey.example",
        "valkey://",
        "valkey://127.0.0.1:0",
        "valkey://127.0.0.1:marker",
        "valkey://127.0.0.1/marker",
        "valkeys://[marker",
        "marker",
    ],
)
def test_urls_that_are_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Talks and the password never cross a network in clear; no check is turned off; no value is told."""
    monkeypatch.setenv(VARIABLE, url)
    with pytest.raises(NotReady, match=VARIABLE) as refused:
        read_settings(BotSettings)
    words = str(refused.value).replace("valkeys://name:password@host:port", "")
    assert not any(telling in words for telling in ("marker", "mar#ker", "example", "10.0.0.7", "run/"))


async def test_a_certificate_of_another_name_or_maker_is_refused(
    server: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over TLS the server has to prove its name, by a maker that this machine trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(tmp_path))
    async with Line(server.port, context) as line:
        right, wrong = (SecretStr(f"valkeys://{name}:{line.port}") for name in ("localhost", "127.0.0.1"))
        store = InValkey(server, tmp_path)
        for url, trusted, taken in ((right, True, True), (wrong, True, False), (right, False, False)):
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / ("certificate" if trusted else "none")))
            async with store.of_another_process(url) as sessions:
                if taken:
                    await sessions.probe()
                    continue
                with pytest.raises(StoreAway):
                    await sessions.probe()


def test_a_socket_of_this_machine(tmp_path: Path, settings: Callable[[str | None], BotSettings]) -> None:
    """A server that listens on no network is reached too."""
    path = tmp_path / "socket"
    with valkey(tmp_path / "server", {"unixsocket": str(path), "unixsocketperm": "700"}):
        assert _session_store(settings(f"unix://{path}")).fine


def test_the_doctor_tells_of_each_store(
    server: Valkey, settings: Callable[[str | None], BotSettings]
) -> None:
    """In memory, or in a server that answers, is away or refuses: it says what to do, and tells no URL."""
    here = f"127.0.0.1:{server.port}"
    found = {
        "memory: a restart": (None, True),
        "Valkey answers": (f"valkey://{here}", True),
        "See that it runs": (f"valkey://:marker@127.0.0.1:{next_port()}", False),
        "name and password": (f"valkey://:marker@{here}", False),
    }
    for words, (url, fine) in found.items():
        look = _session_store(settings(url))
        assert look.fine is fine
        assert words in look.advice
        assert "marker" not in look.advice
        assert "127.0.0.1" not in look.advice
    assert not settings(None).talk_secrets_file.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_secrets_that_others_can_read_are_refused(
    server: Valkey, settings: Callable[[str | None], BotSettings], mode: int
) -> None:
    """The doctor says so, and the bot does not start."""
    ready = settings(f"valkey://127.0.0.1:{server.port}")
    ready.talk_secrets_file.touch()
    ready.talk_secrets_file.chmod(mode)
    assert "chmod 600" in _session_store(ready).advice
    with pytest.raises(NotReady, match="chmod 600"):
        asyncio.run(_starts(ready))


def test_the_bot_starts_with_a_store_that_is_away_and_not_with_one_that_refuses(
    server: Valkey, settings: Callable[[str | None], BotSettings]
) -> None:
    """What is away may come later; what refuses would serve nobody."""
    asyncio.run(_starts(settings(f"valkey://127.0.0.1:{next_port()}")))
    with pytest.raises(NotReady, match="Valkey refuses"):
        asyncio.run(_starts(settings(f"valkey://:marker@127.0.0.1:{server.port}")))


async def _starts(settings: BotSettings) -> None:
    async with bot_host(settings):
        pass
