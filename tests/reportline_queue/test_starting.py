"""Every command of both programs is started so that neither Ctrl-C nor an argument ends in a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = ("reportline", "reportline_queue")
# A library whose import takes long enough for a person to press Ctrl-C.
INTERRUPTED = "import os, signal; os.kill(os.getpid(), signal.SIGINT)\n"


def _run(program: str, *arguments: str | bytes, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", program, *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("program", PROGRAMS)
def test_ctrl_c_while_the_modules_are_loaded_ends_without_a_word(program: str, tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text(INTERRUPTED)
    ended = _run(program, "--help", PYTHONPATH=str(tmp_path))
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("reportline", ["intake", "key", "revoke"]),
        ("reportline", ["queue", "export", "file", "--format", "csv", "--after"]),
        ("reportline", ["queue", "search"]),
        ("reportline_queue", ["export", "file", "--format", "csv", "--after"]),
        ("reportline_queue", []),
    ],
)
def test_an_argument_that_is_no_utf_8_is_refused_in_a_sentence(program: str, words: list[str]) -> None:
    ended = _run(program, *words, b"a\xff")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert (
        ended.stderr == "An argument is not written in UTF-8. Type it anew, in a terminal that uses UTF-8.\n"
    )


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_written_in_utf_8_is_taken(program: str) -> None:
    assert _run(program, "--help").returncode == 0
    told = _run(program, "\U0001f9f8ß")
    assert (told.returncode, "No such command" in told.stderr) == (2, True)


@pytest.mark.parametrize("size", ["0", "19", "x", "9" * 5000])
def test_a_size_that_shows_nothing_is_taken_for_80_columns(size: str) -> None:
    sizes = {"COLUMNS": size, "LINES": size, "TERMINAL_WIDTH": size}
    told = _run("reportline_queue", "words", "outcome", **sizes)
    assert (told.returncode, told.stderr) == (0, "")
    assert 70 < max(map(len, told.stdout.splitlines())) <= 80


def test_a_narrow_size_is_kept() -> None:
    told = _run("reportline_queue", "words", "outcome", COLUMNS="40")
    assert max(map(len, told.stdout.splitlines())) <= 40
