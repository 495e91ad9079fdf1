"""The intake's API for the bot: hands in sealed reports, asks about receipts and about the intake itself."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final, Protocol

import httpx
from pydantic import Field, TypeAdapter

from conversations.wire.report import SHAPES, Report, SealedReport, read_receipt
from conversations.wire.sealing import NotOpened, UnknownShape, fingerprint, public_half, unseal

# A reporter waits no longer; the courier waits longer each time.
TIMEOUT_SECONDS: Final = 5.0
LONGEST_TIMEOUT_SECONDS: Final = 60.0
STATUS_WORDS: Final = ("received", "assessed", "unknown")
KEY_REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_PROBLEM: Final = "application/problem+json"
_OUR_PROBLEMS: Final = "urn:problem-type:reportline:"
_UNKNOWN_SHAPE: Final = "unknown-shape"
# Only the intake's own word about a report that it could read is for good. Bytes garbled on the way (400), a
# wrong URL (404), a wrong key (401, 403), a proxy's limit (413) or a fault (5xx) can be mended: it waits.
_FOR_GOOD: Final = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY})


_TwelveDigits = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]


class IntakeAway(Exception):  # noqa: N818 - it names what happened, not an error
    """The intake did not take the report now and may later; `status` is its HTTP status, if it gave one."""

    def __init__(self, status: int | None = None) -> None:
        super().__init__("the intake is away")
        self.status = status


class IntakeRefused(Exception):  # noqa: N818 - it names what happened, not an error
    """The intake will never take this report; `status` is its HTTP status.

    `key_id` is the key to which the report is sealed, if the intake says that it lacks that key.
    """

    def __init__(self, status: int, key_id: str | None = None) -> None:
        super().__init__("the intake refuses the report for good")
        self.status = status
        self.key_id = key_id


class ShapeUnknown(Exception):  # noqa: N818 - it names what happened, not an error
    """The intake is older than this report, and takes it once it is upgraded."""


class Refusal(StrEnum):
    """The intake's own word for why it does not answer the question about itself."""

    NO_ROUTE = "not-found"
    KEY_REFUSED = "no-access-key"
    OTHER_ROLE = "wrong-door"


@dataclass(frozen=True, slots=True)
class ChannelAnswer:
    """What the intake says of itself to a channel.

    `seal_keys` are the fingerprints of the public keys whose seals it opens, the one in use first;
    `access_key` is the id of the key that asked, `report_shapes` are the numbers of the shapes that it takes.
    """

    seal_keys: Annotated[tuple[_TwelveDigits, ...], Field(min_length=1)]
    access_key: _TwelveDigits
    report_shapes: Annotated[tuple[int, ...], Field(min_length=1)]


_CHANNEL_ANSWER: Final = TypeAdapter(ChannelAnswer)


class Intake(Protocol):
    """The intake as the bot uses it."""

    async def hand_in(self, draft_id: str, sealed: SealedReport, seconds: float | None = None) -> None:
        """Hand in a sealed report; on return it is committed. Waits `seconds`, or as long as is usual.

        Raises IntakeAway, IntakeRefused or ShapeUnknown.
        """
        ...

    async def status(self, receipt: str) -> str | None:
        """Give the status word of a receipt ("unknown" if it is none), or None while the intake is away."""
        ...

    async def channel(self) -> ChannelAnswer | Refusal:
        """Ask what the intake says of itself; nothing of any report is in the question. Raises IntakeAway."""
        ...


