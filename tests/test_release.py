"""`make release` builds what a tagged version consists of, the same bytes each time."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.system import ROOT

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
FILES = {
    f"reportline-{VERSION}-py3-none-any.whl",
    f"reportline-{VERSION}.tar.gz",
    f"reportline_queue-{VERSION}-py3-none-any.whl",
    "requirements.txt",
    "sbom.cdx.json",
}


def _git(folder: Path, *words: str) -> str:
    program = shutil.which("git")
    assert program
    named = ["-c", "user.name=A developer", "-c", "user.email=developer@reportline.example"]
    done = subprocess.run([program, *named, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def _release(folder: Path) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("make")
    assert program
    words = [program, "--assume-old=.venv/.ready", "release"]
    # `make test` tells what it runs that it was started by make.
    alone = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL"}}
    return subprocess.run(words, cwd=folder, env=alone, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a checkout of the files as they are, committed, with a part in the changelog and without a tag."""
    folder = tmp_path_factory.mktemp("release") / "checkout"
    folder.mkdir()
    for name in _git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0"):
        if name and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    with (folder / "CHANGELOG.md").open("a", encoding="utf-8") as changelog:
        changelog.write(f"\n## {VERSION} (2026-12-01)\n")
    _git(folder, "init", "--quiet")
    (folder / ".git" / "info" / "exclude").write_text(".venv\n.tools\n")
    (folder / ".venv").symlink_to(sys.prefix)
    _git(folder, "add", ".")
    _git(folder, "commit", "--quiet", "--message", "A version")
    return folder


@pytest.fixture(scope="module")
def released(checkout: Path) -> Path:
    """Give the folder of a release."""
    _git(checkout, "tag", "--annotate", "--message", VERSION, f"v{VERSION}")
    done = _release(checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    return checkout / "dist"


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("packaging/queue/pyproject.toml", f'\nversion = "{VERSION}"\n'),
        ("docker-compose.yml", f"{{REPORTLINE_IMAGE:-reportline:{VERSION}}}"),
        ("docs/operator.md", f"pip install reportline_queue-{VERSION}-py3-none-any.whl"),
    ],
)
def test_every_file_names_the_same_version(file: str, names: str) -> None:
    assert names in (ROOT / file).read_text(encoding="utf-8")


def test_what_is_not_a_tagged_version_is_not_built(checkout: Path) -> None:
    without_tag = _release(checkout)
    assert (without_tag.returncode, without_tag.stdout) == (2, f"!! this commit has no tag v{VERSION}\n")
    (checkout / "left_behind").touch()
    unclean = _release(checkout)
    (checkout / "left_behind").unlink()
    assert (unclean.returncode, unclean.stdout) == (2, "!! commit or remove what git status names\n")
    assert not (checkout / "dist").exists()


def test_a_version_that_the_changelog_does_not_tell_of_is_not_built(checkout: Path) -> None:
    changelog = checkout / "CHANGELOG.md"
    written = changelog.read_text(encoding="utf-8")
    changelog.write_text(written.replace(f"## {VERSION} ", "## 0.0.0 "), encoding="utf-8")
    _git(checkout, "commit", "--quiet", "--all", "--message", "A changelog without it")
    untold = _release(checkout)
    _git(checkout, "reset", "--quiet", "--hard", "HEAD~1")
    assert (untold.returncode, untold.stdout) == (2, f"!! CHANGELOG.md has no part on {VERSION}\n")


def test_each_file_has_its_hash(released: Path) -> None:
    told = dict(line.split("  ")[::-1] for line in (released / "SHA256SUMS").read_text().splitlines())
    assert told.keys() == FILES
    assert {path.name for path in released.iterdir()} == FILES | {"SHA256SUMS"}
    for name, digest in told.items():
        assert hashlib.sha256((released / name).read_bytes()).hexdigest() == digest


def test_a_second_build_gives_the_same_bytes(checkout: Path, released: Path) -> None:
    first = (released / "SHA256SUMS").read_text()
    assert _release(checkout).returncode == 0
    assert (released / "SHA256SUMS").read_text() == first


def test_the_sbom_names_each_locked_package_with_its_hashes(released: Path) -> None:
    locked = (released / "requirements.txt").read_text(encoding="utf-8")
    told = json.loads((released / "sbom.cdx.json").read_text(encoding="utf-8"))
    named = {f"{each['name']}=={each['version']}" for each in told["components"]}
    assert named == {*re.findall(r"^([\w-]+==[^ ;]+)", locked, re.MULTILINE)}
    assert all(each["externalReferences"][0]["hashes"] for each in told["components"])
    component = told["metadata"]["component"]
    assert (component["name"], component["version"]) == ("reportline", VERSION)


def test_the_source_has_all_that_the_wheels_are_made_of(released: Path) -> None:
    """Also what is a link to a folder in the repository."""
    with tarfile.open(released / f"reportline-{VERSION}.tar.gz") as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {"Makefile", "CHANGELOG.md", "requirements/runtime.txt", "tests/test_release.py"} <= names
    for path in released.glob("*.whl"):
        with zipfile.ZipFile(path) as wheel:
            modules = {name for name in wheel.namelist() if name.endswith((".py", ".toml", ".txt"))}
        assert "reportline_queue/address/finding/links.py" in modules
        assert {name for name in modules if ".dist-info/" not in name} <= names
