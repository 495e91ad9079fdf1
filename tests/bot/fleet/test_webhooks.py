"""The fleet's server takes updates of its bots, and tells everybody else nothing."""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.channels.telegram.calls import Call
from bot.fleet.webhooks import MAXIMUM_BODY
from tests.bot.fleet.served import (
    HEALTH,
    JSON,
    KEYED,
    KEYS,
    NOT_FOUND,
    PATH,
    SECRET,
    TOKEN,
    Fleet,
    ask,
    post,
    request,
    served_fleet,
    status_for,
)

# A stop takes a fifth of a second: one server is enough for most tests.
pytestmark = pytest.mark.asyncio(loop_scope="module")

MARKER = "CANARY7391"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Fleet]:
    """Serve a fleet of one bot."""
    async with served_fleet() as where:
        yield where


@pytest.fixture
def fleet(served: Fleet) -> Fleet:
    """Give the fleet as if nothing had happened to it."""
    return served.anew()


async def test_an_update_is_taken_and_answered_with_nothing(fleet: Fleet) -> None:
    answer = await ask(fleet, post(b'{"update_id": 1}', JSON, KEYED))
    assert answer == b"HTTP/1.1 200 OK\r\ncache-control: no-store\r\ncontent-length: 0\r\n\r\n"
    assert fleet.bot.taken == [1]


async def test_no_answer_leaves_before_the_update_is_safe(fleet: Fleet) -> None:
    fleet.bot.go.clear()
    asking = asyncio.create_task(ask(fleet, post(b"{}", JSON, KEYED)))
    assert (await ask(fleet, HEALTH)).startswith(b"HTTP/1.1 200 ")
    done, _ = await asyncio.wait([asking], timeout=0.1)
    assert not done
    fleet.bot.go.set()
    assert (await asking).startswith(b"HTTP/1.1 200 ")


async def test_a_call_travels_in_the_answer(fleet: Fleet) -> None:
    fleet.bot.answer = Call("answerCallbackQuery", {"callback_query_id": "\ud800ä", "method": "other"})
    head, _, told = (await ask(fleet, post(b"{}", JSON, KEYED))).partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head
    assert json.loads(told) == {"method": "answerCallbackQuery", "callback_query_id": "\ud800ä"}


STRANGERS = {
    "no such bot": post(b"{}", JSON, KEYED, path="/telegram/" + "a" * 32),
    "another's secret": post(b"{}", JSON, f"X-Telegram-Bot-Api-Secret-Token: {KEYS.secret('2')}"),
    "no secret": post(b"{}", JSON),
    "a secret outside of ASCII": post(b"{}", JSON, "X-Telegram-Bot-Api-Secret-Token: é"),
    "the secret as a query": post(b"{}", JSON, path=f"{PATH}?secret={SECRET}"),
    "not POST": request("GET", PATH, KEYED),
    "not POST but PUT": request("PUT", PATH, JSON, KEYED, "Content-Length: 0"),
    "a path below": post(b"{}", JSON, KEYED, path=f"{PATH}/"),
    "a path beside": post(b"{}", JSON, KEYED, path=f"/telegram/../{PATH}"),
    "no path": post(b"{}", JSON, KEYED, path="/telegram/"),
    "elsewhere": request("GET", "/marker"),
    "nowhere": request("GET", "/"),
    "the method of nobody": request("MARKER", "/healthz"),
    "health by another method": request("POST", "/healthz", "Content-Length: 0"),
    "numbers without the token": request("GET", "/metrics"),
    "numbers with another token": request("GET", "/metrics", f"Authorization: Bearer {TOKEN[:-1]}0"),
    "numbers by a bot's secret": request("GET", "/metrics", f"Authorization: Bearer {SECRET}"),
    "no JSON": post(b"<", "Content-Type: text/xml"),
    "too much": post(b"", JSON).replace(b"Length: 0", b"Length: 99999999"),
}


