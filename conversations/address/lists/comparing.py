"""Tells which parameters a newer copy of a public list removes that ours do not have.

    python -m conversations.address.lists.comparing NEWER [OLDER]

Both are files that you have downloaded. With OLDER, only what was not in that copy is told.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from conversations.address.listed_parameters import CAMPAIGN_PARAMETERS, SHARER_PARAMETERS, Listed
from conversations.address.lists.reading import Removal, read_list

_ANY_SUFFIX: Final = ".*"


def what_is_new(newer: str, older: str = "", *, ours: Iterable[Listed] = ()) -> list[Removal]:
    """List what `newer` removes on a host of ours, or on any, and neither `ours` nor `older` does."""
    names = _names_by_host(ours or (*SHARER_PARAMETERS, *CAMPAIGN_PARAMETERS))
    removed = read_list(newer, names) - (read_list(older, names) if older else set())
    return sorted((host, name) for host, name in removed if _is_new(host, name, names))


def _names_by_host(ours: Iterable[Listed]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {"": set()}
    for entry in ours:
        for host in entry.hosts or ("",):
            names.setdefault(_one_of(host), set()).update(entry.names)
    return names


def _one_of(host: str) -> str:
    """Give one host for "google.*"."""
    return f"{host.removesuffix(_ANY_SUFFIX)}.com" if host.endswith(_ANY_SUFFIX) else host


def _is_new(host: str, name: str, names: dict[str, set[str]]) -> bool:
    labels = _one_of(host).split(".")
    above = [".".join(labels[at:]) for at in range(len(labels))]
    if host and not any(covered in names for covered in above):
        return False
    known = names[""].union(*(names.get(covered, set()) for covered in above))
    return not any(_says(name, ours) for ours in known)


def _says(name: str, ours: str) -> bool:
    if ours.endswith("*"):
        return name.strip("/^").startswith(ours.removesuffix("*"))
    return re.search(name.strip("/"), ours) is not None if name.startswith("/") else name == ours


def main(arguments: Sequence[str]) -> int:
    """Print a line for each new parameter: the host, and the name."""
    if len(arguments) not in {1, 2}:
        sys.stderr.write(f"{__doc__}")
        return 2
    newer, *older = (Path(file).read_text(encoding="utf-8") for file in arguments)
    new = what_is_new(newer, *older)
    sys.stdout.writelines(f"{host or 'any host'}  {name}\n" for host, name in new)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
