"""Talks in Valkey expire there, go on in another process, and open only with the secrets."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.exchange import TalkHandle
from bot.sessions.filed_secrets import FiledTalkSecrets
from bot.sessions.sealing import SECRET_BYTES
from bot.sessions.store import SECONDS_OF_SILENCE, SECONDS_OF_TALK
from bot.sessions.valkey import KEY_PREFIX, ValkeySessions
from tests.talk_stores import InValkey, content_of, version_of
from tests.valkeys import Valkey, valkey

CHAT = TalkHandle("telegram", "77001", "4242424242")
OTHER = TalkHandle("telegram", "77001", "4242424243")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """Run a server."""
    with valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
async def store(server: Valkey, tmp_path: Path) -> AsyncIterator[InValkey]:
    """Make an empty store."""
    server.client.flushall()
    store = InValkey(server, tmp_path)
    async with store.sessions:
        yield store


async def test_the_server_itself_ends_a_talk(store: InValkey) -> None:
    """Each save sets half an hour anew, or what is left of six hours; nobody need be there when it ends."""
    sessions, client = store.sessions, store.server.client
    assert await sessions.save(CHAT, b"one", None)
    (key,) = store.server.stored()
    assert SECONDS_OF_SILENCE - 10 < client.ttl(key) <= SECONDS_OF_SILENCE
    client.persist(key)
    store.clock.seconds += SECONDS_OF_TALK - 0.2
    assert await sessions.save(CHAT, b"two", await version_of(sessions, CHAT))
    async with asyncio.timeout(10):
        while store.held():
            await asyncio.sleep(0.01)


async def test_a_talk_that_the_server_forgets_to_end_is_ended(store: InValkey) -> None:
    """The birth hour inside the seal says so too, and then a new talk can begin."""
    sessions = store.sessions
    assert await sessions.save(CHAT, b"one", None)
    store.server.client.persist(*store.server.stored())
    version = await version_of(sessions, CHAT)
    store.clock.seconds += SECONDS_OF_TALK
    assert not await sessions.save(CHAT, b"two", version)
    assert await sessions.load(CHAT) is None
    assert store.held() == 0
    assert await sessions.save(CHAT, b"new", None)


async def test_another_process_goes_on_with_the_talk(store: InValkey, tmp_path: Path) -> None:
    """Whoever has the file of secrets continues every open talk; whoever has another finds none."""
    assert await store.sessions.save(CHAT, b"one", None)
    async with store.of_another_process(store.server.url) as restarted:
        assert await restarted.save(CHAT, b"two", await version_of(restarted, CHAT))
    assert await content_of(store.sessions, CHAT) == b"two"
    strange = FiledTalkSecrets(tmp_path / "others", store.clock)
    async with ValkeySessions(store.server.url, strange, store.clock) as stranger:
        assert await stranger.load(CHAT) is None


async def test_many_processes_never_both_advance_a_talk(store: InValkey) -> None:
    """Eight that each add one fifty times, and look again when they lose, make four hundred."""

    async def add(sessions: ValkeySessions) -> None:
        for _ in range(50):
            saved = False
            while not saved:
                held = await sessions.load(CHAT)
                number = int(held.content) + 1 if held else 1
                saved = await sessions.save(CHAT, str(number).encode(), held.version if held else None)

    async with store.of_another_process(store.server.url) as second:
        await asyncio.gather(*(add(sessions) for sessions in [store.sessions, second] * 4))
    assert await content_of(store.sessions, CHAT) == b"400"


async def test_deleting_the_secrets_makes_every_stored_talk_unreadable(store: InValkey) -> None:
    """The talks are still stored, and nobody will ever open them; a new talk begins beside the old one."""
    sessions = store.sessions
    assert await sessions.save(CHAT, b"one", None)
    (old,) = store.server.stored()
    version = await version_of(sessions, CHAT)
    store.secrets_file.unlink()
    assert await sessions.load(CHAT) is None
    assert not await sessions.save(CHAT, b"two", version)
    assert await sessions.save(CHAT, b"new", None)
    assert len({old, *store.server.stored()}) == store.held() == 2
    assert old not in {KEY_PREFIX + secret.blind_key(CHAT) for secret in store.secrets.live()}


async def test_expiring_destroys_a_secret_that_nobody_asks_for(store: InValkey) -> None:
    """A host without a reporter destroys what is too old all the same."""
    await store.sessions.save(CHAT, b"one", None)
    written = store.secrets_file.read_text()
    store.clock.seconds += 2 * 24 * 3600
    store.sessions.expire()
    assert not {*written.split()[1::2]} & {*store.secrets_file.read_text().split()} - {"0" * 64}


@pytest.mark.parametrize("change", ["cut", "bit", "nothing", "swapped"])
async def test_what_somebody_changed_in_the_store_is_no_talk(store: InValkey, change: str) -> None:
    """Neither a damaged talk nor another chat's opens; nor does it stand in the way of a new one."""
    sessions, client = store.sessions, store.server.client
    assert await sessions.save(CHAT, b"one", None)
    (key,) = store.server.stored()
    sealed = client.get(key)
    assert await sessions.save(OTHER, b"other", None)
    (other,) = {*store.server.stored()} - {key}
    changed = {
        "cut": sealed[:-1],
        "bit": sealed[:40] + bytes([sealed[40] ^ 1]) + sealed[41:],
        "nothing": b"",
        "swapped": client.get(other),
    }
    client.set(key, changed[change])
    assert not await sessions.save(CHAT, b"late", sealed)
    assert await sessions.load(CHAT) is None
    assert await sessions.save(CHAT, b"new", None)
    assert await content_of(sessions, CHAT) == b"new"


async def test_a_key_is_a_prefix_and_a_blind_name(store: InValkey) -> None:
    """An operator can allow these keys alone; one talk looks like another."""
    assert await store.sessions.save(CHAT, b"one", None)
    assert await store.sessions.save(OTHER, b"a longer one", None)
    stored = store.server.stored()
    assert {len(key) for key in stored} == {len(KEY_PREFIX) + SECRET_BYTES}
    assert all(key.startswith(KEY_PREFIX) for key in stored)
    assert len({store.server.client.strlen(key) for key in stored}) == 1
