"""Whatever the settings are, no command ends in a traceback; a tenth of the commands by default."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command, get_group

from reportline.command_line import app
from reportline.setting_names import NAMES
from reportline_queue.client import queue
from tests import forked
from tests.sweeps import Sample

SECONDS = 60
AT_ONCE = 4
# They read no setting, and some of them write into the catalogues.
WITHOUT_SETTINGS = {"locales", "flow graph"}
NUMBERS = {
    name for name in NAMES if name.rpartition("_")[2] in {"port", "days", "maximum", "minutes", "day", "once"}
} - {"status_after_days"}
PATHS = {name for name in NAMES if name.endswith(("_dir", "_file"))}
# For what a command demands; anything else is "1".
VALUES = {"role": "analyst", "outcome": "baseline"}
# Nothing answers there.
NOWHERE = {"intake_port": "1"}


def _leaves(command: Any, *words: str) -> Iterator[tuple[str, ...]]:
    """Give each command below this one, with the arguments that it demands."""
    if isinstance(command, TyperGroup):
        for name, one in command.commands.items():
            yield from _leaves(get_group(queue) if name == "queue" else one, *words, name)
    else:
        yield (*words, *(word for each in command.params if each.required for word in _demanded(each)))


def _demanded(parameter: Any) -> tuple[str, ...]:
    value = VALUES.get(parameter.name, "1")
    return (value,) if parameter.param_type_name == "argument" else (parameter.opts[0], value)


COMMANDS = [
    words for words in _leaves(get_command(app)) if not WITHOUT_SETTINGS & {words[0], " ".join(words)}
]


def _all(**values: str) -> dict[str, str]:
    return {f"REPORTLINE_{name.upper()}": value for name, value in values.items()}


ENVIRONMENTS: Mapping[str, Mapping[str, str]] = {
    "wrong everywhere": _all(**dict.fromkeys(NAMES - {"data_dir"}, "{marker: 28}")),
    "no letters": _all(**dict.fromkeys(NAMES, "\udcff\x1b[31m")),
    "too long": _all(
        **dict.fromkeys(NUMBERS - {"intake_port"}, "9" * 400),
        intake_port="9" * 5000,
        status_after_days="[" * 10_000,
        time_zone="x" * 400,
    ),
    "long paths": _all(**dict.fromkeys(PATHS, "/" + "x" * 400), **NOWHERE),
    "no files": _all(**dict.fromkeys(PATHS, "/dev/null/x"), **NOWHERE),
    "folders": _all(**dict.fromkeys(PATHS, "/proc"), **NOWHERE),
    "one of each, where only one may be": _all(
        **NOWHERE,
        data_dir="/nowhere",
        analyst_token="\x1b[31m",
        database_url="postgresql://127.0.0.1:1/a",
        database_url_file="/nowhere/url",
        telegram_token="1:" + "a" * 35,
        telegram_token_file="/nowhere/token",
        valkey_url="valkey://127.0.0.1:1",
        valkey_url_file="/nowhere/url",
        portal="../../etc",
        time_zone="../etc/passwd",
        private_hosts=",",
    ),
}
FILES: Mapping[str, bytes] = {
    "no TOML": b"\x00\xff = [",
    "other types": "\n".join(
        [*(f"{name} = []" for name in PATHS), *(f"{name} = {{}}" for name in NUMBERS)]
    ).encode(),
    "a path that is none": b'data_dir = "a\\u0000b"\nintake_port = 1\nportals_dir = "~/portals"',
}


def _faults(environment: Mapping[str, str], sample: Sample) -> list[str]:
    """Run the sample's commands with these settings; gives those that did not end in a sentence."""
    outside = {"PATH": "/usr/bin:/bin", "COLUMNS": "200", **environment}

    def run(words: tuple[str, ...]) -> CompletedProcess[str]:
        return forked.run(*words, env=outside, timeout=SECONDS)

    told, commands = [], sample.of(COMMANDS)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        all_done = list(pool.map(run, commands))
    for words, done in zip(commands, all_done, strict=True):
        if done.returncode not in {0, 1, 2} or "Traceback" in done.stdout + done.stderr:
            told.append(f"{words}: {done.returncode}, {done.stderr[-600:]}")
        if "marker" in done.stdout + done.stderr:
            told.append(f"{words} told a value: {done.stderr[-600:]}")
    return told


@pytest.mark.parametrize("named", ENVIRONMENTS)
def test_no_variable_brings_a_traceback(named: str, sample: Sample) -> None:
    assert _faults(ENVIRONMENTS[named], sample) == []


@pytest.mark.parametrize("named", FILES)
def test_no_file_brings_a_traceback(named: str, tmp_path: Path, sample: Sample) -> None:
    file = tmp_path / "reportline.toml"
    file.touch(0o600)
    file.write_bytes(FILES[named])
    environment = {"REPORTLINE_CONFIG": str(file)}
    assert _faults(environment, sample) == []
    done = forked.run("settings", env={"PATH": "/usr/bin:/bin", **environment}, timeout=SECONDS)
    assert (done.returncode, str(file) in done.stderr) == (1, True)


@pytest.mark.parametrize("named", ["config", "each file"])
@pytest.mark.parametrize("endless", ["/dev/zero", "pipe"])
def test_no_file_without_an_end_is_read(named: str, endless: str, tmp_path: Path, sample: Sample) -> None:
    """A pipe into which nobody writes would be waited for."""
    os.mkfifo(tmp_path / "pipe")
    path = str(tmp_path / endless)
    files = {name: path for name in PATHS if name.endswith("_file")}
    environment = _all(**({"config": path} if named == "config" else files), **NOWHERE)
    assert _faults(environment, sample) == []
    for words in (("settings",), ("queue", "mine"), ("bot", "poll"), ("doctor",)):
        done = forked.run(*words, env={"PATH": "/usr/bin:/bin", **environment}, timeout=SECONDS)
        assert done.returncode in {0, 1}, words
        assert "Traceback" not in done.stderr, words
