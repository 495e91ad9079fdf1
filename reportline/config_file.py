"""Reads `reportline.toml`, whose settings stand below the environment; it holds no secret."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reportline.bounded_files import read_bytes
from reportline.private_files import OPEN_TO_WRITE, user_name
from reportline.readiness import NotReady
from reportline.setting_names import CONFIG, NAMES, PREFIX, SECRETS, unknown_name

_IN_THIS_FOLDER: Final = "reportline.toml"
_PATHS: Final = ("_dir", "_file")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The file's place, or None if there is none, and its values by the settings' names."""

    path: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def read_config_file() -> ConfigFile:
    """Read the file that REPORTLINE_CONFIG names, else `reportline.toml` of the working folder, if any.

    Paths in it begin at its folder. Raises NotReady if it cannot be used.
    """
    named = os.environ.get(CONFIG)
    path = _place(named)
    if path is None:
        return ConfigFile()
    try:
        status = path.stat()
        written = read_bytes(path)
    except FileNotFoundError:
        if named:
            raise NotReady(f"There is no file {path}. Write it, or unset {CONFIG}.") from None
        return ConfigFile()
    except OSError as fault:
        if not named and not os.access(path.parent, os.X_OK):
            # Whoever runs this for another user may stand in a folder of their own.
            return ConfigFile()
        raise NotReady(f"The file {path} cannot be read: {fault.strerror}. See whose it is.") from None
    if status.st_mode & OPEN_TO_WRITE:
        raise NotReady(f"Others on this machine can write to {path}. Close it: `chmod go-w {path}`.")
    if status.st_uid not in {0, os.geteuid()}:
        raise NotReady(
            f"{path} belongs to {user_name(status.st_uid)}. Have it belong to root, or to the user that runs "
            "this."
        )
    return ConfigFile(path, _read(path, written))


def _place(named: str | None) -> Path | None:
    if named and not named.isprintable():
        raise NotReady(f"{CONFIG} names no file. Write a path of letters, digits and signs.")
    try:
        return Path(named or _IN_THIS_FOLDER).absolute()
    except OSError:
        # The working folder is gone, and so is what was in it.
        if named:
            raise NotReady(
                f"{CONFIG} names no whole path, and the folder in which this runs is gone."
            ) from None
        return None


def set_variables(names: frozenset[str]) -> None:
    """Set the variables of these settings from the file, unless they are set; raises NotReady."""
    for name, value in read_config_file().values.items():
        variable = f"{PREFIX}{name.upper()}"
        if name in names and not os.environ.get(variable):
            os.environ[variable] = ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _read(path: Path, written: bytes) -> dict[str, Any]:
    try:
        values = tomllib.loads(written.decode("utf-8-sig"))
    except (ValueError, RecursionError) as fault:
        line = re.search(r"at line (\d+)", str(fault))
        at = "" if line is None else f", at line {line[1]}"
        raise NotReady(f'{path} is no TOML{at}. Write name = value, with texts in "quotes".') from None
    told = (_fault_of(name, value) for name, value in values.items())
    if faults := [f"{path}: {fault}" for fault in told if fault is not None]:
        raise NotReady("\n".join(faults))
    return {name: _from_folder(path.parent, name, value) for name, value in values.items()}


def _fault_of(name: str, value: Any) -> str | None:
    if name in SECRETS:
        return (
            f"{name} is a secret. Take it out, write it into a file of its own, and name that in {name}_file."
        )
    if name not in NAMES:
        return unknown_name(name)
    # What no variable can hold, no part of the program is ready for.
    return f"{name} holds a character that no setting has." if "\0" in "".join(_texts(value)) else None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _from_folder(folder: Path, name: str, value: Any) -> Any:
    return str(folder / value) if name.endswith(_PATHS) and isinstance(value, str) and value else value