class HttpIntake:
    """The intake's API over HTTP; `transport` is for an intake in the same process.

    `url` is the intake's address, `timeout` the seconds for a whole request and its answer.
    No proxy of the environment is used and no redirect followed: the token goes to `url` and nowhere else.
    """

    def __init__(
        self,
        url: str,
        channel_token: str,
        timeout: float = TIMEOUT_SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._timeout = timeout
        self._url = str(httpx.URL(url)).rstrip("/")
        self._headers = {"Authorization": f"Bearer {channel_token}"}
        # The library's client would add cookies, redirects and proxies, and double the cost.
        self._transport = transport or httpx.AsyncHTTPTransport(trust_env=False)

    async def hand_in(self, draft_id: str, sealed: SealedReport, seconds: float | None = None) -> None:
        """Hand in a sealed report; on return it is committed. Waits `seconds`, or as long as is usual.

        Raises IntakeAway, IntakeRefused or ShapeUnknown.
        """
        answer = await self._request("PUT", f"/v1/reports/{draft_id}", sealed.model_dump_json(), seconds)
        if _is_taken(answer):
            return
        problem = _problem(answer)
        if problem == _UNKNOWN_SHAPE:
            raise ShapeUnknown
        if answer.status_code in _FOR_GOOD and problem is not None:
            raise IntakeRefused(answer.status_code, sealed.key_id if _lacks(answer, sealed.key_id) else None)
        raise IntakeAway(answer.status_code)

    async def status(self, receipt: str) -> str | None:
        """Give the status word of a receipt ("unknown" if it is none), or None while the intake is away."""
        try:
            answer = await self._request("POST", "/v1/receipts/status", json.dumps({"receipt": receipt}))
        except IntakeAway:
            return None
        word = _told(answer, "status") if answer.status_code == HTTPStatus.OK else None
        return word if word in STATUS_WORDS else None

    async def channel(self) -> ChannelAnswer | Refusal:
        """Ask what the intake says of itself. Raises IntakeAway, also for a proxy's answer in its place."""
        answer = await self._request("GET", "/v1/channel")
        problem = _problem(answer)
        if problem in set(Refusal):
            return Refusal(problem)
        if answer.status_code != HTTPStatus.OK:
            raise IntakeAway(answer.status_code)
        try:
            return _CHANNEL_ANSWER.validate_json(answer.content)
        except ValueError:
            raise IntakeAway(answer.status_code) from None

    async def close(self) -> None:
        """Close the connections; no request may follow."""
        await self._transport.aclose()

    async def _request(
        self, method: str, path: str, content: str = "", seconds: float | None = None
    ) -> httpx.Response:
        seconds = seconds or self._timeout
        headers = self._headers | ({"Content-Type": "application/json"} if content else {})
        waits = {"timeout": httpx.Timeout(seconds).as_dict()}
        try:
            async with asyncio.timeout(seconds):
                request = httpx.Request(
                    method, self._url + path, headers=headers, content=content, extensions=waits
                )
                answer = await self._transport.handle_async_request(request)
                try:
                    await answer.aread()
                finally:
                    await answer.aclose()
                return answer
        except (httpx.HTTPError, TimeoutError):
            # It holds the request, and with it the token and the draft id.
            raise IntakeAway from None


_STATUS_OF: Final = {
    Refusal.KEY_REFUSED: HTTPStatus.UNAUTHORIZED,
    Refusal.OTHER_ROLE: HTTPStatus.FORBIDDEN,
}


def _problem(answer: httpx.Response) -> str | None:
    """Give the name of the problem that the intake itself tells; None for what a proxy or gateway says."""
    if answer.is_success or not answer.headers.get("content-type", "").startswith(_PROBLEM):
        return None
    named = _told(answer, "type")
    return named.removeprefix(_OUR_PROBLEMS) if named and named.startswith(_OUR_PROBLEMS) else None


def _is_taken(answer: httpx.Response) -> bool:
    """Tell whether the intake says that it has the report: only who opened the seal can name a receipt."""
    if answer.status_code != HTTPStatus.ACCEPTED or _told(answer, "status") != "received":
        return False
    receipt = _told(answer, "receipt")
    return receipt is not None and read_receipt(receipt) == receipt


def _told(answer: httpx.Response, name: str) -> str | None:
    """Give a word of an answer's JSON; None if there is none."""
    try:
        told = answer.json()[name]
    except (ValueError, RecursionError, LookupError, TypeError):
        return None
    return told if isinstance(told, str) else None


def _lacks(answer: httpx.Response, key_id: str) -> bool:
    """Tell whether the intake names this key as one that it lacks; no other word of the answer counts."""
    try:
        return bool(answer.json()["key_id"] == key_id)
    except (ValueError, KeyError, TypeError):
        return False


class InMemoryIntake:
    """An intake in memory that behaves as the real one does; `away` takes it away and brings it back.

    `private_keys` maps key ids to private keys of 32 bytes, the one in use first; `reports` holds the reports
    by draft id. `refusal` is its answer to every request with this channel's key (None: it takes the key),
    `shapes` are those of reports that it says to take.
    """

    def __init__(self, private_keys: Mapping[str, bytes]) -> None:
        self._private_keys = private_keys
        self.reports: dict[str, Report] = {}
        self.away = False
        self.refusal: Refusal | None = None
        self.shapes: tuple[int, ...] = SHAPES

    async def hand_in(self, draft_id: str, sealed: SealedReport, seconds: float | None = None) -> None:
        """Hand in a sealed report; the highest revision wins. Raises as the real one does."""
        del seconds  # it answers at once
        self._require_there()
        try:
            report = unseal(sealed, self._private_keys)
        except NotOpened:
            lacked = None if sealed.key_id in self._private_keys else sealed.key_id
            raise IntakeRefused(HTTPStatus.UNPROCESSABLE_ENTITY, lacked) from None
        except UnknownShape:
            raise ShapeUnknown from None
        if report.draft_id != draft_id:
            raise IntakeRefused(HTTPStatus.UNPROCESSABLE_ENTITY)
        held = self.reports.setdefault(draft_id, report)
        # A thief of draft ids does not have the receipts, and so cannot replace a report.
        if held.revision < report.revision and held.receipt == report.receipt:
            self.reports[draft_id] = report

    async def status(self, receipt: str) -> str | None:
        """Give "received" for the receipt of a report that is held, else "unknown"; None while away."""
        try:
            self._require_there()
        except IntakeAway:
            return None
        known = {report.receipt for report in self.reports.values()}
        return "received" if read_receipt(receipt) in known else "unknown"

    async def channel(self) -> ChannelAnswer | Refusal:
        """Say what the real one says of itself. Raises IntakeAway."""
        if self.away:
            raise IntakeAway
        if self.refusal:
            return self.refusal
        keys = (public_half(key_id, key) for key_id, key in self._private_keys.items())
        return ChannelAnswer(tuple(fingerprint(key.raw) for key in keys), "0" * 12, self.shapes)

    def _require_there(self) -> None:
        if self.away:
            raise IntakeAway
        if self.refusal in _STATUS_OF:
            raise IntakeAway(_STATUS_OF[self.refusal])
