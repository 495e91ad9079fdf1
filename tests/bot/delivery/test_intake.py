"""The real intake over HTTP and the one in memory keep one contract; then the faults of HTTP alone."""

import asyncio
import json
import secrets
import shutil
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.delivery.intake import (
    STATUS_WORDS,
    HttpIntake,
    InMemoryIntake,
    Intake,
    IntakeAway,
    IntakeRefused,
    Refusal,
    ShapeUnknown,
)
from conversations.wire.report import Report, SealedReport, write_receipt
from conversations.wire.sealing import IntakePublicKey, fingerprint, new_private_key, public_half, seal
from intake_api.known_keys.access_keys import revoke_key
from intake_api.settings import IntakeSettings
from intake_api.store.models import StoredReport
from tests.intake_api.running_api import (
    RunningApi,
    a_newer_report,
    a_report,
    opened,
    prepare,
    revised,
    withdrawn,
)

NOBODY = write_receipt(bytes(10))


@dataclass
class Side:
    """An intake, the key to seal to, and how to look behind its counter and to take it away."""

    intake: Intake
    key: IntakePublicKey
    revision_of: Callable[[str], Awaitable[int | None]]
    take_away: Callable[[], None]
    refuse: Callable[[Refusal], Awaitable[None]]

    async def hand_in(self, report: Report) -> None:
        """Seal and hand in."""
        await self.intake.hand_in(report.draft_id, seal(report, self.key))


class Line(httpx.AsyncBaseTransport):
    """A connection to an app of this process that can be cut."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app)
        self.cut = False
        self.routes: dict[str, str] = {}
        self.token = ""

    def take_away(self) -> None:
        """Cut it."""
        self.cut = True

    def lose_route(self) -> None:
        """Be an intake of before the question could be asked."""
        self.routes = {"/v1/channel": "/v1/nothing-is-here"}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, or fail as an unplugged network does."""
        if self.cut:
            raise httpx.ConnectError("no route", request=request)
        path = self.routes.get(request.url.path, request.url.path)
        request.url = request.url.copy_with(path=path)
        if self.token:
            request.headers["authorization"] = f"Bearer {self.token}"
        return await self._inner.handle_async_request(request)


@pytest.fixture(scope="session")
def set_up_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set a real intake up, once."""
    folder = tmp_path_factory.mktemp("intake")
    prepare(IntakeSettings(data_dir=folder))
    return folder


@asynccontextmanager
async def _real(folder: Path) -> AsyncIterator[Side]:
    async with opened(IntakeSettings(data_dir=folder)) as api:

        async def revision_of(draft_id: str) -> int | None:
            found = await api.scalar(select(StoredReport.revision).where(StoredReport.draft_id == draft_id))
            return int(found) if found else None

        line = Line(api.app)
        token = (folder / "channel.token").read_text().strip()
        intake = HttpIntake("http://intake.example", token, transport=line)

        async def refuse(refusal: Refusal) -> None:
            await _refuse(api, line, intake, refusal)

        key = api.intake.keys.current().public_key()
        yield Side(intake, key, revision_of, line.take_away, refuse)
        await intake.close()


async def _refuse(api: RunningApi, line: Line, intake: HttpIntake, refusal: Refusal) -> None:
    """Have the real intake refuse: the key is revoked or another's, or there is no such route."""
    match refusal:
        case Refusal.NO_ROUTE:
            line.lose_route()
        case Refusal.OTHER_ROLE:
            line.token = (api.intake.settings.data_dir / "analyst.token").read_text().strip()
        case Refusal.KEY_REFUSED:
            told = await intake.channel()
            assert not isinstance(told, Refusal)
            async with api.intake.database.writing() as session:
                assert await revoke_key(session, api.intake.audit, told.access_key, api.clock())


def _twin() -> Side:
    private_key = new_private_key()
    twin = InMemoryIntake({"k1": private_key})

    async def revision_of(draft_id: str) -> int | None:
        return twin.reports[draft_id].revision if draft_id in twin.reports else None

    def take_away() -> None:
        twin.away = True

    async def refuse(refusal: Refusal) -> None:
        twin.refusal = refusal

    return Side(twin, public_half("k1", private_key), revision_of, take_away, refuse)


@pytest.fixture(params=["real", "twin"])
async def side(request: pytest.FixtureRequest, set_up_folder: Path, tmp_path: Path) -> AsyncIterator[Side]:
    """Give each side in turn."""
    async with AsyncExitStack() as stack:
        if request.param == "twin":
            yield _twin()
        else:
            shutil.copytree(set_up_folder, tmp_path / "data")
            yield await stack.enter_async_context(_real(tmp_path / "data"))


