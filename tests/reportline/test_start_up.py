"""A command loads only the libraries that are listed here, since loading makes its start slow."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conversations.wire.sealing import new_private_key, public_half

# Each library with the packages that it brings along.
TYPER = {"typer", "annotated_doc", "shellingham"}
RICH = {"rich", "pygments", "attr"}
PYDANTIC = {"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}
SETTINGS = PYDANTIC | {"pydantic_settings", "dotenv"}
HTTPX = RICH | {"httpx", "click", "idna"}
HTTPX_IN_USE = HTTPX | {"httpcore", "h11", "anyio", "certifi"}
STRUCTLOG = RICH | {"structlog", "greenlet"}
ADDRESSES = {"ada_url", "publicsuffixlist"}
TALKS = SETTINGS | STRUCTLOG | ADDRESSES | {"babel", "nacl", "phonenumbers", "tzdata"}
AIOGRAM = PYDANTIC | {
    *("aiogram", "aiofiles", "magic_filter"),
    *("aiohttp", "aiohappyeyeballs", "aiosignal", "attr", "frozenlist", "multidict", "propcache", "yarl"),
}
FLEET = {"msgspec", "uvloop", "valkey", "prometheus_client", "starlette", "uvicorn"}
DATABASE = {"sqlalchemy", "greenlet"}
SERVER = {"starlette", "anyio", "uvicorn", "h11", "click"}
INTAKE = TYPER | SETTINGS | STRUCTLOG | DATABASE | {"nacl"}

TOKEN = "7001:" + "aB3_-" * 7
NOWHERE = "/nowhere"
# Each command with the settings that end it where its work would begin, and all that it may load until then.
COMMANDS: dict[str, tuple[dict[str, str], set[str]]] = {
    "--help": ({}, TYPER | RICH | {"markdown_it", "mdurl"}),
    "bot poll": (
        {"REPORTLINE_TELEGRAM_TOKEN": TOKEN, "REPORTLINE_DATA_DIR": NOWHERE},
        TYPER | TALKS | HTTPX | {"telegram", "msgspec", "uvloop"},
    ),
    "bot fleet": (
        {"REPORTLINE_VALKEY_URL": "valkey://127.0.0.1:1", "REPORTLINE_BOTS_FILE": NOWHERE},
        TYPER | TALKS | HTTPX_IN_USE | AIOGRAM | FLEET,
    ),
    "bot talk": ({}, TYPER | TALKS | HTTPX_IN_USE | {"msgspec"}),
    "portal check": ({}, TYPER | SETTINGS | {"babel", "nacl", "tzdata"}),
    "queue next": (
        {"REPORTLINE_ANALYST_TOKEN": "none"},
        TYPER | PYDANTIC | HTTPX_IN_USE - {"attr"},
    ),
    "intake serve": (
        {"REPORTLINE_DATA_DIR": NOWHERE},
        INTAKE | ADDRESSES | SERVER | {"fastapi", "opentelemetry", "prometheus_client"},
    ),
    "intake key list": ({"REPORTLINE_DATA_DIR": NOWHERE}, INTAKE),
    "doctor": ({}, TYPER | TALKS - {"phonenumbers"} | HTTPX_IN_USE | DATABASE | {"valkey"}),
}
OURS = {"bot", "conversations", "intake_api", "locales", "reportline", "reportline_queue"}
# Runs a command, and writes which packages are loaded when it ends.
TOLD_AT_THE_END = """
import atexit, json, os, sys
def tell():
    loaded = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names
    with open(os.environ["LOADED"], "w") as file:
        json.dump([name for name in loaded if name != "cython_runtime" and name[0] != "_"], file)
atexit.register(tell)
from reportline.command_line import app
app()
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "bot"
    folder.mkdir(mode=0o700, parents=True)
    key = public_half("k1", new_private_key())
    (folder / "intake_public.key").write_text(f"{key.key_id}:{key.raw.hex()}\n")
    (folder / "intake_public.key").chmod(0o644)
    (folder / "channel.token").write_text("a-channel-token\n")
    (folder / "channel.token").chmod(0o600)
    return folder.parent


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_loads_exactly_what_it_may(command: str, data: Path) -> None:
    settings, allowed = COMMANDS[command]
    loaded = data / "loaded.json"
    where = {"REPORTLINE_DATA_DIR": str(data), "REPORTLINE_INTAKE_URL": "http://127.0.0.1:1"}
    subprocess.run(
        [sys.executable, "-c", TOLD_AT_THE_END, *command.split()],
        env={"PATH": os.environ["PATH"], "LOADED": str(loaded), **where, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert {*json.loads(loaded.read_text())} - OURS == allowed


def test_what_is_heavy_is_loaded_only_where_it_is_needed() -> None:
    """The lists above may change with the libraries; these few facts may not."""
    may_load = {command: allowed for command, (_, allowed) in COMMANDS.items()}
    assert not may_load["--help"] & {"telegram", "aiogram", "sqlalchemy", "fastapi", "httpx", "pydantic"}
    assert [command for command in may_load if "aiogram" in may_load[command]] == ["bot fleet"]
    assert [command for command in may_load if "telegram" in may_load[command]] == ["bot poll"]
    assert [command for command in may_load if "sqlalchemy" in may_load[command]] == [
        "intake serve",
        "intake key list",
        "doctor",
    ]
    assert [command for command in may_load if "fastapi" in may_load[command]] == ["intake serve"]
    assert [command for command in may_load if "alembic" in may_load[command]] == []
