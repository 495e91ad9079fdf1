"""Secrets in a file: shared by processes, rotated daily, two at most, and the older overwritten."""

import fcntl
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.sessions.filed_secrets import FiledTalkSecrets
from bot.sessions.sealing import SECONDS_BETWEEN_ROTATIONS as DAY
from tests.system import ROOT
from tests.talk_stores import A_WHOLE_HOUR, Clock

HOUR = 3600
LIVE = """
import sys
from pathlib import Path
from bot.sessions.filed_secrets import FiledTalkSecrets
secrets = FiledTalkSecrets(Path(sys.argv[1]), lambda: float(sys.argv[2]))
sys.stdin.read()
print(*(secret.raw.hex() for secret in secrets.live()))
"""


@pytest.fixture
def clock() -> Clock:
    """Make a clock, at some minute within an hour."""
    clock = Clock()
    clock.seconds += 1234.5
    return clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the place of the file, which is not there yet."""
    return tmp_path / "talk_secrets"


@pytest.fixture
def secrets(path: Path, clock: Clock) -> FiledTalkSecrets:
    """Make secrets in a file."""
    return FiledTalkSecrets(path, clock)


def _raw(secrets: FiledTalkSecrets) -> list[bytes]:
    return [secret.raw for secret in secrets.live()]


def test_a_new_start_finds_the_same_secrets(secrets: FiledTalkSecrets, path: Path, clock: Clock) -> None:
    """What one process drew, the next one has."""
    assert _raw(secrets) == _raw(FiledTalkSecrets(path, clock))
    assert len(_raw(secrets)) == 1


def test_the_file_is_private_and_tells_no_time_but_the_hour(secrets: FiledTalkSecrets, path: Path) -> None:
    """Nobody else may open it; its times, and those that it holds, are whole hours, also after reading."""
    for _ in range(3):
        secrets.live()
    status = path.stat()
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert status.st_mtime % HOUR == 0
    if hasattr(os, "O_NOATIME"):
        assert status.st_atime % HOUR == 0
    hours = [int(line.split()[0]) for line in path.read_text().splitlines()]
    assert hours == [A_WHOLE_HOUR // HOUR, 0]


def test_reading_writes_nothing(secrets: FiledTalkSecrets, path: Path) -> None:
    """As long as no rotation is due, the file stays as it is."""
    secrets.live()
    changed = path.stat().st_ctime_ns
    secrets.live()
    assert path.stat().st_ctime_ns == changed


def test_two_live_and_the_older_is_overwritten(secrets: FiledTalkSecrets, path: Path, clock: Clock) -> None:
    """Each day brings a new secret; two days after its birth a secret is in no byte of the same file."""
    clock.seconds = A_WHOLE_HOUR
    (first,) = _raw(secrets)
    file = path.stat().st_ino
    clock.seconds += DAY - 1
    assert _raw(secrets) == [first]
    clock.seconds += 1
    second, previous = _raw(secrets)
    assert previous == first
    clock.seconds += DAY - 1
    assert _raw(secrets) == [second, first]
    clock.seconds += 1
    third, previous = _raw(secrets)
    assert previous == second
    assert len({first, second, third}) == 3
    assert first.hex() not in path.read_text()
    assert second.hex() in path.read_text()
    assert path.stat().st_ino == file


def test_a_secret_ends_on_time_though_the_newest_is_young(
    secrets: FiledTalkSecrets, path: Path, clock: Clock
) -> None:
    """A host that was silent when a rotation was due still destroys the older secret after two days."""
    (first,) = _raw(secrets)
    clock.seconds += 1.5 * DAY
    second, _ = _raw(secrets)
    clock.seconds += 0.5 * DAY
    assert _raw(secrets) == [second]
    assert first.hex() not in path.read_text()


def test_after_long_silence_all_are_new(secrets: FiledTalkSecrets, path: Path, clock: Clock) -> None:
    """A host that slept for days uses none of its old secrets, and keeps none."""
    old = _raw(secrets)
    clock.seconds += DAY
    old += _raw(secrets)
    clock.seconds += 30 * DAY
    (new,) = _raw(secrets)
    assert new not in old
    assert not any(secret.hex() in path.read_text() for secret in old)


def test_a_process_follows_what_another_rotated(secrets: FiledTalkSecrets, path: Path, clock: Clock) -> None:
    """Two processes of one host always have the same secrets."""
    other = FiledTalkSecrets(path, clock)
    for _ in range(5):
        assert _raw(secrets) == _raw(other)
        clock.seconds += 0.7 * DAY
        assert _raw(other) == _raw(secrets)


@pytest.mark.parametrize("seconds", [0, DAY])
def test_many_processes_that_begin_at_once_agree(
    secrets: FiledTalkSecrets, path: Path, clock: Clock, seconds: int
) -> None:
    """Whether a file has to be made or a rotation is due: one process does it, and all have the same."""
    if seconds:
        secrets.live()
    command = [sys.executable, "-c", LIVE, str(path), str(clock.seconds + seconds)]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(6)
    ]
    # Each waits for the end of its input, so that they begin together.
    for process in processes:
        assert process.stdin
        process.stdin.close()
    written = {process.stdout.read() for process in processes if process.stdout}
    for process in processes:
        assert process.stdout
        process.stdout.close()
        assert process.wait() == 0
    clock.seconds += seconds
    assert written == {" ".join(raw.hex() for raw in _raw(secrets)).encode() + b"\n"}


def test_a_rotation_waits_for_all_who_read_and_heeds_what_it_then_finds(
    secrets: FiledTalkSecrets, path: Path, clock: Clock
) -> None:
    """Whoever finds a rotation due looks again once they have the file to themselves."""
    secrets.live()
    clock.seconds += DAY
    found: list[bytes] = []
    rotating = threading.Thread(target=lambda: found.extend(_raw(secrets)))
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        rotating.start()
        rotating.join(0.3)
        assert rotating.is_alive()
        another = bytes(range(32))
        file.write(f"{int(clock.seconds) // HOUR:08} {another.hex()}\n".encode())
    rotating.join()
    assert found[0] == another


def test_deleting_the_file_ends_every_secret_at_once(secrets: FiledTalkSecrets, path: Path) -> None:
    """A running process keeps no copy: the next talk has new secrets."""
    (before,) = _raw(secrets)
    path.unlink()
    (after,) = _raw(secrets)
    assert after != before


@pytest.mark.parametrize(
    "damage", [b"", b"marker", b"\0" * 148, b"00500000 " + b"0" * 63 + b"\n", b"\xff" * 999]
)
def test_a_damaged_file_ends_talks_and_nothing_else(
    secrets: FiledTalkSecrets, path: Path, damage: bytes
) -> None:
    """What holds no secret is written anew, whole."""
    (before,) = _raw(secrets)
    path.write_bytes(damage)
    (after,) = _raw(secrets)
    assert after not in {before, bytes(32)}
    assert [len(line) for line in path.read_bytes().splitlines()] == [73, 73]
    assert _raw(secrets) == [after]


def test_a_clock_that_was_set_back(secrets: FiledTalkSecrets, clock: Clock) -> None:
    """An hour back changes nothing; more ends the secrets, which otherwise would live too long."""
    clock.seconds = A_WHOLE_HOUR
    before = _raw(secrets)
    clock.seconds -= 1
    assert _raw(secrets) == before
    clock.seconds -= HOUR
    assert _raw(secrets) != before


def test_what_the_system_refuses_is_an_os_error(tmp_path: Path, clock: Clock) -> None:
    """A missing folder is a store that is away: tried again, never skipped."""
    with pytest.raises(OSError, match="No such file"):
        FiledTalkSecrets(tmp_path / "nowhere" / "talk_secrets", clock).live()


def test_it_leaves_no_file_open(secrets: FiledTalkSecrets) -> None:
    """However often it is read."""
    secrets.live()
    before = len([*Path("/dev/fd").iterdir()])
    for _ in range(10):
        secrets.live()
    assert len([*Path("/dev/fd").iterdir()]) == before
