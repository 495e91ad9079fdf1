"""The docstring of each package is its map: it names every module and package in it, and nothing else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.test_mirror import PARTS, ROOT

# A revision's steps are found by their numbers.
NO_MAPS = {"intake_api/store/migrations", "intake_api/store/migrations/versions"}


def _packages() -> Iterator[Path]:
    for part in PARTS:
        for file in (ROOT / part).rglob("__init__.py"):
            if file.parent.relative_to(ROOT).as_posix() not in NO_MAPS:
                yield file.parent


def _holds(package: Path) -> set[str]:
    modules = {path.stem for path in package.glob("*.py") if not path.is_symlink()}
    inits = [path for path in package.glob("*/__init__.py") if not path.parent.is_symlink()]
    packages = {path.parent.name for path in inits} - {"migrations"}
    return (modules | packages) - {"__init__", "__main__"}


def _named(package: Path) -> set[str]:
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""
    listed = [line.partition(": ")[0] for line in docstring.splitlines() if line.startswith("- ")]
    return {name for line in listed for name in re.findall(r"`(\w+)/?`", line)}


def test_the_map_of_each_package_is_whole() -> None:
    wrong = {
        str(package.relative_to(ROOT)): sorted(_holds(package) ^ _named(package))
        for package in _packages()
        if _holds(package) != _named(package)
    }
    assert wrong == {}, "name these in the package's docstring, or take them out"
