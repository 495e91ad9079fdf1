"""The contract is complete, published and true: the intake does what it says."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, get_type_hints

import jsonschema_rs
import pytest
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.routing import Route

from conversations.address import canonical
from conversations.wire.report import Report, read_receipt
from intake_api.hand_in.examples import ADDRESS, RECEIPT, REPORT
from intake_api.http.errors import MEDIA_TYPE, PROBLEMS
from intake_api.http.middleware import MAXIMUM_BODY
from intake_api.known_keys.access_keys import add_key
from intake_api.numbers.examples import METRICS
from intake_api.roles import Role
from intake_api.settings import IntakeSettings
from tests.cases import for_every
from tests.intake_api.running_api import RunningApi, a_report, client, opened
from tests.intake_api.served_api import serving
from tests.intake_api.server.contract_reading import (
    CONTRACT,
    PUBLISHED,
    REQUESTS,
    ROOT,
    as_of_today,
    operations,
    roles_of,
)

KEYED = {
    operation["operationId"]: (method, path, operation)
    for path, of_path in CONTRACT["paths"].items()
    for method, operation in of_path.items()
    if "security" in operation
}
# What a problem is called that no single operation answers: there is no such path, or no such method.
OUTSIDE = {"wrong-method"}


@pytest.fixture
async def peopled(settings: IntakeSettings) -> IntakeSettings:
    """Set an intake up in which each role has a key, and something was decided long ago."""
    async with opened(settings) as api:
        for role in (Role.LEAD, Role.AUDITOR):
            async with api.intake.database.writing() as session:
                token = await add_key(session, api.intake.audit, role, role, api.clock())
            (settings.data_dir / f"{role}.token").write_text(token)
        await api.take_in(a_report("https://example.com/1"), a_report("https://example.com/2"))
        for claim in await api.claim(2):
            path = f"/v1/queue/claims/{claim['claim_id']}/assessment"
            assert (await api.analyst.post(path, json={"outcome": "ignore"})).status_code == 201
    return settings


@pytest.fixture
async def sqlite_api(sqlite_settings: IntakeSettings) -> AsyncIterator[RunningApi]:
    """Run an intake of which the database does not matter."""
    async with opened(sqlite_settings) as api:
        yield api


def test_what_the_contract_says_is_what_the_intake_does(peopled: IntakeSettings) -> None:
    """The contract is OpenAPI 3.1; no fault of ours, no breach of it, and each operation can succeed.

    What is refused by its shape meets no database, so that is tried with one of them.
    """
    command = [sys.executable, "-W", "error", "-m", "tests.intake_api.server.contract_cases"]
    with serving(peopled.data_dir, peopled.database_url) as served:
        ran = subprocess.run(
            [
                *command,
                served.url,
                str(served.folder),
                *(["coverage"] if peopled.database_url is None else []),
            ],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["faults"] == []
    every = {f"{method.upper()} {path}" for path, of_path in CONTRACT["paths"].items() for method in of_path}
    assert {label for label, status, _ in told["answers"] if 200 <= status < 300} == every


async def test_the_published_contract_is_the_intakes(sqlite_api: RunningApi, update: bool) -> None:  # noqa: FBT001 - pytest passes it
    """The option --update writes it anew, to be read and committed."""
    async with client(sqlite_api.app) as anybody:
        contract = (await anybody.get("/v1/openapi.json")).json()
    if update:
        written = json.dumps(contract, ensure_ascii=False, indent=1)
        PUBLISHED.write_text(written + "\n", encoding="utf-8")
    assert contract == CONTRACT or update


async def test_every_route_is_there_before_the_first_request(sqlite_api: RunningApi) -> None:
    """An included router would build its routes during that request, for each app anew."""
    assert all(isinstance(route, Route) for route in sqlite_api.app.routes)


@for_every(name=CONTRACT["components"]["schemas"])
def test_each_shape_is_json_schema(name: str) -> None:
    schema = CONTRACT["components"]["schemas"][name]
    jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema)


def test_each_operation_is_told_in_words() -> None:
    names = [operation["operationId"] for operation in operations(CONTRACT)]
    assert len(set(names)) == len(names)
    for operation in operations(CONTRACT):
        assert operation["summary"]
        assert operation["description"]
        assert all(parameter["description"] for parameter in operation.get("parameters", ()))


def test_each_operation_tells_every_problem_that_it_can_answer() -> None:
    """Those that come from the server, the key, the body and the shape; the rest is seen when they happen."""
    for operation in operations(CONTRACT):
        told = set(operation["responses"])
        assert {"400", "408", "500", "503"} <= told
        assert ("security" in operation) == ({"401", "403"} <= told)
        assert ("requestBody" in operation) == ("413" in told)
        assert ("security" in operation) == ("422" in told)


def test_each_problem_type_is_told_with_its_status() -> None:
    told = set()
    for response in CONTRACT["components"]["responses"].values():
        shape = response["content"][MEDIA_TYPE]["schema"]["allOf"][1]["properties"]
        names = [urn.removeprefix("urn:problem-type:reportline:") for urn in shape["type"]["enum"]]
        assert {PROBLEMS[name][0] for name in names} == {shape["status"]["const"]}
        told |= set(names)
    assert told == set(PROBLEMS) - OUTSIDE


def _shown() -> Iterator[tuple[str, tuple[dict[str, Any], Any]]]:
    """Name each example, and give its shape with it: of requests, of answers and of problems."""
    told = dict(CONTRACT["components"]["responses"])
    for operation in operations(CONTRACT):
        name, answers = operation["operationId"], operation["responses"].items()
        told[name] = operation.get("requestBody", {})
        told |= {f"{name}-{status}": answer for status, answer in answers if status.startswith("2")}
    for name, described in told.items():
        for media_type, content in described.get("content", {}).items():
            several = content.get("examples", {}).values()
            examples = [one["value"] for one in several] or [content["example"]]
            for number, example in enumerate(examples, 1):
                yield f"{name} {media_type} {number}", (content["schema"], example)


SHOWN = dict(_shown())
OF_TODAY = as_of_today(CONTRACT)


@for_every(name=SHOWN)
def test_each_example_is_of_its_shape(name: str) -> None:
    """Nothing is in it that the shape does not tell."""
    shape, example = SHOWN[name]
    jsonschema_rs.validate(as_of_today(shape) | {"components": OF_TODAY["components"]}, example)


def test_each_request_that_is_shown_would_be_taken(sqlite_api: RunningApi) -> None:
    """The models say more than a schema can: what goes together."""
    shown = set()
    for route in iter_route_contexts(sqlite_api.app.routes):
        if route.name and route.endpoint and (model := _body_of(route.endpoint)):
            model.model_validate(REQUESTS[route.name])
            shown.add(route.name)
    assert shown == set(REQUESTS)


def _body_of(endpoint: Callable[..., Any]) -> type[BaseModel] | None:
    # With their extras, since what FastAPI is told to inject (Annotated) is no body.
    hints = {
        name: hint for name, hint in get_type_hints(endpoint, include_extras=True).items() if name != "return"
    }
    models = [hint for hint in hints.values() if isinstance(hint, type) and issubclass(hint, BaseModel)]
    return models[0] if models else None


def test_the_report_of_the_examples_is_one() -> None:
    assert Report.model_validate(REPORT).draft_id == REPORT["draft_id"]
    assert read_receipt(REQUESTS["status"]["receipt"]) == RECEIPT
    assert canonical(ADDRESS) == ADDRESS


def test_requests_are_closed_and_answers_may_grow() -> None:
    schemas = CONTRACT["components"]["schemas"]
    asked = {
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
        for operation in operations(CONTRACT)
        if "requestBody" in operation
    }
    taken = asked | {"Report", "ReportedAddress"}
    closed = {name for name, schema in schemas.items() if schema.get("additionalProperties") is False}
    assert closed == taken


@for_every(name=KEYED)
async def test_who_may_not_come_in_is_told_so_whatever_they_send(sqlite_api: RunningApi, name: str) -> None:
    method, path, operation = KEYED[name]
    for role in (None, *(role for role in Role if role not in roles_of(operation))):
        token = None if role is None else await _token(sqlite_api, role)
        async with client(sqlite_api.app, token) as caller:
            for answer in [await caller.request(method, **sent) for sent in _whatever(path, operation)]:
                problem = "no-access-key" if role is None else "wrong-door"
                told = answer.json()["type"]
                assert told == f"urn:problem-type:reportline:{problem}", answer.request.content


@for_every(name=KEYED)
async def test_who_may_come_in_is_not_told_otherwise(sqlite_api: RunningApi, name: str) -> None:
    method, path, operation = KEYED[name]
    for role in roles_of(operation):
        async with client(sqlite_api.app, await _token(sqlite_api, Role(role))) as caller:
            for sent in _whatever(path, operation):
                assert (await caller.request(method, **sent)).status_code not in {401, 403, 500}


async def _token(api: RunningApi, role: Role) -> str:
    async with api.intake.database.writing() as session:
        return await add_key(session, api.intake.audit, role, role, api.clock())


def _whatever(path: str, operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give requests in order and out of shape: in the path, in the body, in its length and in its kind."""
    named = {parameter["name"]: parameter.get("example") for parameter in operation.get("parameters", ())}
    url = path.format(**named)
    yield {"url": url, "json": REQUESTS.get(operation["operationId"])}
    yield {"url": path.format(**dict.fromkeys(named, "no-id"))}
    yield {"url": url, "params": {"hours": "x", "after": "x", "limit": "x", "format": "x"}}
    for content in (b"{", b"\xff", b"m" * (MAXIMUM_BODY + 1)):
        yield {"url": url, "content": content, "headers": {"content-type": "application/json"}}
    yield {"url": url, "content": b"a=b", "headers": {"content-type": "application/x-www-form-urlencoded"}}


async def test_the_metrics_that_are_shown_are_there(sqlite_api: RunningApi) -> None:
    async with client(sqlite_api.app, await _token(sqlite_api, Role.LEAD)) as lead:
        metrics = (await lead.get("/metrics")).text
    for line in METRICS.splitlines():
        assert line.removesuffix(" 3.0") in metrics
