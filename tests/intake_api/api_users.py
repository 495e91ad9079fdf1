"""Users of a running API with access keys of their own, such as a second analyst or a lead."""

from dataclasses import dataclass
from typing import Any

import httpx

from intake_api.known_keys.access_keys import add_key
from intake_api.roles import Role
from tests.intake_api.running_api import RunningApi, client

CLAIMS = "/v1/queue/claims"


@dataclass
class ApiUser:
    """An access key's id, and a client that sends the key."""

    key_id: str
    client: httpx.AsyncClient

    async def claim(self, count: int = 1, **wanted: str) -> list[dict[str, Any]]:
        """Claim items."""
        answer = await self.client.post(CLAIMS, json={"count": count} | wanted)
        assert answer.status_code == 200, answer.text
        claims: list[dict[str, Any]] = answer.json()["claims"]
        return claims

    async def assess(self, claim_id: str, outcome: str = "ignore", **more: Any) -> httpx.Response:
        """Assess a claimed item."""
        return await self.client.post(f"{CLAIMS}/{claim_id}/assessment", json={"outcome": outcome} | more)

    async def correct(self, assessment_id: str, outcome: str = "ignore", **more: Any) -> httpx.Response:
        """Correct an assessment."""
        path = f"/v1/assessments/{assessment_id}/correction"
        return await self.client.post(path, json={"outcome": outcome} | more)

    async def item(self, item_id: str) -> dict[str, Any]:
        """Read an item."""
        answer = await self.client.get(f"/v1/items/{item_id}")
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown


async def new_user(api: RunningApi, role: Role = Role.ANALYST) -> ApiUser:
    """Add an access key of this role; returns its user."""
    async with api.intake.database.writing() as session:
        token = await add_key(session, api.intake.audit, role, "somebody", api.clock())
    return ApiUser(token.split("-")[1], await api.stack.enter_async_context(client(api.app, token)))


def assert_problem(answer: httpx.Response, status: int, name: str) -> None:
    """Check that the answer is this problem document."""
    assert answer.status_code == status, answer.text
    assert answer.json()["type"] == f"urn:problem-type:reportline:{name}"