async def test_handed_in_is_received(side: Side) -> None:
    """A report that was handed in is there, and its receipt says so, however it is typed."""
    report = a_report()
    assert await side.intake.status(report.receipt) == "unknown"
    await side.hand_in(report)
    assert await side.revision_of(report.draft_id) == 1
    assert await side.intake.status(report.receipt) == "received"
    assert await side.intake.status(report.receipt.lower().replace("-", " ")) == "received"


async def test_again_is_harmless(side: Side) -> None:
    """The same entry may be delivered any number of times, sealed anew or not, two at once too."""
    report = a_report()
    sealed = seal(report, side.key)
    await asyncio.gather(*(side.intake.hand_in(report.draft_id, sealed) for _ in range(3)))
    await side.hand_in(report)
    assert await side.revision_of(report.draft_id) == 1


async def test_highest_revision_wins(side: Side) -> None:
    """Whatever the order, the highest revision is what stays."""
    first = a_report()
    second = revised(first, note="on the second page")
    third = revised(second)
    for report in (second, first, third, second):
        await side.hand_in(report)
    assert await side.revision_of(first.draft_id) == 3


async def test_a_withdrawn_report_keeps_its_receipt(side: Side) -> None:
    """Whoever withdrew a report still hears that it was received."""
    report = a_report()
    await side.hand_in(report)
    await side.hand_in(withdrawn(report))
    assert await side.revision_of(report.draft_id) == 2
    assert await side.intake.status(report.receipt) == "received"


async def test_another_receipt_replaces_nothing(side: Side) -> None:
    """A revision with another receipt is taken without a word, and changes nothing."""
    report = a_report()
    forged = revised(report, receipt=write_receipt(secrets.token_bytes(10)))
    await side.hand_in(report)
    await side.hand_in(forged)
    assert await side.revision_of(report.draft_id) == 1
    assert await side.intake.status(forged.receipt) == "unknown"


@pytest.mark.parametrize("typed", [NOBODY, "", "hello", "0" * 100, "\u0661\u0662"])
async def test_unknown_receipts(side: Side, typed: str) -> None:
    """What is nobody's receipt, or none at all, is unknown."""
    assert await side.intake.status(typed) == "unknown"


async def test_refused_for_good(side: Side) -> None:
    """Unknown keys, broken seals, other drafts and what is no report are refused for good, and not kept."""
    report = a_report()
    sealed = seal(report, side.key)
    wrong = {
        "a key that nobody has": seal(report, public_half("k9", new_private_key())),
        "a key of that name": seal(report, public_half(side.key.key_id, new_private_key())),
        "a changed seal": SealedReport(key_id=sealed.key_id, sealed="A" + sealed.sealed[1:-8] + "AAAAAAA="),
        "no base64": SealedReport(key_id=sealed.key_id, sealed="AAAAA"),
        "another draft's": seal(a_report(), side.key),
    }
    for name, content in wrong.items():
        with pytest.raises(IntakeRefused) as refused:
            await side.intake.hand_in(report.draft_id, content)
        assert refused.value.status == 422, name
        assert refused.value.key_id == ("k9" if name == "a key that nobody has" else None), name
    assert await side.revision_of(report.draft_id) is None


async def test_away(side: Side) -> None:
    """An intake that cannot be reached takes nothing and knows nothing; its error names no report."""
    report = a_report()
    side.take_away()
    with pytest.raises(IntakeAway) as away:
        await side.hand_in(report)
    assert away.value.status is None
    assert report.draft_id not in "".join(traceback.format_exception(away.value))
    assert away.value.__context__ is None or away.value.__suppress_context__
    assert await side.intake.status(report.receipt) is None


async def test_a_newer_report_is_neither_taken_nor_refused_for_good(side: Side) -> None:
    """It waits for an intake that knows it."""
    report = a_newer_report()
    with pytest.raises(ShapeUnknown):
        await side.hand_in(report)
    assert await side.revision_of(report.draft_id) is None


async def test_the_intake_says_what_a_channel_must_know(side: Side) -> None:
    told = await side.intake.channel()
    assert not isinstance(told, Refusal)
    assert told.seal_keys == (fingerprint(side.key.raw),)
    assert told.report_shapes == (1,)
    assert len(told.access_key) == 12


