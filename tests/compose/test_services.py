"""A report passes through all services of docker-compose.yml, run by their own commands and variables."""

import asyncio
import http.client
import re
import shutil
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.compose.deployed import Deployed
from tests.compose.fleet import (
    FLEET_TOKEN,
    PROCESSES,
    all_confirmed,
    opened_by,
    start_first_and_sync,
    telegram_of_a_fleet,
    write_bots,
)
from tests.reporter import BotApiControl, Reporter
from tests.system import TOKEN

LINK = "https://forum.example/thread/4711"


@pytest.fixture(scope="module")
def intake(deployed: Deployed) -> Iterator[httpx.Client]:
    """Come to the intake as the analyst whose key setup has made."""
    token = (deployed.machine.root("setup") / "data/analyst.token").read_text(encoding="ascii").strip()
    url = f"http://127.0.0.1:{deployed.machine.port('intake', '8080')}"
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def caddy(deployed: Deployed, intake: httpx.Client) -> Iterator[httpx.Client]:
    """Make a client that reaches the intake over Caddy, and trusts only Caddy's own authority."""
    if not _has_caddy():
        pytest.skip("there is no caddy, or no wget, on this machine: the Caddyfile is read, but not run")
    deployed.start("caddy")
    url = f"https://localhost:{deployed.machine.port('caddy', '8443')}"
    trusted = ssl.create_default_context(cafile=str(_maker(deployed)))
    with httpx.Client(base_url=url, headers=intake.headers, verify=trusted, trust_env=False) as client:
        _wait_for_its_certificate(client)
        yield client


@pytest.fixture
def maker(deployed: Deployed, request: pytest.FixtureRequest) -> Path | None:
    """Start Caddy, and give the certificate of its authority; None where there is no Caddy."""
    if not _has_caddy():
        return None
    request.getfixturevalue("caddy")
    return _maker(deployed)


def _has_caddy() -> bool:
    return all(map(shutil.which, ("caddy", "wget")))


def _maker(deployed: Deployed) -> Path:
    return deployed.machine.root("caddy") / "data/caddy/pki/authorities/local/root.crt"


def _wait_for_its_certificate(client: httpx.Client) -> None:
    """Wait, since Caddy listens, and is healthy, a moment before its certificate is made."""
    deadline = time.monotonic() + 10
    while True:
        try:
            client.get("/")
        except httpx.ConnectError:
            assert time.monotonic() < deadline, "there is no certificate"
            time.sleep(0.05)
        else:
            return


async def test_a_report_passes_through_every_service(deployed: Deployed, intake: httpx.Client) -> None:
    """From a chat by bot and intake into PostgreSQL, and to an analyst; Valkey keeps the talk meanwhile."""
    async with BotApiControl(deployed.telegrams["bot"]) as control:
        reporter = Reporter(control, language="en")
        await reporter.say(LINK)
        await reporter.sees("Not sent yet")
        await reporter.tap("send")
        await reporter.sees("We have received it")
        deployed.stop("bot")
        deployed.start("bot")
        await reporter.tap("details")
        assert "old talk" not in (await reporter.sees()).text
    assert deployed.postgres.ask("SELECT count(*) FROM reports") == "1"
    assert _claimed_address(intake) == LINK


def _claimed_address(client: httpx.Client) -> str:
    """Claim what is merged a moment after the answer, and read it."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        claims = client.post("/v1/queue/claims", json={"count": 1}).raise_for_status().json()["claims"]
        if claims:
            shown = client.get(f"/v1/queue/claims/{claims[0]['claim_id']}").raise_for_status()
            return str(shown.json()["address_given"])
    raise AssertionError("no item came into the queue")


def test_the_intakes_role_rules_over_its_database_alone(deployed: Deployed) -> None:
    """It is no superuser, makes no roles or databases, and nobody else gets in."""
    rights = (
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls "
        "FROM pg_roles WHERE rolname = current_user"
    )
    assert deployed.postgres.ask(rights) == "f"
    for right in ("CONNECT", "CREATE", "TEMPORARY"):
        asked = f"SELECT has_database_privilege('public', 'reportline', '{right}')"
        assert deployed.postgres.ask(asked) == "f"
    assert deployed.postgres.ask("SHOW log_error_verbosity") == "terse"
    assert deployed.postgres.ask("SHOW password_encryption") == "scram-sha-256"


def test_each_service_sees_its_own_part_of_the_data(deployed: Deployed) -> None:
    """Bot and intake have a folder each; only setup has both, and the analyst's first key."""
    seen = {name: _names(deployed.machine.root(name) / "data") for name in ("setup", "intake", "bot")}
    assert seen == {"setup": {"analyst.token", "bot", "intake"}, "intake": {"intake"}, "bot": {"bot"}}
    files = _names(deployed.machine.volume("intake")) - {"audit.head"}
    assert all(name.endswith(".key") for name in files)
    kept = {"channel.token", "intake_public.key", "metrics.token", "outbox", "talk_secrets"}
    assert _names(deployed.machine.volume("bot")) == kept


