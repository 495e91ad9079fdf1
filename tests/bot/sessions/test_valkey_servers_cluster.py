"""Each talk is found in a cluster, also while it moves; a dead server stops no other."""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.commands.checks import check
from bot.exchange import TalkHandle
from bot.sessions.store import StoreAway, StoreRefuses
from bot.sessions.valkey import ValkeySessions
from bot.settings import BotSettings
from conversations.events import Said
from tests.runner_host import Host, an_intake, tap
from tests.talk_stores import InCluster, content_of, version_of
from tests.valkey_clusters import Cluster, cluster
from tests.valkeys import Line, Valkey, certificate

SOON = 1.0
CHAT = TalkHandle("telegram", "77001", "4242424242")
_COMMAND = re.compile(rb"\*[0-9]+\r\n")
LINK = "https://forum.example/thread/4711"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run a cluster."""
    with cluster(tmp_path_factory.mktemp("cluster")) as servers:
        yield servers


@pytest.fixture
async def store(servers: Cluster, tmp_path: Path) -> AsyncIterator[InCluster]:
    """Make an empty store."""
    servers.empty()
    store = InCluster(servers, tmp_path)
    async with store.sessions:
        yield store


def _chats(number: int) -> list[TalkHandle]:
    return [TalkHandle("telegram", "77001", str(4242424242 + one)) for one in range(number)]


def _chat_at(store: InCluster, server: Valkey) -> TalkHandle:
    """Give a chat whose talk is at a server."""
    return next(chat for chat in _chats(100) if store.server.has(store.key(chat)) is server)


def _events(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]


async def test_talks_are_spread_and_found_from_any_server(store: InCluster) -> None:
    """Whichever server a process knows first, and be it the replica, it finds every talk."""
    for chat in _chats(30):
        assert await store.sessions.save(chat, chat.chat.encode(), None)
    assert all(server.stored() for server in store.server.masters)
    for server in (*store.server.masters, store.server.replica):
        async with store.of_another_process(server.url) as sessions:
            found = await asyncio.gather(*(content_of(sessions, chat) for chat in _chats(30)))
            assert found == [chat.chat.encode() for chat in _chats(30)]


async def _add(sessions: ValkeySessions, chat: TalkHandle, times: int) -> None:
    """Add one to a talk so many times; look again when another was faster."""
    for _ in range(times):
        saved = False
        while not saved:
            held = await sessions.load(chat)
            number = int(held.content) + 1 if held else 1
            saved = await sessions.save(chat, str(number).encode(), held.version if held else None)


async def test_a_talk_that_moves_is_found_before_between_and_after(store: InCluster) -> None:
    """Where it was, where it is going, and when a new one begins on the way; by many, and among others."""
    there, going = store.server.masters[:2]
    chat, sessions = _chat_at(store, there), store.sessions
    key, others = store.key(chat), [chat for chat in _chats(60) if store.server.has(store.key(chat)) is going]

    async def add() -> None:
        advancing = [chat] * 8 + others
        await asyncio.gather(*(_add(sessions, one, 5) for one in advancing))

    await add()
    store.server.begin_to_move(key, going)
    await add()
    assert key in there.stored()
    store.server.move(key, going)
    await add()
    assert await content_of(sessions, chat) == b"120"
    await sessions.erase(chat)
    await add()
    assert key in going.stored()
    store.server.end_move(key, going)
    await add()
    assert await content_of(sessions, chat) == b"80"
    await sessions.erase(chat)
    store.server.end_move(key, there)


async def test_one_server_that_dies_stops_its_own_talks_and_no_other(
    store: InCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even the one that the process knew first; the outage is told once, and so is its end."""
    dead = store.server.masters[-1]
    chats = [_chat_at(store, server) for server in store.server.masters]
    async with store.of_another_process(dead.url, SOON) as sessions:
        for chat in chats:
            assert await sessions.save(chat, b"one", None)
        await asyncio.to_thread(dead.stop)
        for _ in range(3):
            for chat in chats[:-1]:
                assert await sessions.save(chat, b"more", await version_of(sessions, chat))
            with pytest.raises(StoreAway):
                await sessions.load(chats[-1])
            with pytest.raises(StoreAway):
                await sessions.erase(chats[-1])
        await asyncio.to_thread(store.server.start, dead)
        assert await content_of(sessions, chats[-1]) == b"one"
        await sessions.erase(chats[-1])
    assert _events(capsys) == ["store_away", "store_back"]


@pytest.mark.alone("calls have half a second to be answered")
async def test_one_server_that_stands_still_stops_its_own_talks_and_no_other(store: InCluster) -> None:
    """However many wait for it, nobody else waits; and once it goes on, so do they."""
    still = store.server.masters[-1]
    chats = [_chat_at(store, server) for server in store.server.masters]
    async with store.of_another_process(still.url, SOON) as sessions:
        for chat in chats:
            assert await sessions.save(chat, b"one", None)
        with still.paused():
            waiting = [asyncio.create_task(sessions.load(chats[-1])) for _ in range(100)]
            await asyncio.sleep(0)
            async with asyncio.timeout(SOON / 2):
                for chat in chats[:-1]:
                    assert await content_of(sessions, chat) == b"one"
            troubles = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(trouble) for trouble in troubles} == {StoreAway}
        assert await content_of(sessions, chats[-1]) == b"one"


