"""Sends one command to the Valkey server that owns the key; every failure is an OSError without details.

A server of a cluster that does not have the key names the one that has it; that is asked if the connection
to it is safe. No command is sent again if it may have been done. The client's exceptions may name hosts and
keys, so they stay in this file.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr
from valkey.asyncio import BlockingConnectionPool, Valkey
from valkey.asyncio.cluster import ClusterParser
from valkey.crc import key_slot
from valkey.exceptions import (
    AskError,
    AuthenticationError,
    ClusterDownError,
    MovedError,
    ResponseError,
    TryAgainError,
    ValkeyError,
)

from bot.sessions.store import StoreAway, StoreRefuses
from reportline.logs import log_event
from reportline.server_urls import require_safe_store

MOST_CONNECTIONS: Final = 32
MOST_REDIRECTIONS: Final = 5
Command = tuple[str, bytes, *tuple[bytes | str | int, ...]]
_AWAY: Final = "Valkey does not answer. See that it runs, and that REPORTLINE_VALKEY_URL is right."
_REFUSES: Final = (
    "Valkey refuses. See that it is version 8.1 or newer, no replica, with memory left, and that the name "
    "and password in REPORTLINE_VALKEY_URL may GET, SET and DEL the keys talk:*."
)
_ASTRAY: Final = (
    "A server of the Valkey cluster leads to another, and the way there is open to others. Use valkeys, or "
    "let the servers announce host names, and have those in REPORTLINE_PRIVATE_HOSTS."
)


@dataclass(slots=True)
class _Trouble:
    event: str
    slots: set[int]


class ValkeyServers:
    """The Valkey server at `url`, or the cluster of which it is one; `close` it in the end.

    `seconds_to_answer` bounds every command, the wait for a connection and redirections included.
    `private_hosts` are those to which a server may lead without TLS, beside this machine.
    """

    def __init__(self, url: SecretStr, seconds_to_answer: float, private_hosts: Sequence[str]) -> None:
        self._url = url
        self._seconds_to_answer = seconds_to_answer
        self._private_hosts = private_hosts
        # A server's name is its host and port, as in a URL; the first is asked where nothing is known.
        self._first = urlsplit(url.get_secret_value()).netloc.rpartition("@")[2]
        self._clients = {self._first: _client(url.get_secret_value())}
        # Learned from answers alone, so that the bot needs no right to ask for a map of the cluster.
        self._slots: dict[int, str] = {}
        self._troubles: dict[tuple[str, str], _Trouble] = {}

    async def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()

    async def call(self, name: str, key: bytes, *arguments: bytes | str | int) -> Any:
        """Make one command for one key; raises StoreAway or StoreRefuses."""
        command: Command = (name, key, *arguments)
        until = asyncio.get_running_loop().time() + self._seconds_to_answer
        server, asking = self._slots.get(key_slot(key), self._first), False
        for _ in range(MOST_REDIRECTIONS):
            answer = await self._answer(server, command, until, asking=asking)
            if not isinstance(answer, AskError):
                return answer
            server, asking = _named(answer, server), not isinstance(answer, MovedError)
        raise self._noted(server, command, StoreAway(_AWAY))

    async def _answer(self, server: str, command: Command, until: float, *, asking: bool) -> Any:
        """Give a server's answer, or its AskError: another server has the key."""
        client = self._client(server)
        if client is None:
            raise self._noted(server, command, StoreRefuses(_ASTRAY))
        trouble: StoreAway
        try:
            async with asyncio.timeout_at(until):
                answer = await (_asking(client, command) if asking else client.execute_command(*command))
        except AskError as elsewhere:
            return elsewhere
        except (ClusterDownError, TryAgainError):
            trouble = StoreAway(_AWAY)
        except (ResponseError, AuthenticationError):
            trouble = StoreRefuses(_REFUSES)
        except (ValkeyError, OSError):
            trouble = StoreAway(_AWAY)
        else:
            if not asking:
                self._slots[key_slot(command[1])] = server
            self._note_answer(server, command)
            return answer
        # Raised out here, so that the client's exception does not travel along as its context.
        raise self._noted(server, command, trouble)

    def _client(self, server: str) -> Any:
        """Give the client of a server that another has named, or None when the way there is not safe."""
        if server not in self._clients:
            parts = urlsplit(self._url.get_secret_value())
            url = parts._replace(netloc="".join((*parts.netloc.rpartition("@")[:2], server))).geturl()
            if not _is_safe(url, self._private_hosts):
                return None
            self._clients[server] = _client(url)
        return self._clients[server]

    def _noted(self, server: str, command: Command, trouble: StoreAway) -> StoreAway:
        """Give the trouble back, and log it once for all servers and commands that have it."""
        event = "store_refuses" if isinstance(trouble, StoreRefuses) else "store_away"
        if event not in {known.event for known in self._troubles.values()}:
            log_event(event)
        noted = self._troubles.setdefault((server, command[0]), _Trouble(event, set()))
        noted.event = event
        noted.slots.add(key_slot(command[1]))
        if event == "store_away":
            noted.slots |= self._leave(server)
        return trouble

    def _leave(self, server: str) -> set[int]:
        """Ask other servers from now on, since they know the successor; gives the slots that it had."""
        had = {slot for slot, has_it in self._slots.items() if has_it == server}
        for slot in had:
            del self._slots[slot]
        if server == self._first:
            known = list(self._clients)
            self._first = known[(known.index(server) + 1) % len(known)]
        return had

    def _note_answer(self, server: str, command: Command) -> None:
        """Log the end of an outage: the server or its successor answers, or a refused command works again."""
        over = [
            (failed, name)
            for (failed, name), trouble in self._troubles.items()
            if (failed == server or key_slot(command[1]) in trouble.slots)
            and (name == command[0] or trouble.event == "store_away")
        ]
        for one in over:
            del self._troubles[one]
        if over and not self._troubles:
            log_event("store_back")


def _named(elsewhere: AskError, server: str) -> str:
    """Give the server that another names; without a host, it is on the same one."""
    host = str(elsewhere.host) or server.rpartition(":")[0].strip("[]")
    return f"[{host}]:{elsewhere.port}" if ":" in host else f"{host}:{elsewhere.port}"


async def _asking(client: Any, command: Command) -> Any:
    """Make a command at a server that is about to take over its key; both go over one connection."""
    async with client.pipeline(transaction=False) as line:
        line.execute_command("ASKING").execute_command(*command)
        return (await line.execute())[1]


def _is_safe(url: str, private_hosts: Sequence[str]) -> bool:
    try:
        require_safe_store(url, private_hosts)
    except ValueError:
        return False
    return True


def _client(url: str) -> Any:
    # The client checks a certificate's names only when it is told to.
    tls = {"ssl_check_hostname": True} if urlsplit(url).scheme == "valkeys" else {}
    # Every command has its time-out, so the client has none of its own.
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=MOST_CONNECTIONS,
        timeout=None,
        socket_timeout=None,
        parser_class=ClusterParser,
        **tls,
    )
    return Valkey.from_pool(pool)