def test_caddy_passes_on_the_api_and_nothing_else(
    deployed: Deployed, caddy: httpx.Client, intake: httpx.Client
) -> None:
    """Analysts work through TLS; health and metrics stay inside, however their paths are written."""
    assert caddy.post("/v1/queue/claims", json={"count": 1}).status_code == 200
    assert caddy.get("/v1/counts").json() == intake.get("/v1/counts").json()
    assert caddy.get("/v1/counts", headers={"Authorization": "Bearer none"}).status_code == 401
    assert intake.get("/readyz").status_code == 200
    for path in (
        *("/", "/healthz", "/readyz", "/metrics", "/v1", "/v1metrics", "//metrics", "/V2/../metrics"),
        *("/v1/../metrics", "/v1/%2e%2e/readyz", "/v1/..%2freadyz", "/v1%2f..%2freadyz", "/v1//../readyz"),
        *("/v1/./../readyz", "/%76%31/../readyz", "/v1/..;/readyz", "/v1/..\\readyz"),
        *("/telegram", "/telegram/../metrics", "/telegram/%2e%2e/readyz", "/telegram%2f..%2freadyz"),
    ):
        assert _status_at_caddy(deployed, path) == 404, path


def _status_at_caddy(deployed: Deployed, path: str) -> int:
    """Ask for a path exactly as it is written, which httpx would tidy first."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = deployed.machine.port("caddy", "8443")
    connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_caddy_refuses_requests_without_tls(caddy: httpx.Client) -> None:
    """A request without TLS is refused, and not redirected."""
    answer = httpx.get(f"http://127.0.0.1:{caddy.base_url.port}/v1/counts", trust_env=False)
    assert answer.status_code == 400


async def test_a_fleet_loses_no_report_when_a_process_is_killed(
    deployed: Deployed, maker: Path | None
) -> None:
    """A talk goes on at the other process, and its report is kept once; beside it the one bot polls.

    Where there is a Caddy, all updates come over it; otherwise straight to a process.
    """
    reports = int(deployed.postgres.ask("SELECT count(*) FROM reports"))
    write_bots(deployed.secrets / "bots")
    first, second = PROCESSES
    async with telegram_of_a_fleet(deployed, maker) as telegram, BotApiControl(telegram.url) as control:
        await start_first_and_sync(deployed)
        reporter = Reporter(control, language="en")
        await reporter.say(LINK)
        await reporter.sees("Not sent yet")
        await asyncio.to_thread(deployed.start, second)
        await reporter.tap("send")
        deployed.kill(first)
        await reporter.sees("We have received it")
        await all_confirmed(telegram)
    assert deployed.postgres.ask("SELECT count(*) FROM reports") == str(reports + 1)


def test_stopped_services_end_well_and_their_health_checks_say_so(deployed: Deployed) -> None:
    """What a service needs and has lost makes it unhealthy; what it can do without does not."""
    deployed.stop("intake")
    assert not deployed.is_healthy("intake")
    assert deployed.is_healthy("bot")
    if "caddy" in deployed.running:
        assert _status_at_caddy(deployed, "/v1/forum.example") == 502
    deployed.stop("valkey")
    assert not deployed.is_healthy("valkey")
    assert not deployed.is_healthy("bot")
    for name in [*deployed.running]:
        deployed.stop(name)
        assert not deployed.is_healthy(name)
    _nothing_told(deployed)
    for service in deployed.machine.services:
        assert not _written_elsewhere(deployed, service)


def _written_elsewhere(deployed: Deployed, name: str) -> list[str]:
    """List the files of a service that are neither in a volume, nor in memory, nor mounted."""
    root, service = deployed.machine.root(name), deployed.machine.services[name]
    places = [root / path.lstrip("/") for path in (*service.mounts, *service.memory, "run/secrets", "usr")]
    files = [path for path in root.rglob("*") if not path.is_dir()]
    return [str(path) for path in files if not any(path.is_relative_to(place) for place in places)]


def _nothing_told(deployed: Deployed) -> None:
    """Look for a secret, or a reported address, in what the services have written."""
    secrets = "".join(
        path.read_text(encoding="utf-8") for path in deployed.secrets.iterdir() if path.is_file()
    )
    telling = {*re.findall("[0-9a-f]{64}", secrets), TOKEN, FLEET_TOKEN, "forum.example"}
    assert len(telling) == 6
    telling |= opened_by(deployed)
    # Nor do its checks of a fleet that is not there fill Caddy's log.
    assert "fleet" not in deployed.log("caddy")
    for name in deployed.machine.services:
        assert not [part for part in telling if part in deployed.log(name)], name


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