async def test_a_replica_takes_over_and_talks_go_on(
    store: InCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each talk finds it after one failed try, without the dead server ever coming back."""
    chat = _chat_at(store, store.server.masters[0])
    async with store.of_another_process(store.server.masters[0].url, SOON) as sessions:
        for other in _chats(30):
            await sessions.load(other)
        assert await sessions.save(chat, b"one", None)
        store.server.masters[0].client.wait(1, 5000)
        with store.server.failed_over():
            with pytest.raises(StoreAway):
                await sessions.load(chat)
            assert await content_of(sessions, chat) == b"one"
            assert await sessions.save(chat, b"two", await version_of(sessions, chat))
    assert _events(capsys) == ["store_away", "store_back"]


async def test_a_replica_that_lags_behind_gives_back_an_older_talk_and_no_second_report(
    store: InCluster, tmp_path: Path
) -> None:
    """What was saved last is lost with the server that died; the report is the intake's, and stays one."""
    intake, key = an_intake()
    chat = _chat_at(store, store.server.masters[0])
    host = Host(store.sessions, tmp_path, intake, key)
    reviewed = await host.happens(1, Said(LINK), chat)
    store.server.masters[0].client.wait(1, 5000)
    with store.server.lagging():
        sent = await host.happens(2, tap(reviewed, "send"), chat)
    assert "We have received it" in sent.card.text
    with store.server.failed_over():
        with pytest.raises(StoreAway):
            await host.happens(3, Said("hm"), chat)
        again = await host.happens(3, Said("hm"), chat)
        assert "Not sent yet" in again.card.text
        again = await host.happens(4, tap(again, "send"), chat)
        assert "We have received it" in again.card.text
    (report,) = intake.reports.values()
    assert report.revision == 1


@asynccontextmanager
async def _misleading(answer: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Give the port of a server that answers every command alike; PORT in the answer is its own."""

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.read(1 << 16):
            writer.write(f"-{answer}\r\n".replace("PORT", str(port)).encode() * len(_COMMAND.findall(asked)))
        writer.close()

    async with await asyncio.start_server(answers, "127.0.0.1", 0, ssl=tls) as server:
        port = server.sockets[0].getsockname()[1]
        yield port


@pytest.mark.parametrize("named", ["192.0.2.7:6379", "valkey.example:6379", "2001:db8::7:6379"])
async def test_a_server_leads_nobody_astray(
    store: InCluster, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the way to the server that it names is open to others, neither talk nor password goes there."""
    async with (
        _misleading(f"MOVED 1 {named}") as port,
        store.of_another_process(SecretStr(f"valkey://127.0.0.1:{port}"), SOON) as sessions,
    ):
        for _ in range(2):
            with pytest.raises(StoreRefuses, match="REPORTLINE_PRIVATE_HOSTS") as refused:
                await sessions.load(CHAT)
    assert refused.value.__context__ is None
    assert _events(capsys) == ["store_refuses"]


@pytest.mark.parametrize("answer", ["MOVED 1 127.0.0.1:PORT", "MOVED 1 :PORT", "ASK 1 :PORT", "CLUSTERDOWN"])
async def test_a_server_that_leads_in_a_circle_or_knows_no_way_is_away(store: InCluster, answer: str) -> None:
    """As a cluster is that has just lost a server: to try again is right."""
    async with (
        _misleading(answer) as port,
        store.of_another_process(SecretStr(f"valkey://127.0.0.1:{port}"), SOON) as sessions,
    ):
        with pytest.raises(StoreAway, match="does not answer"):
            await sessions.load(CHAT)


async def test_a_server_that_another_names_proves_its_name_too(
    store: InCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over TLS, by a maker that this machine trusts; the password goes there only then."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate"))
    server = store.server.has(store.key(CHAT))
    rights = ["+get", "+set", "+del"]
    server.client.acl_setuser("bot", enabled=True, passwords=["+canary"], commands=rights, keys=["talk:*"])
    for name, taken in (("localhost", True), ("127.0.0.1", False)):
        async with (
            Line(server.port, tls) as line,
            _misleading(f"MOVED 1 {name}:{line.port}", tls) as port,
            store.of_another_process(SecretStr(f"valkeys://bot:canary@localhost:{port}"), SOON) as sessions,
        ):
            if taken:
                assert await sessions.load(CHAT) is None
            else:
                with pytest.raises(StoreAway):
                    await sessions.load(CHAT)
            assert (b"canary" in line.carried) is taken


def test_the_doctor_looks_at_a_cluster(servers: Cluster, tmp_path: Path) -> None:
    """As at one server, by the URL of any of its servers."""
    settings = BotSettings(data_dir=tmp_path, valkey_url=servers.url)
    [found] = [one for one in check(settings) if one.name == "session store"]
    assert found.fine


async def test_the_rights_that_the_advice_names_are_enough_in_a_cluster(store: InCluster) -> None:
    """GET, SET and DEL of the talks' keys; to follow a talk that moves, ASKING too."""
    for server in store.server.masters:
        server.client.acl_setuser(
            "bot",
            enabled=True,
            passwords=["+bot"],
            commands=["+get", "+set", "+del", "+asking"],
            keys=["talk:*"],
        )
    url = SecretStr(f"valkey://bot:bot@127.0.0.1:{store.server.masters[0].port}")
    async with store.of_another_process(url) as sessions:
        for chat in _chats(20):
            assert await sessions.save(chat, b"one", None)
            await sessions.probe()