@pytest.mark.parametrize("refusal", Refusal)
async def test_a_refused_channel_is_told_why(side: Side, refusal: Refusal) -> None:
    """With a refused key, reports wait; an intake without the route takes them as before."""
    await side.refuse(refusal)
    assert await side.intake.channel() is refusal
    report = a_report()
    if refusal is Refusal.NO_ROUTE:
        await side.hand_in(report)
        assert await side.intake.status(report.receipt) == "received"
        return
    with pytest.raises(IntakeAway) as away:
        await side.hand_in(report)
    assert away.value.status == {Refusal.KEY_REFUSED: 401, Refusal.OTHER_ROLE: 403}[refusal]
    assert await side.intake.status(report.receipt) is None


async def test_an_intake_that_is_away_says_nothing_of_itself(side: Side) -> None:
    side.take_away()
    with pytest.raises(IntakeAway):
        await side.intake.channel()


SEALED = SealedReport(key_id="k1", sealed="AAAA")
DRAFT = "ab" * 16
EMPTY_LISTS = b'{"seal_keys": [], "access_key": "", "report_shapes": []}'
TEXT_FOR_LIST = b'{"seal_keys": "ab", "access_key": "", "report_shapes": [1]}'
PROBLEM = "application/problem+json"


def _answering(status: int, content_type: str, body: bytes, heard: list[Any], **headers: str) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append((scope["method"], scope["path"], dict(scope["headers"])))
        while (await receive()).get("more_body"):
            pass
        fields = {"content-type": content_type, **headers}
        raw = [(name.encode(), value.encode()) for name, value in fields.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    return app


def _http(app: Any) -> HttpIntake:
    return HttpIntake("http://intake.example", "token", transport=httpx.ASGITransport(app))


JSON = "application/json"
TAKEN = json.dumps({"receipt": NOBODY, "status": "received"}).encode()
FOR_GOOD = b'{"type": "urn:problem-type:reportline:seal-not-opened"}'
OTHERS_PROBLEM = b'{"type": "https://gateway.example/problems/not-found"}'
OTHERS_URN = b'{"type": "urn:problem-type:gateway:no-access-key"}'


async def test_only_the_intakes_own_word_is_for_good() -> None:
    """A refusal is for good with the intake's problem document; a proxy's answer can be mended."""
    status = 422
    with pytest.raises(IntakeRefused) as refused:
        await _http(_answering(status, PROBLEM, FOR_GOOD, [])).hand_in(DRAFT, SEALED)
    assert refused.value.status == status
    for kind, body in ((PROBLEM, OTHERS_PROBLEM), (PROBLEM, b"{}"), ("text/html", b"<h1>no</h1>")):
        with pytest.raises(IntakeAway):
            await _http(_answering(status, kind, body, [])).hand_in(DRAFT, SEALED)


async def test_the_intakes_answer_to_a_report_is_known_by_its_receipt() -> None:
    """Only who opened the seal can name one; a later intake may say more beside it."""
    await _http(_answering(202, JSON, TAKEN, [])).hand_in(DRAFT, SEALED)
    await _http(_answering(202, JSON, TAKEN[:-1] + b', "more": 1}', [])).hand_in(DRAFT, SEALED)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", b"<h1>accepted</h1>"),
        ("text/plain", b""),
        (JSON, b""),
        (JSON, b"{}"),
        (JSON, b"[]"),
        (JSON, b"null"),
        (JSON, b'{"status": "received"}'),
        (JSON, b'{"status": "received", "receipt": null}'),
        (JSON, b'{"status": "received", "receipt": "queued"}'),
        (JSON, TAKEN.replace(b"received", b"accepted")),
        (JSON, TAKEN.replace(b"0-", b"1-", 1)),
    ],
)
async def test_a_strangers_acceptance_takes_no_report(kind: str, body: bytes) -> None:
    """A gateway that accepts everything has stored nothing: the report waits for the intake."""
    with pytest.raises(IntakeAway) as away:
        await _http(_answering(202, kind, body, [])).hand_in(DRAFT, SEALED)
    assert away.value.status == 202


@pytest.mark.parametrize(
    "status", [200, 204, 301, 307, 400, 401, 403, 404, 405, 408, 409, 413, 429, 500, 502, 503]
)
async def test_what_can_be_mended_waits(status: int) -> None:
    """A wrong key, a wrong place, a limit or a fault keeps the report waiting; so does another success."""
    with pytest.raises(IntakeAway) as away:
        await _http(_answering(status, PROBLEM, b"{}", [])).hand_in(DRAFT, SEALED)
    assert away.value.status == status


