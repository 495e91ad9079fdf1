"""What would pass unseen is refused: unknown or repeated parameters, and repeated names in JSON."""

import re

import httpx
import pytest

from intake_api.roles import Role
from tests.intake_api.api_users import new_user
from tests.intake_api.running_api import RunningApi, a_report, client
from tests.intake_api.server.contract_reading import CONTRACT, roles_of

HAND_IN = f"/v1/reports/{'0' * 32}"
JSON = {"content-type": "application/json"}


def _assert_refused(answer: httpx.Response) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "urn:problem-type:reportline:out-of-shape")
    assert problem["errors"] == [{"where": ["query"], "fault": "extra_forbidden"}]
    assert "marker" not in answer.text


@pytest.mark.parametrize(
    "query", ["portal=ar", "hours=24&marker=1", "hours=24&hours=48", "HOURS=24", "marker"]
)
async def test_an_unknown_or_repeated_parameter_is_refused(api: RunningApi, query: str) -> None:
    _assert_refused(await api.analyst.get(f"/v1/counts?{query}"))
    assert (await api.analyst.get("/v1/counts?hours=24")).status_code == 200


async def test_so_it_is_at_every_route_that_a_key_opens(api: RunningApi) -> None:
    people = {role: await new_user(api, role) for role in Role}
    for path, of_path in CONTRACT["paths"].items():
        for method, operation in of_path.items():
            for role in roles_of(operation):
                url = re.sub(r"{\w+}", "x", path)
                _assert_refused(await people[Role(role)].client.request(method, f"{url}?marker=1"))


async def test_a_key_is_asked_for_before_a_query_is_read(api: RunningApi) -> None:
    async with client(api.app) as nobody:
        assert (await nobody.get("/v1/counts?marker=1")).status_code == 401
    assert (await api.channel.get("/v1/counts?marker=1")).status_code == 403


@pytest.mark.parametrize(
    "content",
    ['{"key_id": "k1", "key_id": "k1", "sealed": "AAAA"}', '{"sealed": [{"marker": 1, "marker": 2}]}'],
)
async def test_a_name_that_comes_twice_cannot_be_read(api: RunningApi, content: str) -> None:
    answer = await api.channel.put(HAND_IN, content=content, headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:problem-type:reportline:malformed")
    assert "marker" not in answer.text


async def test_names_that_come_once_are_read(api: RunningApi) -> None:
    assert (await api.hand_in(a_report())).status_code == 202
