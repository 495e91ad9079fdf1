"""Reads the client's settings from the environment, `REPORTLINE_…`.

The names and defaults are those of `QueueSettings` in intake_api/settings.py, which describes them.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from reportline_queue.errors import NotDone
from reportline_queue.intake.server_url import host_names, safe_url

_PREFIX: Final = "REPORTLINE_"
_MAXIMUM_PORT: Final = 65535
_INTEGER: Final = re.compile(r"([+-]?[0-9]+(?:_[0-9]+)*)(?:\.0+)?")
_MOST_DIGITS: Final = 4300
_NO_PATH: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Settings:
    """The client's settings: where the intake is, and the access key or the file that holds it."""

    intake_url: str
    token_file: Path
    token: str | None = field(repr=False)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raises NotDone, which names the wrong ones, without values."""
    written = {name.upper(): value for name, value in environment.items() if value}
    faults: list[str] = []

    def read(name: str, reader: Callable[[str], Value], default: Value) -> Value:
        try:
            value = written.get(_PREFIX + name)
            return default if value is None else reader(value)
        except ValueError as fault:
            faults.append(f"{_PREFIX}{name}: {fault}")
            return default

    written.setdefault(f"{_PREFIX}DATA_DIR", "data")
    data = read("DATA_DIR", _path, Path("data"))
    port = read("INTAKE_PORT", _port, 8080)
    private_hosts = read("PRIVATE_HOSTS", host_names, host_names(""))
    written.setdefault(f"{_PREFIX}INTAKE_URL", f"http://127.0.0.1:{port}")
    settings = Settings(
        intake_url=read("INTAKE_URL", lambda url: safe_url(url, private_hosts), ""),
        token_file=read("ANALYST_TOKEN_FILE", _path, data / "analyst.token"),
        token=written.get(f"{_PREFIX}ANALYST_TOKEN"),
    )
    if faults:
        raise NotDone("\n".join(["Change what is wrong in the environment.", *faults]))
    return settings


def _path(written: str) -> Path:
    if _NO_PATH.search(written):
        raise ValueError("a path is letters, digits and signs on one line")
    if "~" in Path(written).parts:
        raise ValueError("write the path whole: only a shell knows what ~ is")
    try:
        return Path(written).absolute()
    except OSError:
        raise ValueError(
            "the folder in which this runs is gone; write a whole path, or go elsewhere"
        ) from None


def _port(written: str) -> int:
    number = _INTEGER.fullmatch(written.strip())
    if number is None or len(written) > _MOST_DIGITS:
        raise ValueError("write a whole number")
    port = int(number[1])
    if port < 0:
        raise ValueError("write 0 or more")
    if port > _MAXIMUM_PORT:
        raise ValueError(f"write {_MAXIMUM_PORT} or less")
    return port