@pytest.mark.parametrize("asked", STRANGERS.values(), ids=STRANGERS.keys())
async def test_who_does_not_know_path_and_secret_gets_the_answer_of_any_unknown_path(
    fleet: Fleet, asked: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await ask(fleet, asked) == NOT_FOUND
    assert fleet.bot.taken == []
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("path", [PATH, "/telegram/" + "a" * 32, "/marker"])
async def test_of_a_strangers_body_nothing_is_asked_for(fleet: Fleet, path: str) -> None:
    """Who would send it only when told to go on is refused, not told to."""
    fields = ("Expect: 100-continue", "Content-Length: 100", JSON)
    assert await ask(fleet, request("POST", path, *fields)) == NOT_FOUND


@pytest.mark.alone("compares times")
async def test_a_refusal_takes_no_longer_for_a_bot_that_is_there(fleet: Fleet) -> None:
    """Of 400 each, in turn, the medians are alike; a body's or a table's work would be seen, a byte's not."""
    wrong = f"X-Telegram-Bot-Api-Secret-Token: {SECRET[:-1]}-"
    asked = [post(b"", JSON, wrong, path=path) for path in (PATH, "/telegram/" + "a" * 32)]
    clients = [await asyncio.open_connection("127.0.0.1", fleet.port) for _ in asked]
    taken: list[list[float]] = [[], []]
    for number in range(800):
        which = number % 2
        reader, writer = clients[which]
        begun = time.perf_counter()
        writer.write(asked[which])
        assert await reader.readexactly(len(NOT_FOUND)) == NOT_FOUND
        taken[which].append(time.perf_counter() - begun)
    for _, writer in clients:
        writer.close()
    there, not_there = map(statistics.median, taken)
    assert 0.8 < there / not_there < 1.25


@pytest.mark.parametrize(
    "media_type", ["application/json", "Application/JSON;charset=utf-8", "application/json ; a=b"]
)
async def test_json_is_taken_however_it_is_named(fleet: Fleet, media_type: str) -> None:
    assert await status_for(fleet, b"{}", f"Content-Type: {media_type}", KEYED) == 200


@pytest.mark.parametrize("fields", [(KEYED,), ("Content-Type: text/json", KEYED), ("Content-Type:", KEYED)])
async def test_what_is_not_called_json_is_refused(fleet: Fleet, fields: tuple[str, ...]) -> None:
    assert await status_for(fleet, b"{}", *fields) == 415
    assert fleet.bot.taken == []


NO_JSON = {
    "nothing": b"",
    "half": b'{"update_id": 1',
    "two": b"{}{}",
    "deep": b"[" * (MAXIMUM_BODY - 8),
    "deep objects": b'{"a":' * 50_000,
    "a number too long": b"1" * 5000,
    "no number": b'{"update_id": NaN}',
    "without end": b"[-Infinity]",
    "not UTF-8": b'"\xff\xfe"',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "half a pair, encoded": b'"\xed\xa0\x80"',
    "a marked beginning": b"\xef\xbb\xbf{}",
    "compressed": b"\x1f\x8b\x08",
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON.keys())
async def test_what_is_no_json_is_refused_without_a_word(
    fleet: Fleet, body: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await status_for(fleet, body) == 400
    assert fleet.bot.taken == []
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (b"[]", None),
        (b"null", None),
        (b'"text"', None),
        (b'{"update_id": 1, "update_id": 2}', 2),
        (b'{"update_id": "\\ud800"}', "?"),
        (b'{"update_id": 1e999}', float("inf")),
        (b'{"update_id": %s}' % (b"9" * 400), int("9" * 400)),
    ],
)
async def test_any_json_goes_to_the_bot_which_alone_knows_what_an_update_is(
    fleet: Fleet, body: bytes, number: Any
) -> None:
    assert await status_for(fleet, body) == 200
    assert fleet.bot.taken == [number]


def _json_of(length: int) -> bytes:
    return b'"' + b"x" * (length - 2) + b'"'


async def test_a_body_is_taken_up_to_its_bound(fleet: Fleet) -> None:
    assert await status_for(fleet, _json_of(MAXIMUM_BODY)) == 200
    assert await status_for(fleet, _json_of(MAXIMUM_BODY + 1)) == 413
    assert len(fleet.bot.taken) == 1


async def test_a_body_in_chunks_has_the_same_bound(fleet: Fleet) -> None:
    head = request("POST", PATH, JSON, KEYED, "Transfer-Encoding: chunked")
    for length, status in ((MAXIMUM_BODY, 200), (MAXIMUM_BODY + 1, 413)):
        body = _json_of(length)
        parts = [body[at : at + 9999] for at in range(0, length, 9999)]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])
        assert (await ask(fleet, head + chunks)).startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize("length", ["99999999999999999999", "9" * 5000])
async def test_a_body_that_is_announced_too_long_is_refused_before_it_comes(
    fleet: Fleet, length: str
) -> None:
    answer = await ask(fleet, request("POST", PATH, JSON, KEYED, f"Content-Length: {length}"))
    assert int(answer[9:12]) in {400, 413}


@pytest.mark.parametrize("error", [OSError(MARKER), TimeoutError(MARKER), ConnectionResetError(MARKER)])
async def test_what_cannot_be_made_safe_now_is_to_come_again(
    fleet: Fleet, error: OSError, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet.bot.answer = error
    assert await status_for(fleet, b"{}") == 503
    assert capsys.readouterr() == ("", "")


async def test_a_fault_of_ours_is_logged_by_its_kind_alone(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet.bot.answer = ValueError(MARKER)
    assert await status_for(fleet, json.dumps({MARKER: MARKER}).encode()) == 500
    written = capsys.readouterr().err
    assert json.loads(written)["error"] == "ValueError"
    assert MARKER not in written


async def test_health_is_told_without_a_key(fleet: Fleet) -> None:
    answer = await ask(fleet, HEALTH)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b'{"status": "ok"}')


@pytest.mark.parametrize(
    ("words", "status"),
    [({}, 200), ({"store": "ok", "bots": "ok"}, 200), ({"store": "away", "bots": "ok"}, 503)],
)
async def test_readiness_is_told_in_words(fleet: Fleet, words: dict[str, str], status: int) -> None:
    fleet.words = words
    answer = await ask(fleet, request("GET", "/readyz"))
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert json.loads(answer.partition(b"\r\n\r\n")[2]) == words


async def test_the_numbers_are_told_to_whoever_has_their_token(fleet: Fleet) -> None:
    answer = await ask(fleet, request("GET", "/metrics", f"Authorization: Bearer {TOKEN}"))
    head, _, told = answer.partition(b"\r\n\r\n")
    assert b"content-type: text/plain; version=" in head
    assert told == b"reportline_fleet_bots 1.0\n"


async def test_no_answer_tells_the_servers_kind_or_the_time(fleet: Fleet) -> None:
    fleet.bot.answer = Call("answerCallbackQuery")
    keyed = request("GET", "/metrics", f"Authorization: Bearer {TOKEN}")
    for asked in (post(b"{}", JSON, KEYED), HEALTH, keyed, *STRANGERS.values()):
        head = (await ask(fleet, asked)).partition(b"\r\n\r\n")[0].lower()
        names = {line.partition(b":")[0] for line in head.split(b"\r\n")[1:]}
        assert names <= {b"cache-control", b"content-length", b"content-type"}
