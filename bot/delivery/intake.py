"""The intake's API for the bot: hands in sealed reports, asks about receipts, knows temporary faults."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Protocol

import httpx

from conversations.wire.report import Report, SealedReport, read_receipt
from conversations.wire.sealing import NotOpened, unseal

TIMEOUT_SECONDS: Final = 5.0
STATUS_WORDS: Final = ("received", "assessed", "unknown")
_PROBLEM: Final = "application/problem+json"
# Only the intake's own word about a report that it could read is for good. Bytes garbled on the way (400), a
# wrong URL (404), a wrong key (401, 403), a proxy's limit (413) or a fault (5xx) can be mended: it waits.
_FOR_GOOD: Final = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY})


class IntakeAway(Exception):  # noqa: N818 - it names what happened, not an error
    """The intake did not take the report now and may later; `status` is its HTTP status, if it gave one."""

    def __init__(self, status: int | None = None) -> None:
        super().__init__("the intake is away")
        self.status = status


class IntakeRefused(Exception):  # noqa: N818 - it names what happened, not an error
    """The intake will never take this report; `status` is its HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__("the intake refuses the report for good")
        self.status = status


class Intake(Protocol):
    """The intake as the bot uses it."""

    async def hand_in(self, draft_id: str, sealed: SealedReport) -> None:
        """Hand in a sealed report; on return it is committed. Raises IntakeAway or IntakeRefused."""
        ...

    async def status(self, receipt: str) -> str | None:
        """Give the status word of a receipt ("unknown" if it is none), or None while the intake is away."""
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
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {channel_token}"},
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    async def hand_in(self, draft_id: str, sealed: SealedReport) -> None:
        """Hand in a sealed report; on return it is committed. Raises IntakeAway or IntakeRefused."""
        answer = await self._request("PUT", f"/v1/reports/{draft_id}", sealed.model_dump())
        if answer.status_code == HTTPStatus.ACCEPTED:
            return
        if answer.status_code in _FOR_GOOD and answer.headers.get("content-type", "").startswith(_PROBLEM):
            raise IntakeRefused(answer.status_code)
        raise IntakeAway(answer.status_code)

    async def status(self, receipt: str) -> str | None:
        """Give the status word of a receipt ("unknown" if it is none), or None while the intake is away."""
        try:
            answer = await self._request("POST", "/v1/receipts/status", {"receipt": receipt})
            word = answer.json()["status"]
        except (IntakeAway, ValueError, KeyError, TypeError):
            return None
        return word if word in STATUS_WORDS else None

    async def close(self) -> None:
        """Close the connections; no request may follow."""
        await self._client.aclose()

    async def _request(self, method: str, path: str, content: dict[str, Any]) -> httpx.Response:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._client.request(method, path, json=content)
        except (httpx.HTTPError, TimeoutError):
            # It holds the request, and with it the token and the draft id.
            raise IntakeAway from None


class InMemoryIntake:
    """An intake in memory that behaves as the real one does; `away` takes it away and brings it back.

    `private_keys` maps key ids to private keys of 32 bytes; `reports` holds the reports by draft id.
    """

    def __init__(self, private_keys: Mapping[str, bytes]) -> None:
        self._private_keys = private_keys
        self.reports: dict[str, Report] = {}
        self.away = False

    async def hand_in(self, draft_id: str, sealed: SealedReport) -> None:
        """Hand in a sealed report; the highest revision wins. Raises IntakeAway or IntakeRefused."""
        if self.away:
            raise IntakeAway
        try:
            report = unseal(sealed, self._private_keys)
        except NotOpened:
            raise IntakeRefused(HTTPStatus.UNPROCESSABLE_ENTITY) from None
        if report.draft_id != draft_id:
            raise IntakeRefused(HTTPStatus.UNPROCESSABLE_ENTITY)
        held = self.reports.setdefault(draft_id, report)
        # A thief of draft ids does not have the receipts, and so cannot replace a report.
        if held.revision < report.revision and held.receipt == report.receipt:
            self.reports[draft_id] = report

    async def status(self, receipt: str) -> str | None:
        """Give "received" for the receipt of a report that is held, else "unknown"; None while away."""
        if self.away:
            return None
        known = {report.receipt for report in self.reports.values()}
        return "received" if read_receipt(receipt) in known else "unknown"
