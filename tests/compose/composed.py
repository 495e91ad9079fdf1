"""Reads docker-compose.yml, and turns each of its services into processes of this machine.

All changes are made here, and a value that none of them covers is refused:
- `NAME:PORT` of a service on a shared network, and a service's own port, become a free port of 127.0.0.1;
- 0.0.0.0 becomes 127.0.0.1, and Caddy's site is bound to it;
- a path of a secret, a volume or a tmpfs, or a folder above one, is put under a folder of the service's own;
- so is a path in a folder of the operator's secrets, which becomes one that the tests have made.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from ruamel.yaml import YAML

from tests.ports import next_port
from tests.system import ROOT

COMPOSE_FILE: Final = ROOT / "docker-compose.yml"
SECRETS: Final = "/run/secrets"
_SECRETS_HERE: Final = "./deploy/secrets/"
_VARIABLE: Final = re.compile(r"\$(?:(\$)|\{[A-Z_]+:-([^}]*)\}|)")
_PATH: Final = re.compile(r"(?<![\w./:*-])/(?!dev/)[\w./-]+")
_ELSEWHERE: Final = re.compile(r"(?<![\w.-])(?!127\.0\.0\.1:)([A-Za-z][\w.-]*|[\d.]+):\d{2,5}\b")


@dataclass(frozen=True)
class Service:
    """One service, as the file says it, with the defaults of its variables filled in."""

    name: str
    spec: Mapping[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        """The variables that it is given."""
        return dict(self.spec.get("environment", {}))

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that it is given."""
        return tuple(self.spec.get("secrets", ()))

    @property
    def networks(self) -> frozenset[str]:
        """The networks that it is on."""
        return frozenset(self.spec["networks"])

    @property
    def ports(self) -> tuple[str, ...]:
        """The ports that it listens on."""
        return tuple(self.spec.get("expose", ()))

    @property
    def mounts(self) -> dict[str, str]:
        """What is mounted, by its path in the container: a volume's name, or a file or folder as ./path."""
        parts = (written.split(":") for written in self.spec.get("volumes", ()))
        return {target: source for source, target, *_ in parts}

    @property
    def memory(self) -> dict[str, str]:
        """What is mounted as a file system in memory: its options, by its path in the container."""
        pairs = (written.partition(":") for written in self.spec.get("tmpfs", ()))
        return {target: options for target, _, options in pairs}


def read_file() -> dict[str, Any]:
    """Read the file, its variables filled in with their defaults."""
    content: dict[str, Any] = YAML(typ="safe", pure=True).load(COMPOSE_FILE)
    filled: dict[str, Any] = _filled_in(content)
    return filled


def read_services() -> dict[str, Service]:
    """Read the services, by name."""
    return {name: Service(name, spec) for name, spec in read_file()["services"].items()}


def _filled_in(node: Any) -> Any:
    match node:
        case dict():
            return {key: _filled_in(value) for key, value in node.items()}
        case list():
            return [_filled_in(value) for value in node]
        case str():
            return _VARIABLE.sub(_value, node)
    return node


def _value(match: re.Match[str]) -> str:
    assert match[0] != "$", "a variable without a default"
    return match[1] or match[2]


@dataclass(frozen=True)
class Machine:
    """This machine in the place of the containers: `folder` holds a folder for each, volumes and secrets."""

    folder: Path
    services: Mapping[str, Service]
    _ports: dict[tuple[str, str], int] = field(default_factory=dict)

    def root(self, name: str) -> Path:
        """Give the folder that stands for a service's root file system."""
        return self.folder / "containers" / name

    def volume(self, name: str) -> Path:
        """Give the folder that stands for a volume."""
        return self.folder / "volumes" / name

    def port(self, name: str, port: str) -> int:
        """Give the free port that stands for a port of a service."""
        assert port in self.services[name].ports, f"{name} does not expose {port}"
        return self._ports.setdefault((name, port), next_port())

    def lay_out(self, secrets: Path) -> None:
        """Make what compose would mount: volumes, file systems in memory, our files, and secrets."""
        for name, service in self.services.items():
            self.root(name).mkdir(parents=True)
            for target in service.memory:
                self._at(name, target).mkdir(mode=0o700, parents=True)
            for target, source in sorted(service.mounts.items()):
                self._mount(service, source, self._at(name, target), secrets)
            for secret in service.secrets:
                self._give(service, secrets / secret, self._at(name, f"{SECRETS}/{secret}"))

    def words(self, name: str, written: Sequence[str]) -> list[str]:
        """Say a service's words as they are on this machine."""
        service = self.services[name]
        return [self._paths_here(service, self._network_here(service, word)) for word in written]

    def environment(self, name: str) -> dict[str, str]:
        """Give a service's variables as they are on this machine."""
        given = self.services[name].environment
        return dict(zip(given, self.words(name, [*given.values()]), strict=True))

    def _network_here(self, service: Service, text: str) -> str:
        text = text.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - it is taken away
        for other in self.services.values():
            for port in other.ports if other.networks & service.networks else ():
                here = f"127.0.0.1:{self.port(other.name, port)}"
                text = re.sub(rf"(?<![\w.-]){other.name}:{port}\b", here, text)
        found = _ELSEWHERE.search(text)
        assert found is None, f"{service.name} names {found and found[1]}, which it cannot reach"
        for port in service.ports:
            text = re.sub(rf"(?<![\w.]){port}\b", str(self.port(service.name, port)), text)
        return text

    def _paths_here(self, service: Service, text: str) -> str:
        return _PATH.sub(lambda match: self._path(service, match[0]), text)

    def _path(self, service: Service, path: str) -> str:
        mounted = [*service.mounts, *service.memory, *(f"{SECRETS}/{secret}" for secret in service.secrets)]
        above = any(PurePosixPath(one).is_relative_to(path) for one in mounted)
        folders = (target for target, source in service.mounts.items() if source.startswith(_SECRETS_HERE))
        within = any(PurePosixPath(path).is_relative_to(folder) for folder in folders)
        assert above or within, f"{service.name} names {path}, where nothing is mounted"
        return str(self._at(service.name, path))

    def _at(self, name: str, path: str) -> Path:
        return self.root(name) / path.lstrip("/")

    def _mount(self, service: Service, source: str, target: Path, secrets: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.startswith(_SECRETS_HERE):
            target.symlink_to(secrets / source.removeprefix(_SECRETS_HERE))
        elif source.startswith("./") and (ROOT / source).is_dir():
            target.symlink_to(ROOT / source)
        elif source.startswith("./"):
            target.write_text(self._ours(service, (ROOT / source).read_text(encoding="utf-8")))
        else:
            self.volume(source).mkdir(mode=0o700, parents=True, exist_ok=True)
            target.symlink_to(self.volume(source))

    def _ours(self, service: Service, text: str) -> str:
        if service.name != "caddy":
            return self._paths_here(service, text)
        # Its paths are those of URLs.
        return self._network_here(service, text).replace("_SITE} {", "_SITE} {\n\tbind 127.0.0.1")

    def _give(self, service: Service, secret: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self._network_here(service, secret.read_text(encoding="utf-8")))
        shutil.copystat(secret, target)
