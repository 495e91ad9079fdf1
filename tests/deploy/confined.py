"""Starts a unit of deploy/systemd by its own command under limits like its sandbox, without systemd.

A mount namespace of its own gives it the paths that the unit names: all are read-only but ReadWritePaths, and
InaccessiblePaths are empty. It has no capability and gains none, and memory is never both written and run.
"""

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.system import ROOT

UNITS: Final = ROOT / "deploy" / "systemd"
BIN: Final = "/opt/reportline/.runtime/bin/reportline"
DATA: Final = "/var/lib/reportline"
_NAMESPACE: Final = """
set -e
mount --make-rprivate /
mount -t tmpfs none /opt
mkdir -p /opt/reportline/.runtime
mount --bind "$VENV" /opt/reportline/.runtime
mount -t tmpfs none /var/lib
mkdir /var/lib/reportline
mount --bind "$DATA" /var/lib/reportline
mount -t tmpfs none /var/backups
mkdir /var/backups/reportline
mount --bind "$BACKUPS" /var/backups/reportline
for path in / /opt /opt/reportline/.runtime /var/lib /var/lib/reportline \\
        /var/backups /var/backups/reportline; do
    mount -o remount,bind,ro "$path"
done
for path in $WRITTEN; do mount --bind "$path" "$path"; mount -o remount,bind,rw "$path"; done
for path in $UNSEEN; do
    if [ -d "$path" ]; then mount -t tmpfs -o mode=000 none "$path"
    elif [ -e "$path" ]; then mount --bind /dev/null "$path"; fi
done
cd /var/lib/reportline
umask 077
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all "$@"
"""
# PR_SET_MDWE of Linux 6.3; an older one refuses it, and the rest of the limits stays.
_LIMITS: Final = (
    "import ctypes, os, resource, sys\n"
    "ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)\n"
    "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
    "os.execvp(sys.argv[1], sys.argv[1:])\n"
)


@dataclass(frozen=True)
class Unit:
    """One unit: what stands behind each name, in order."""

    name: str
    lines: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        """Give what stands behind each line of this name."""
        return [value for given, value in self.lines if given == name]

    def words(self, name: str) -> list[str]:
        """Give the words behind this name, without the mark of what may be missing."""
        return [word.removeprefix("-") for value in self.all(name) for word in value.split()]

    @property
    def command(self) -> list[str]:
        """The command, as systemd reads it for the instance 8090."""
        (written,) = self.all("ExecStart")
        read = written.replace("%%", "\0").replace("%i", "8090").replace("\0", "%").replace("$$", "$")
        return shlex.split(read)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the unit sets."""
        return dict(word.split("=", 1) for word in self.words("Environment"))


def read_units() -> dict[str, Unit]:
    """Read every unit, by its file's name."""
    return {path.name: _unit(path) for path in sorted(UNITS.iterdir())}


def _unit(path: Path) -> Unit:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "=" in line and line[0] != "#"]
    pairs = [line.split("=", 1) for line in lines]
    return Unit(path.name, tuple((name, value) for name, value in pairs))


@dataclass(frozen=True)
class Host:
    """A host on which units run: folders for its data and its backups, and variables of the operator's."""

    data: Path
    backups: Path
    settings: dict[str, str]

    def start(self, unit: Unit, log: Path, **instead: str) -> "subprocess.Popen[bytes]":
        """Start a unit's command; `instead` changes a word of it."""
        words = [instead.get(word.replace("-", "_"), word) for word in unit.command]
        given = {
            "VENV": str(Path(sys.executable).parent.parent),
            "DATA": str(self.data),
            "BACKUPS": str(self.backups),
            "WRITTEN": " ".join(unit.words("ReadWritePaths")),
            "UNSEEN": " ".join(unit.words("InaccessiblePaths")),
        }
        limited = [sys.executable, "-c", _LIMITS, *words]
        with log.open("ab") as output:
            return subprocess.Popen(
                [shutil.which("unshare") or "", "--mount", "sh", "-c", _NAMESPACE, "sh", *limited],
                env={"PATH": os.environ["PATH"], **unit.environment, **self.settings, **given},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def command(self, *words: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run a command of the operator's, outside of every sandbox."""
        return subprocess.run(
            [str(Path(sys.executable).with_name("reportline")), *words],
            env={"PATH": os.environ["PATH"], "REPORTLINE_DATA_DIR": str(self.data), **self.settings},
            cwd=self.data,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
            **options,
        )
