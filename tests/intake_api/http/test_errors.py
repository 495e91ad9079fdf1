"""Errors are problem documents, which repeat nothing of the request and tell no internals."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from intake_api.http.errors import PROBLEMS
from intake_api.http.middleware import MAXIMUM_BODY
from tests.intake_api.running_api import RunningApi, a_report, client

MARK = "https://example.com/marker-3141"
HAND_IN = f"/v1/reports/{'0' * 32}"


def _assert_problem(answer: httpx.Response, name: str) -> dict[str, Any]:
    status, title, detail = PROBLEMS[name]
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:problem-type:reportline:{name}"
    assert (problem["title"], problem["detail"]) == (title, detail)
    assert "marker" not in answer.text
    return problem


async def test_an_unknown_path_is_a_problem(api: RunningApi) -> None:
    _assert_problem(await api.channel.get("/v1/marker"), "not-found")


async def test_a_wrong_method_is_a_problem_that_names_the_right_one(api: RunningApi) -> None:
    answer = await api.channel.delete(HAND_IN)
    _assert_problem(answer, "wrong-method")
    assert answer.headers["allow"] == "PUT"


@pytest.mark.parametrize(
    ("content", "errors"),
    [
        ({}, [(["body", "key_id"], "missing"), (["body", "sealed"], "missing")]),
        ({"key_id": "k1", "sealed": MARK}, [(["body", "sealed"], "string_pattern_mismatch")]),
        ({"key_id": MARK, "sealed": "AAAA"}, [(["body", "key_id"], "string_pattern_mismatch")]),
        ({"key_id": "k1", "sealed": {"given": MARK}}, [(["body", "sealed"], "string_type")]),
        ({"key_id": "k1", "sealed": "AAAA", MARK: MARK}, [(["body"], "extra_forbidden")]),
        ([MARK], [(["body"], "model_attributes_type")]),
        (MARK, [(["body"], "model_attributes_type")]),
    ],
)
async def test_a_body_out_of_shape_is_told_where_and_not_what(
    api: RunningApi, content: Any, errors: list[tuple[list[str], str]]
) -> None:
    problem = _assert_problem(await api.channel.put(HAND_IN, json=content), "out-of-shape")
    assert [(error["where"], error["fault"]) for error in problem["errors"]] == errors


@pytest.mark.parametrize("content", [b"{marker", b"\xffmarker", b'{"marker": ', b""])
async def test_a_body_that_is_no_json_is_not_repeated(api: RunningApi, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = await api.channel.put(HAND_IN, content=content, headers=headers)
    _assert_problem(answer, "malformed" if answer.status_code == 400 else "out-of-shape")


async def test_a_path_out_of_shape_is_not_repeated(api: RunningApi) -> None:
    answer = await api.channel.put("/v1/reports/marker", json={"key_id": "k1", "sealed": "AAAA"})
    problem = _assert_problem(answer, "out-of-shape")
    assert problem["errors"] == [{"where": ["path", "draft_id"], "fault": "string_pattern_mismatch"}]


async def test_an_announced_body_beyond_the_limit_is_refused(api: RunningApi) -> None:
    """Nothing of it is read."""

    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError
        yield b""

    headers = {"content-length": str(MAXIMUM_BODY + 1)}
    _assert_problem(await api.channel.put(HAND_IN, content=unread(), headers=headers), "too-large")


async def test_an_unannounced_body_beyond_the_limit_is_refused(api: RunningApi) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b"m" * 4096

    answer = await api.channel.put(HAND_IN, content=chunks())
    _assert_problem(answer, "too-large")
    assert sent * 4096 <= MAXIMUM_BODY + 4096


async def test_a_body_at_the_limit_is_read(api: RunningApi) -> None:
    content = json.dumps({"key_id": "k1", "sealed": "AAAA"}).encode().ljust(MAXIMUM_BODY)
    answer = await api.channel.put(HAND_IN, content=content, headers={"content-type": "application/json"})
    _assert_problem(answer, "seal-not-opened")


async def test_an_unforeseen_error_tells_an_incident_and_nothing_else(
    api: RunningApi, capfd: pytest.CaptureFixture[str]
) -> None:
    """A damaged row makes the vault raise; neither the answer nor the log tells more than where."""
    await api.take_in(a_report(MARK))
    [claim] = await api.claim()
    async with api.intake.database.writing() as session:
        await session.execute(text("UPDATE items SET given = 'marker'"))
    answer = await api.analyst.get(f"/v1/queue/claims/{claim['claim_id']}")
    problem = _assert_problem(answer, "fault")
    logged = capfd.readouterr().err
    assert problem["incident"] in logged
    assert "marker" not in logged


async def test_nothing_is_cached_or_taken_for_another_type(api: RunningApi) -> None:
    async with client(api.app) as nobody:
        answers = [
            await api.hand_in(a_report()),
            await api.analyst.get("/v1/counts"),
            await nobody.get("/v1/counts"),
            await nobody.get("/nowhere"),
            await api.channel.put(HAND_IN, content=b"m" * (MAXIMUM_BODY + 1)),
        ]
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert {answer.headers["x-content-type-options"] for answer in answers} == {"nosniff"}
