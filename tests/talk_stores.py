"""Each store of open talks, with a clock that a test sets."""

import gc
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from pydantic import SecretStr

from bot.exchange import TalkHandle
from bot.sessions.filed_secrets import FiledTalkSecrets
from bot.sessions.sealing import TalkSecrets
from bot.sessions.store import MemorySessions, Sessions
from bot.sessions.valkey import KEY_PREFIX, SECONDS_TO_ANSWER, ValkeySessions
from tests.valkey_clusters import Cluster
from tests.valkeys import Valkey

A_WHOLE_HOUR = 1_800_000_000
Servers = TypeVar("Servers", bound=Valkey | Cluster)


async def version_of(sessions: Sessions, handle: TalkHandle) -> bytes:
    """Give the version of a talk that is there."""
    stored = await sessions.load(handle)
    assert stored is not None
    return stored.version


async def content_of(sessions: Sessions, handle: TalkHandle) -> bytes | None:
    """Give what a talk holds, or None if there is none."""
    stored = await sessions.load(handle)
    return stored.content if stored else None


class Clock:
    """A clock that is moved by hand, in seconds since the epoch."""

    def __init__(self) -> None:
        self.seconds = float(A_WHOLE_HOUR)

    def __call__(self) -> float:
        """Tell the time."""
        return self.seconds


class Store(Protocol):
    """A store of talks with a clock that a test sets."""

    @property
    def sessions(self) -> Sessions:
        """The store itself."""
        ...

    def passes(self, seconds: float) -> None:
        """Let so many seconds pass."""
        ...

    def held(self) -> int:
        """Count the talks that it holds, in whatever state."""
        ...


class InMemory:
    """The store of one process, with room for four talks."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.sessions = MemorySessions(TalkSecrets(self.clock), self.clock, maximum_talks=4)

    def passes(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.clock.seconds += seconds

    def held(self) -> int:
        """Count the talks that it holds, in whatever state."""
        return sum(type(one).__name__ == "_SealedTalk" for one in everything(self.sessions))


class InServers(Generic[Servers]):
    """The store on a real server, or on a cluster of them; its secrets are in a file in `folder`."""

    def __init__(self, server: Servers, folder: Path) -> None:
        self.clock = Clock()
        self.server = server
        self.secrets_file = folder / "talk_secrets"
        self.secrets = FiledTalkSecrets(self.secrets_file, self.clock)
        self.sessions = self.of_another_process(server.url)

    def of_another_process(self, url: SecretStr, seconds: float = SECONDS_TO_ANSWER) -> ValkeySessions:
        """Give the store of another process of the same host, which goes another way and waits so long."""
        return ValkeySessions(url, FiledTalkSecrets(self.secrets_file, self.clock), self.clock, seconds)

    def key(self, handle: TalkHandle) -> bytes:
        """Give the key of a talk that is born now."""
        return KEY_PREFIX + self.secrets.live()[0].blind_key(handle)

    def passes(self, seconds: float) -> None:
        """Let so many seconds pass, here and on the server."""
        self.clock.seconds += seconds
        self.server.passes(seconds)

    def held(self) -> int:
        """Count the talks that it holds, in whatever state."""
        return len(self.server.stored())


class InValkey(InServers[Valkey]):
    """The store on a real server."""


class InCluster(InServers[Cluster]):
    """The store on a real cluster."""


def everything(sessions: MemorySessions) -> list[Any]:
    """Give every object that the store holds, however deep, but for code."""
    found: dict[int, Any] = {}
    ahead: list[Any] = [vars(sessions)]
    while ahead:
        one = ahead.pop()
        if id(one) not in found and not callable(one) and type(one).__name__ != "module":
            found[id(one)] = one
            ahead += gc.get_referents(one)
    return list(found.values())
