"""A bot's path and secret never change, the key is made once and whole, and no bot's tells another's."""

import math
import re
import subprocess
import sys
import timeit
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bot.fleet.webhook_keys import KEY_BYTES, WebhookKeys, opens, read_metrics_token, read_webhook_keys
from reportline.readiness import NotReady

BOTS = ("123456789", "123456780", "7")
# Makes the file again and again; each time, another process makes it too, one line of our code later.
MADE_MEANWHILE = """
import os, sys
from pathlib import Path
from bot.fleet import webhook_keys
from reportline import private_files
def made(path, lines_left):
    theirs = path.with_name("theirs")
    def trace(frame, event, _):
        nonlocal lines_left
        if frame.f_code.co_filename not in {webhook_keys.__file__, private_files.__file__}:
            return None
        lines_left -= event == "line"
        if lines_left == 0:
            child = os.fork()
            if not child:
                sys.settrace(None)
                theirs.write_text(webhook_keys.read_webhook_keys(path).path("1"))
                os._exit(0)
            os.waitpid(child, 0)
        return trace
    sys.settrace(trace)
    ours = webhook_keys.read_webhook_keys(path).path("1")
    sys.settrace(None)
    assert not theirs.exists() or theirs.read_text() == ours
    return theirs.exists()
lines = 1
while made(Path(sys.argv[1]) / str(lines) / "fleet.key", lines):
    lines += 1
print(lines)
"""
# Makes the file again and again, killed one line of our code later each time, until no line is left.
KILLED_AT_EACH_LINE = """
import os, signal, sys
from pathlib import Path
from bot.fleet import webhook_keys
from reportline import private_files
def make(folder, lines_left):
    def trace(frame, event, _):
        nonlocal lines_left
        if frame.f_code.co_filename not in {webhook_keys.__file__, private_files.__file__}:
            return None
        lines_left -= event == "line"
        if lines_left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace
    sys.settrace(trace)
    webhook_keys.read_webhook_keys(folder / "fleet.key")
    os._exit(0)
lines, killed = 0, True
while killed:
    folder = Path(sys.argv[1]) / str(lines)
    child = os.fork() or make(folder, lines)
    killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    lines += 1
"""


def test_paths_and_secrets_have_the_shape_that_telegram_takes() -> None:
    keys = WebhookKeys(b"k" * KEY_BYTES)
    for bot in BOTS:
        assert re.fullmatch("[a-z2-7]{32}", keys.path(bot))
        assert re.fullmatch("[A-Za-z0-9_-]{64}", keys.secret(bot))


def test_each_bot_and_each_key_has_paths_and_secrets_of_its_own() -> None:
    every = [WebhookKeys(bytes([key]) * KEY_BYTES) for key in (1, 2)]
    assert len({keys.path(bot) for keys in every for bot in BOTS}) == 6
    assert len({keys.secret(bot) for keys in every for bot in BOTS}) == 6


def test_paths_and_secrets_are_the_same_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "bot" / "fleet.key"
    first, second = read_webhook_keys(path), read_webhook_keys(path)
    for bot in BOTS:
        assert (first.path(bot), first.secret(bot)) == (second.path(bot), second.secret(bot))


def test_paths_and_secrets_do_not_change_with_a_version() -> None:
    """Others would shut Telegram out until the next sync."""
    keys = WebhookKeys(bytes(range(KEY_BYTES)))
    assert keys.path("123456789") == "cjhl56pewbxk5rsm2c7emlomdey6xdld"
    assert keys.secret("123456789").startswith("XP9lNimMpD3a0Acwe0QvCNYUz8NDQ29s")


@pytest.mark.parametrize("read", [read_webhook_keys, read_metrics_token])
def test_only_the_owner_reads_what_is_made_and_nothing_else_is_left(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    path = tmp_path / "bot" / "file"
    read(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [*path.parent.iterdir()] == [path]


def test_processes_that_start_at_once_end_with_one_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MADE_MEANWHILE, str(tmp_path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    assert int(done.stdout) > 15


def test_cut_off_at_every_line_the_file_is_whole_or_not_there(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED_AT_EACH_LINE, tmp_path], check=True)
    folders = [*tmp_path.iterdir()]
    assert len(folders) > 15
    assert {(folder / "fleet.key").exists() for folder in folders} == {True, False}
    for folder in folders:
        kept = (folder / "fleet.key").read_text() if (folder / "fleet.key").exists() else None
        read_webhook_keys(folder / "fleet.key")
        assert kept in {None, (folder / "fleet.key").read_text()}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_a_key_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "fleet.key"
    read_webhook_keys(path)
    path.chmod(mode)
    with pytest.raises(NotReady, match="chmod 600"):
        read_webhook_keys(path)


@pytest.mark.parametrize("written", ["", "0" * 63, "0" * 65, "G" * 64, "0" * 64 + "\n0", "\u0660" * 64])
def test_a_damaged_key_is_refused_in_words_that_do_not_repeat_it(tmp_path: Path, written: str) -> None:
    path = tmp_path / "fleet.key"
    path.write_text(written, encoding="utf-8")
    path.chmod(0o600)
    for read in (read_webhook_keys, read_metrics_token):
        with pytest.raises(NotReady, match="damaged") as refused:
            read(path)
        assert "000" not in str(refused.value)


def test_a_folder_in_which_nothing_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotReady, match="See whose it is"):
        read_webhook_keys(tmp_path / "file" / "fleet.key")


def test_the_metrics_token_is_random_and_kept(tmp_path: Path) -> None:
    token = read_metrics_token(tmp_path / "one")
    assert token == read_metrics_token(tmp_path / "one") != read_metrics_token(tmp_path / "other")
    assert re.fullmatch("[0-9a-f]{64}", token)


def test_only_the_very_secret_opens() -> None:
    assert opens("secret", "secret")
    for told in ("", "secre", "secrets", "Secret", "s\udc80cret", "sécret"):
        assert not opens("secret", told)
    assert not opens(None, "")
    assert not opens(None, "secret")


@pytest.mark.alone("compares times")
def test_whether_anybody_is_there_is_not_told_by_the_time_it_takes() -> None:
    secret = WebhookKeys(b"k" * KEY_BYTES).secret("1")
    fastest: dict[str | None, float] = {secret: math.inf, None: math.inf}
    # In short turns, since others use this machine too.
    for _ in range(200):
        for expected, so_far in fastest.items():
            took = timeit.timeit(partial(opens, expected, secret[:-1] + "."), number=50)
            fastest[expected] = min(so_far, took)
    assert 0.67 < fastest[None] / fastest[secret] < 1.5
