"""Prints the test files that a change touches, one a line: what `make quick` runs.

    python tests/touched.py

A change is every difference from the commit at which this branch left main, committed or not. A test file
touches itself. A module touches the tests in its mirrored place: `bot/delivery/outbox.py` those in
`tests/bot/delivery/test_outbox*.py`. A module without tests there touches the test files that name it, or
else all those of the nearest folder that has some.
"""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"


def touched(changed: Iterable[Path]) -> set[Path]:
    """Give the test files that these changed files touch; paths are relative to the repository."""
    return {test for path in changed for test in _touched(path)}


def _touched(path: Path) -> list[Path]:
    if path.parts[0] == "tests" and path.name.startswith("test_"):
        return [ROOT / path] if (ROOT / path).exists() else []
    return _mirrored(path) or _naming(path) or _nearest(path)


def _mirrored(path: Path) -> list[Path]:
    """Give the tests in a module's mirrored place; of a package, all of its folder."""
    if path.suffix != ".py" or path.parts[0] == "tests":
        return []
    folder = TESTS / path.parent
    return sorted(folder.glob("test_*.py" if path.stem == "__init__" else f"test_{path.stem}*.py"))


def _naming(path: Path) -> list[Path]:
    """Give the test files that import a module, or hold the name of another file."""
    words = [re.escape(path.name)]
    if path.suffix == ".py":
        package, name = ".".join(path.parent.parts), path.stem
        whole = re.escape(f"{package}.{name}".lstrip("."))
        words = [rf"^(from|import) {whole}\b", rf"^from {re.escape(package)} import (?s:[^)\n]*\b){name}\b"]
    named = re.compile("|".join(words), re.MULTILINE)
    return [
        test for test in sorted(TESTS.rglob("test_*.py")) if named.search(test.read_text(encoding="utf-8"))
    ]


def _nearest(path: Path) -> list[Path]:
    folders = (sorted((TESTS / parent).glob("test_*.py")) for parent in path.parents[:-1])
    return next(filter(None, folders), [])


def _changed() -> list[Path]:
    began = _git("merge-base", "HEAD", "origin/main") or _git("merge-base", "HEAD", "main") or ["HEAD"]
    names = [*_git("diff", "--name-only", *began), *_git("ls-files", "--others", "--exclude-standard")]
    return [Path(name) for name in names]


def _git(*words: str) -> list[str]:
    command = ["git", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


if __name__ == "__main__":
    for file in sorted(touched(_changed())):
        print(file.relative_to(ROOT))  # noqa: T201 - it is for the shell
