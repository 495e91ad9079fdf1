"""Those who come to an api with keys of their own."""

from dataclasses import dataclass
from typing import Any

import httpx

from intake_api.roles import Role
from intake_api.store.access_keys import add_key
from tests.intake_api.running_api import RunningApi, client

CLAIMS = "/v1/queue/claims"


@dataclass
class ApiUser:
    """Who holds a key, and the client that sends it."""

    key_id: str
    client: httpx.AsyncClient

    async def claim(self, count: int = 1, **wanted: str) -> list[dict[str, Any]]:
        """Claim items."""
        answer = await self.client.post(CLAIMS, json={"count": count} | wanted)
        assert answer.status_code == 200, answer.text
        claims: list[dict[str, Any]] = answer.json()["claims"]
        return claims

    async def assess(self, claim_id: str, outcome: str = "ignore", **more: Any) -> httpx.Response:
        """Decide about what is claimed."""
        return await self.client.post(f"{CLAIMS}/{claim_id}/assessment", json={"outcome": outcome} | more)

    async def correct(self, assessment_id: str, outcome: str = "ignore", **more: Any) -> httpx.Response:
        """Decide anew."""
        path = f"/v1/assessments/{assessment_id}/correction"
        return await self.client.post(path, json={"outcome": outcome} | more)

    async def item(self, item_id: str) -> dict[str, Any]:
        """Read an item."""
        answer = await self.client.get(f"/v1/items/{item_id}")
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown


async def new_user(api: RunningApi, role: Role = Role.ANALYST) -> ApiUser:
    """Let somebody come in."""
    async with api.intake.database.writing() as session:
        token = await add_key(session, api.intake.audit, role, "somebody", api.clock())
    return ApiUser(token.split("-")[1], await api.stack.enter_async_context(client(api.app, token)))


def assert_problem(answer: httpx.Response, status: int, name: str) -> None:
    """See that this is one problem of the API's."""
    assert answer.status_code == status, answer.text
    assert answer.json()["type"] == f"urn:problem-type:reportline:{name}"
