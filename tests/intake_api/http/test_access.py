"""Each key is valid for its role's routes only; without a key, a caller learns nothing."""

import httpx
from sqlalchemy import select

from conversations.wire.sealing import seal
from intake_api.known_keys.access_keys import add_key, revoke_key
from intake_api.roles import Role
from intake_api.store.models import AccessKey
from tests.cases import for_every
from tests.intake_api.running_api import RunningApi, a_report, client

CHANNELS = [("PUT", f"/v1/reports/{'0' * 32}"), ("POST", "/v1/receipts/status")]
ANALYSTS = [
    ("GET", "/v1/queue/claims"),
    ("POST", "/v1/queue/claims"),
    ("GET", f"/v1/queue/claims/{'0' * 16}"),
    ("DELETE", f"/v1/queue/claims/{'0' * 16}"),
    ("POST", f"/v1/queue/claims/{'0' * 16}/assessment"),
    ("GET", "/v1/counts"),
]
BAD_TOKENS = [
    "",
    "reportline",
    f"reportline-{'0' * 12}-{'0' * 64}",
    f"reportline-{'0' * 12}-",
    "reportline-\u00e9",
    "x" * 5000,
]


def _assert_problem(answer: httpx.Response, status: int, name: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:problem-type:reportline:{name}"


@for_every(route=CHANNELS + ANALYSTS)
async def test_no_route_answers_without_a_key(api: RunningApi, route: tuple[str, str]) -> None:
    async with client(api.app) as nobody:
        answer = await nobody.request(*route)
    _assert_problem(answer, 401, "no-access-key")
    assert answer.headers["www-authenticate"] == "Bearer"


@for_every(token=BAD_TOKENS)
async def test_a_wrong_key_opens_nothing(api: RunningApi, token: str) -> None:
    async with client(api.app) as nobody:
        headers = {b"authorization": f"Bearer {token}".encode()}
        _assert_problem(await nobody.get("/v1/counts", headers=headers), 401, "no-access-key")


async def test_a_key_with_another_secret_opens_nothing(api: RunningApi) -> None:
    token = (api.intake.settings.data_dir / "analyst.token").read_text().strip()
    async with client(api.app, token[:-64] + "0" * 64) as forger:
        _assert_problem(await forger.get("/v1/counts"), 401, "no-access-key")


@for_every(route=ANALYSTS)
async def test_a_channels_key_does_not_open_the_queue(api: RunningApi, route: tuple[str, str]) -> None:
    _assert_problem(await api.channel.request(*route), 403, "wrong-door")


@for_every(route=CHANNELS)
async def test_an_analysts_key_is_refused_by_the_channels_routes(
    api: RunningApi, route: tuple[str, str]
) -> None:
    _assert_problem(await api.analyst.request(*route), 403, "wrong-door")


async def test_a_key_is_checked_before_what_is_sent(api: RunningApi) -> None:
    report = a_report()
    content = seal(report, api.intake.keys.current().public_key()).model_dump()
    answer = await api.analyst.put(f"/v1/reports/{report.draft_id}", json=content)
    _assert_problem(answer, 403, "wrong-door")


async def test_a_revoked_key_opens_nothing(api: RunningApi) -> None:
    now = api.clock()
    async with api.intake.database.writing() as session:
        token = await add_key(session, api.intake.audit, Role.ANALYST, "somebody", now)
    async with client(api.app, token) as analyst:
        assert (await analyst.get("/v1/counts")).status_code == 200
        async with api.intake.database.writing() as session:
            assert await revoke_key(session, api.intake.audit, token.split("-")[1], now)
        async with api.intake.database.writing() as session:
            assert not await revoke_key(session, api.intake.audit, token.split("-")[1], now)
        _assert_problem(await analyst.get("/v1/counts"), 401, "no-access-key")


async def test_a_token_is_kept_nowhere(api: RunningApi) -> None:
    secret = (api.intake.settings.data_dir / "analyst.token").read_text().strip().split("-")[2]
    for file in api.intake.settings.folder.iterdir():
        assert secret.encode() not in file.read_bytes()
        assert bytes.fromhex(secret) not in file.read_bytes()
    assert await api.scalar(select(AccessKey.token_hash).limit(1)) != bytes.fromhex(secret)


async def test_health_is_told_to_anybody(api: RunningApi) -> None:
    async with client(api.app) as nobody:
        assert (await nobody.get("/healthz")).json() == {"status": "ok"}
        assert (await nobody.get("/readyz")).json()["status"] == "ok"