@pytest.mark.parametrize(
    ("status", "content_type", "body"),
    [(status, "text/html", b"<h1>no</h1>") for status in (200, 301, 401, 403, 404, 502)]
    + [(status, PROBLEM, b"{}") for status in (401, 404, 503)]
    + [(404, PROBLEM, OTHERS_PROBLEM), (401, PROBLEM, OTHERS_URN)]
    + [(200, "application/json", body) for body in (b"[]", b"{}", TEXT_FOR_LIST, EMPTY_LISTS, b"\xff")],
)
async def test_only_the_intakes_own_word_says_what_it_is(status: int, content_type: str, body: bytes) -> None:
    """A proxy's page or a strange answer stops no bot: it is as if the intake were away."""
    with pytest.raises(IntakeAway):
        await _http(_answering(status, content_type, body, [])).channel()


async def test_the_question_holds_nothing_but_the_key() -> None:
    heard: list[Any] = []
    with suppress(IntakeAway):
        await _http(_answering(200, "application/json", b"{}", heard)).channel()
    [(method, path, headers)] = heard
    assert (method, path) == ("GET", "/v1/channel")
    assert headers.keys() <= {
        *(b"host", b"authorization", b"accept", b"accept-encoding", b"connection", b"user-agent")
    }


async def test_what_is_sent() -> None:
    """One request with the token, the draft id in the path and the sealed report as JSON."""
    heard: list[Any] = []
    await _http(_answering(202, "application/json", TAKEN, heard)).hand_in(DRAFT, SEALED)
    [(method, path, headers)] = heard
    assert (method, path) == ("PUT", f"/v1/reports/{DRAFT}")
    assert (headers[b"authorization"], headers[b"content-type"]) == (b"Bearer token", b"application/json")


async def test_redirects_are_not_followed() -> None:
    """The token does not go where a redirect points."""
    heard: list[Any] = []
    app = _answering(307, "text/plain", b"", heard, location="http://other.example/")
    with pytest.raises(IntakeAway):
        await _http(app).hand_in(DRAFT, SEALED)
    assert len(heard) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"not json"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"status": ["received"]}'),
        (200, b'{"status": "x"}'),
    ]
    + [(status, b'{"status": 401}') for status in (401, 500)]
    + [(status, b'{"status": "unknown"}') for status in (202, 404, 500)],
)
async def test_a_strange_answer_is_no_status(status: int, body: bytes) -> None:
    """Whatever is no status word is as if the intake were away."""
    assert await _http(_answering(status, "application/json", body, [])).status(NOBODY) is None


@pytest.mark.parametrize("word", STATUS_WORDS)
async def test_each_status_word_is_passed_on(word: str) -> None:
    answer = json.dumps({"status": word}).encode()
    assert await _http(_answering(200, "application/json", answer, [])).status(NOBODY) == word


@asynccontextmanager
async def _listening(say: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Listen on loopback, say these bytes to whoever asks, and then a space now and then, without end."""
    heard: list[bytes] = []
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65536))
        writer.write(say)
        while not over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), 0.05)
            writer.write(b" ")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard
    finally:
        over.set()
        server.close()
        await server.wait_closed()


async def test_a_slow_answer_ends() -> None:
    """An intake that begins to answer and never ends is away once the whole time is over."""
    async with _listening(b"HTTP/1.1 202 Accepted\r\nContent-Length: 9999\r\n\r\n{") as (url, heard):
        intake = HttpIntake(url, "token", timeout=0.2)
        with pytest.raises(IntakeAway):
            await intake.hand_in(DRAFT, SEALED)
        assert len(heard) == 1
        began = time.monotonic()
        with pytest.raises(IntakeAway):
            await intake.hand_in(DRAFT, SEALED, 0.6)
        assert time.monotonic() - began >= 0.6
        await intake.close()


async def test_nobody_listens() -> None:
    """A port where nobody listens is an intake that is away."""
    async with _listening(b"") as (url, _):
        pass
    intake = HttpIntake(url, "token")
    with pytest.raises(IntakeAway):
        await intake.hand_in(DRAFT, SEALED)
    await intake.close()


async def test_no_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that the environment names hears nothing."""
    async with _listening(b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}") as (proxy, heard):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        intake = HttpIntake("http://127.0.0.1:1", "token")
        with pytest.raises(IntakeAway):
            await intake.hand_in(DRAFT, SEALED)
        await intake.close()
        assert heard == []
