"""Blind keys and seals of open talks stay the same for their secret and chat, and fit no other."""

import gc

import pytest

from bot.exchange import TalkHandle
from bot.sessions.sealing import SECONDS_BETWEEN_ROTATIONS, TalkKeys, TalkNotOpened, TalkSecret, TalkSecrets

CHAT = TalkHandle("telegram", "77001", "4242424242")
OTHERS = (
    TalkHandle("telegram", "77001", "4242424243"),
    TalkHandle("telegram", "77002", "4242424242"),
    TalkHandle("webchat", "77001", "4242424242"),
    TalkHandle("telegram", "770014", "242424242"),
    TalkHandle("telegram7", "7001", "4242424242"),
    TalkHandle("telegram", "770014242424242", ""),
    TalkHandle("telegram", "", "770014242424242"),
    TalkHandle("", "telegram77001", "4242424242"),
)
CONTENT = b'{"step": "review", "link": "https://example.com/a"}'
DAY = SECONDS_BETWEEN_ROTATIONS


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.seconds


def test_a_key_is_stable_and_each_chats_own() -> None:
    """One chat has one key under a secret, and no other chat has it, however its parts join."""
    secret = TalkSecret.drawn(0)
    keys = {secret.blind_key(handle) for handle in (CHAT, *OTHERS)}
    assert secret.blind_key(CHAT) == secret.blind_key(TalkHandle("telegram", "77001", "4242424242"))
    assert len(keys) == 1 + len(OTHERS)
    assert {len(key) for key in keys} == {32}


def test_a_secret_is_random() -> None:
    """Two secrets give one chat two names."""
    assert TalkSecret.drawn(0).blind_key(CHAT) != TalkSecret.drawn(0).blind_key(CHAT)


def test_opens_for_its_own_chat_only() -> None:
    """What was sealed opens for the same chat and secret, and for nobody else."""
    secret = TalkSecret.drawn(0)
    sealed = secret.keys(CHAT).seal(CONTENT)
    assert secret.keys(CHAT).open(sealed) == CONTENT
    for handle in OTHERS:
        with pytest.raises(TalkNotOpened):
            secret.keys(handle).open(sealed)
    with pytest.raises(TalkNotOpened):
        TalkSecret.drawn(0).keys(CHAT).open(sealed)


def test_a_changed_seal_does_not_open() -> None:
    """Any changed bit, and any cut, is noticed; the error tells no content."""
    secret = TalkSecret.drawn(0)
    sealed = secret.keys(CHAT).seal(CONTENT)
    changed = [
        sealed[:at] + bytes([sealed[at] ^ 1 << at % 8]) + sealed[at + 1 :] for at in range(len(sealed))
    ]
    for wrong in (*changed, sealed[:-1], sealed[:24], sealed[:10], b"", sealed + b"\0"):
        with pytest.raises(TalkNotOpened) as caught:
            secret.keys(CHAT).open(wrong)
        assert "4242" not in str(caught.value)


def test_no_two_seals_are_alike() -> None:
    """The same content sealed again shares no bytes that would tell so, and shows nothing of itself."""
    secret = TalkSecret.drawn(0)
    first, second = (secret.keys(CHAT).seal(CONTENT) for _ in range(2))
    assert first[:24] != second[:24]
    assert first[24:] != second[24:]
    assert b"example" not in first
    assert CHAT.chat.encode() not in first


def test_the_length_tells_little() -> None:
    """Talks that hold more or less, up to half a KiB, are of one length in the store, and there are few."""
    secret = TalkSecret.drawn(0)
    lengths = {size: len(secret.keys(CHAT).seal(bytes(size))) for size in (0, 1, 511, 512, 2047, 2048, 8191)}
    assert [*lengths.values()] == [552, 552, 552, 2088, 2088, 8232, 8232]
    for size in (0, 511, 512, 513):
        assert secret.keys(CHAT).open(secret.keys(CHAT).seal(bytes(size))) == bytes(size)


def test_the_name_is_not_the_key() -> None:
    """Who has the store has the name of a talk, which opens nothing."""
    secret = TalkSecret.drawn(0)
    keys = secret.keys(CHAT)
    assert keys.name not in keys.seal(secret.blind_key(OTHERS[0]))
    with pytest.raises(TalkNotOpened):
        TalkKeys(keys.name, keys.name).open(keys.seal(CONTENT))


def test_two_live_and_the_older_is_destroyed() -> None:
    """Each day brings a new secret; the one before lives a day more, and then nothing holds it any more."""
    clock = Clock()
    secrets = TalkSecrets(clock)
    first = secrets.live()[0]
    clock.seconds += DAY - 1
    assert secrets.live() == (first,)
    clock.seconds += 1
    second = secrets.live()[0]
    assert secrets.live() == (second, first)
    clock.seconds += DAY - 1
    assert secrets.live() == (second, first)
    clock.seconds += 1
    third = secrets.live()[0]
    assert secrets.live() == (third, second)
    assert [holder for holder in gc.get_referrers(first) if isinstance(holder, tuple)] == []


def test_after_long_silence_all_are_new() -> None:
    """A host that slept for days finds none of its old secrets, and a short sleep leaves the previous one."""
    clock = Clock()
    secrets = TalkSecrets(clock)
    first = secrets.live()[0]
    clock.seconds += 1.5 * DAY
    assert secrets.live()[1] is first
    clock.seconds += 0.5 * DAY
    assert first not in secrets.live()
    clock.seconds += 30 * DAY
    assert len(secrets.live()) == 1
    assert secrets.live()[0] is not first


def test_nothing_is_shown() -> None:
    """Neither a secret nor a handle tells anything in its repr."""
    secret = TalkSecret.drawn(5)
    assert repr(secret).startswith("<bot.sessions.sealing.TalkSecret object at")
    assert repr(TalkSecrets(Clock())).startswith("<bot.sessions.sealing.TalkSecrets object at")
    assert repr(CHAT) == "TalkHandle(channel='telegram')"
