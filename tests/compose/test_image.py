"""The Dockerfile installs only packages locked by hashes, has no secret, no build tool and no root."""

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest

from tests.compose.composed import read_services
from tests.compose.image import Stage, read_stages
from tests.system import ROOT

BUILD, FINAL = read_stages()


def test_two_stages_of_one_version() -> None:
    """Both are the same Python, so that what the first has built fits the second."""
    assert BUILD.name == "build"
    assert BUILD.base == FINAL.base
    assert re.fullmatch(r"python:\d+\.\d+-slim-[a-z]+", FINAL.base)


def test_it_runs_as_the_user_of_the_services() -> None:
    """Never as root; the folders of the volumes are that user's alone, and the volumes take that over."""
    ours = [service for service in read_services().values() if "build" in service.spec]
    assert {service.spec["user"] for service in ours} == {*FINAL.all("USER")} == {"10001:10001"}
    made = re.search(
        r"install --directory --mode 0700 --owner 10001 --group 10001 ([\w/ ]+)", FINAL.all("RUN")[0]
    )
    assert made
    mounts = [mount for service in ours for mount in service.mounts.items()]
    assert {target for target, source in mounts if not source.startswith("./")} == {*made[1].split()}


def test_the_root_file_system_is_left_as_it_is() -> None:
    """Python writes no bytecode at run time; it is there from the time of the build."""
    assert FINAL.environment()["PYTHONDONTWRITEBYTECODE"] == "1"
    assert "PYTHONDONTWRITEBYTECODE" not in BUILD.environment()


def test_every_package_has_its_hash() -> None:
    """Nothing is taken from an index by name alone, nor compiled."""
    steps = [step for step in _steps(BUILD) if re.search(r"\bpip\b.*install", step)]
    fetched = [step for step in steps if "--no-index" not in step]
    assert len(steps) == 3
    assert len(fetched) == 2
    for step in fetched:
        assert "--require-hashes --only-binary :all: -r" in step
    (wheel,) = (step for step in _steps(BUILD) if "pip wheel" in step)
    assert "--no-deps --no-build-isolation --no-index" in wheel


def _steps(stage: Stage) -> list[str]:
    return [step for run in stage.all("RUN") for step in run.split("&&")]


def test_what_makes_the_wheel_is_taken_from_the_lock() -> None:
    """requirements/build.txt is the build tool and all that it needs, each with a hash."""
    written = (ROOT / "requirements" / "build.txt").read_text(encoding="utf-8")
    names = re.findall(r"^([\w-]+)==", written, re.MULTILINE)
    assert {*names} == _needed("hatchling") | _needed("editables")
    assert written.count("--hash=sha256:") >= len(names)
    assert len(names) == len({*names})


def _needed(package: str) -> set[str]:
    wanted = [line for line in requires(package) or () if "extra ==" not in line]
    # Of those that an old Python needs besides, the image has none.
    names = (re.split(r"[ ;<>=!~\[(]", line)[0] for line in wanted if "python_version <" not in line)
    return {package}.union(*(_needed(name) for name in names))


def test_no_build_tool_is_left() -> None:
    """The second stage takes one folder from the first, and installs nothing."""
    assert FINAL.all("COPY") == ["--from=build /opt/reportline /opt/reportline"]
    words = " ".join([*BUILD.all("RUN"), *FINAL.all("RUN")])
    assert not re.search(r"\b(apt-get|apt|gcc|build-essential|curl|wget)\b", words)
    assert "pip" not in " ".join(FINAL.all("RUN"))
    assert "venv --without-pip /opt/reportline" in words


def test_no_secret_goes_in() -> None:
    """No argument, no variable and no file of the build can hold one."""
    for stage in (BUILD, FINAL):
        assert {word for word, _ in stage.instructions} <= {"ENV", "WORKDIR", "COPY", "RUN", "USER", "CMD"}
        assert not [name for name in stage.environment() if re.search("TOKEN|PASSWORD|SECRET|URL|KEY", name)]


@pytest.fixture
def let_in() -> set[str]:
    """Give what .dockerignore lets into the build."""
    written = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [rule for rule in written if rule and not rule.startswith("#")]
    assert rules[0] == "*"
    assert rules[-1] == "**/__pycache__"
    assert all(rule.startswith("!") for rule in rules[1:-1])
    return {rule.removeprefix("!") for rule in rules[1:-1]}


def test_only_what_the_wheel_holds_is_let_into_the_build(let_in: set[str]) -> None:
    """Data, secrets, history and tests stay outside, and nothing that is needed does."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = {*project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]}
    papers = {project["project"]["readme"], *project["project"]["license-files"]}
    assert let_in == wheel | papers | {"pyproject.toml", "requirements"}
    assert all((ROOT / path).exists() for path in let_in)


def test_what_is_copied_exists(let_in: set[str]) -> None:
    """Each source is in the build's context."""
    sources = [source for rest in BUILD.all("COPY") for source in rest.split()[:-1]]
    assert sources == ["requirements", "."]
    assert "requirements" in let_in
    named = re.findall(r"requirements/\S+\.txt", " ".join(BUILD.all("RUN")))
    assert {*named} == {"requirements/build.txt", "requirements/runtime.txt"}
    assert all((ROOT / Path(name)).is_file() for name in named)
