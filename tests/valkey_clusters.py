"""A real Valkey cluster for a test, whose keys move, and whose servers die and are replaced."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pydantic import SecretStr
from valkey.crc import key_slot

from tests.ports import next_port
from tests.valkeys import Valkey, valkey

SLOTS = 16384


class Cluster:
    """Three servers, each with a third of the slots, and a fourth that follows the first."""

    def __init__(self, servers: list[Valkey]) -> None:
        *self.masters, self.replica = servers
        self._servers = servers

    @property
    def url(self) -> SecretStr:
        """Where one of its servers is, as settings name it."""
        return self.masters[-1].url

    def stored(self) -> list[bytes]:
        """Give every key."""
        return sorted(key for server in self.masters for key in server.stored())

    def passes(self, seconds: float) -> None:
        """Let it be as if so many seconds had passed: by so much every key is nearer to its end."""
        for server in self.masters:
            server.passes(seconds)

    def empty(self) -> None:
        """Let it hold nothing."""
        for server in self.masters:
            server.empty()

    def has(self, key: bytes) -> Valkey:
        """Give the server that has a key."""
        return self.masters[key_slot(key) * len(self.masters) // SLOTS]

    def begin_to_move(self, key: bytes, to: Valkey) -> None:
        """Let a key's slot be on its way to another server; the key itself does not move yet."""
        slot, holder = key_slot(key), self.has(key)
        to.client.execute_command("CLUSTER SETSLOT", slot, "IMPORTING", holder.identity())
        holder.client.execute_command("CLUSTER SETSLOT", slot, "MIGRATING", to.identity())

    def move(self, key: bytes, to: Valkey) -> None:
        """Move a key, whose slot is on its way, if it is there."""
        self.has(key).client.execute_command("MIGRATE", "127.0.0.1", to.port, key, 0, 5000)

    def end_move(self, key: bytes, to: Valkey) -> None:
        """Let a key's slot have arrived; every server hears so."""
        for server in (to, *self.masters):
            server.client.execute_command("CLUSTER SETSLOT", key_slot(key), "NODE", to.identity())

    @contextmanager
    def lagging(self) -> Iterator[None]:
        """Let the first master's replica hear nothing more of it, until it is dead."""
        self.replica.client.config_set("masteruser", "nobody")
        self.replica.client.config_set("masterauth", "nothing")
        self.masters[0].client.execute_command("CLIENT KILL TYPE REPLICA")
        yield
        self.masters[0].kill()
        self.replica.client.config_set("masteruser", "")
        self.replica.client.config_set("masterauth", "")

    @contextmanager
    def failed_over(self) -> Iterator[None]:
        """Let the first master be dead, and its replica in its place; in the end the dead one follows it."""
        dead, heir = self.masters[0], self.replica
        dead.kill()
        heir.client.execute_command("CLUSTER FAILOVER", "TAKEOVER")
        self.masters[0], self.replica = heir, dead
        for server in self.masters:
            while not _is_master(server, heir):
                time.sleep(0.01)
        try:
            yield
        finally:
            dead.start()

    def start(self, server: Valkey) -> None:
        """Start one that was stopped; for a moment it does not trust itself, and answers nothing."""
        server.start()
        self._until("cluster_state", "ok")

    def join(self, buses: list[int]) -> None:
        """Bring the servers together, by the ports of their bus, and wait until all know so."""
        for number, server in enumerate(self.masters):
            first, end = (-(-SLOTS * edge // len(self.masters)) for edge in (number, number + 1))
            server.client.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)
        for server, bus in zip(self._servers[1:], buses[1:], strict=True):
            self.masters[0].client.execute_command("CLUSTER MEET", "127.0.0.1", server.port, bus)
        identities = {server.identity() for server in self._servers}
        for server in self._servers:
            while server.knows() != identities:
                time.sleep(0.01)
        self.replica.client.execute_command("CLUSTER REPLICATE", self.masters[0].identity())
        self._until("cluster_slots_assigned", str(SLOTS))
        self._until("cluster_state", "ok")

    def _until(self, fact: str, value: str) -> None:
        for server in self._servers:
            while server.client.execute_command("CLUSTER INFO")[fact] != value:
                time.sleep(0.01)


def _is_master(server: Valkey, other: Valkey) -> bool:
    """Tell whether a server takes another for a master."""
    known = server.client.execute_command("CLUSTER NODES")
    return "master" in known[f"127.0.0.1:{other.port}"]["flags"]


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run a cluster for as long as it is needed; a part that is away stops no other."""
    config = {
        "cluster-enabled": "yes",
        "cluster-require-full-coverage": "no",
        "repl-diskless-sync-delay": "0",
    }
    with ExitStack() as running:
        buses = [next_port() for _ in range(4)]
        servers = [
            running.enter_context(valkey(folder / str(bus), {**config, "cluster-port": str(bus)}))
            for bus in buses
        ]
        made = Cluster(servers)
        made.join(buses)
        yield made
