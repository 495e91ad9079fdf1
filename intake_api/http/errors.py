"""Turns errors into problem documents (RFC 9457) that never repeat the input."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from intake_api.faults import Refused
from intake_api.store.away import EVENTS, DatabaseAway, LeftBehind
from reportline.logs import log_failure

MEDIA_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:problem-type:reportline:"

# Each problem type: name -> status, title, and what the caller should do.
PROBLEMS: Final[Mapping[str, tuple[int, str, str]]] = {
    "malformed": (400, "The request cannot be read", "Send JSON over HTTP/1.1 as the contract says."),
    "no-access-key": (401, "No valid access key", "Send `Authorization: Bearer` with a key in force."),
    "wrong-door": (403, "This key opens another door", "Channels hand in; analysts work on the queue."),
    "own-guard": (403, "Nobody lifts their own guard", "Another lead can."),
    "not-found": (404, "There is nothing here", "Compare the path with the contract."),
    "wrong-method": (405, "This method is not offered here", "See the header Allow."),
    "too-slow": (408, "The request came too slowly", "Send it whole, and at once."),
    "claim-lost": (
        409,
        "This claim does not hold",
        "It was released, assessed, has run out or is another analyst's. Claim again.",
    ),
    "hands-full": (409, "You hold as many items as one may", "Decide or release some of them first."),
    "day-full": (
        409,
        "Your minutes of exposure for today are used up",
        (
            "Decide what you have seen, and release the rest. Nothing new is opened until 00:00 on "
            "2026-03-02 (Europe/Berlin). A lead can lift this."
        ),
    ),
    "break-due": (
        409,
        "Your break is due",
        "Rest until 14:30 (Europe/Berlin). A lead can lift this.",
    ),
    "superseded": (409, "A newer assessment is there", "Read the item again, and correct the newest."),
    "unknown-cursor": (
        409,
        "No assessment is where this cursor points",
        "It is of another database, or of before a restore. Export from the beginning, without `after`.",
    ),
    "too-large": (413, "The body is too large", "Send less than 256 KiB."),
    "out-of-shape": (422, "The request is not in shape", "`errors` names each place and its fault."),
    "no-host": (
        422,
        "This is no host",
        "Give a name such as multi.example, an IP address, or an address of the web: its host is looked for.",
    ),
    "seal-not-opened": (
        422,
        "The sealed report cannot be opened",
        "Seal it to this intake's public key, and hand in a whole report.",
    ),
    "unknown-shape": (
        422,
        "The report is of a shape that this intake does not know",
        "Keep it, upgrade the intake, and hand it in again.",
    ),
    "other-draft": (422, "Path and report name different drafts", "Use the report's own draft id."),
    "fault": (500, "Something went wrong on our side", "Try again; tell the operator the incident."),
    "busy": (503, "The intake has no room now, or stops", "Nothing was stored. Try again later."),
    "stopping": (
        503,
        "The intake stops",
        "Whether it was stored is not known. Send the same again later.",
    ),
    "left-behind": (
        503,
        "New keys came into use without this process",
        "Nothing was stored. Try again later; the operator starts this process of the intake again.",
    ),
    "not-ready": (503, "The intake is not ready", "`database` and `keys` say what is not fit."),
    "unavailable": (503, "The database cannot be used now", "Nothing was stored. Try again later."),
}
# Further fields in the examples of these problems.
_MORE: Final[Mapping[str, Mapping[str, Any]]] = {
    "out-of-shape": {"errors": [{"where": ["body", "count"], "fault": "less_than_equal"}]},
    "seal-not-opened": {"key_id": "k2-3f9a1c0d77e1"},
    "fault": {"incident": "5f0c9a1e"},
    "unavailable": {"incident": "5f0c9a1e"},
}
# The problems that every route may answer.
EVERYWHERE: Final = ("malformed", "too-slow", "fault", "busy", "stopping")
# The problems that every route with a key may answer.
WITH_KEY: Final = sorted(
    (*EVERYWHERE, "no-access-key", "wrong-door", "too-large", "out-of-shape", "left-behind", "unavailable"),
    key=lambda name: PROBLEMS[name][0],
)
# The headers of answers, as the contract describes them; each answer of the intake has the first two.
HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Cache-Control": {
        "description": "Nothing that the intake answers may be kept.",
        "required": True,
        "schema": {"const": "no-store"},
    },
    "X-Content-Type-Options": {
        "description": "What comes is what the media type says.",
        "required": True,
        "schema": {"const": "nosniff"},
    },
    "WWW-Authenticate": {
        "description": "The way in which a key is sent.",
        "required": True,
        "schema": {"const": "Bearer"},
    },
    "Retry-After": {
        "description": "After how many seconds to try again; where it is missing, that is not known.",
        "schema": {"type": "integer"},
    },
}
_ALWAYS: Final = ("Cache-Control", "X-Content-Type-Options")
_HEADERS_OF: Final = {401: (*_ALWAYS, "WWW-Authenticate"), 503: (*_ALWAYS, "Retry-After")}
_BY_STATUS = {400: "malformed", 404: "not-found", 413: "too-large"}


class Fault(BaseModel):
    """Where a request is out of shape, and the kind of fault; never the value."""

    where: list[str | int]
    fault: str


class ProblemDocument(BaseModel):
    """A problem document (RFC 9457): `type` says what it is, `detail` what the caller does about it.

    `errors` comes with out-of-shape, `incident` with fault and unavailable: the operator's log has it too.
    `database` and `keys` say what /readyz found. `key_id` comes with seal-not-opened, if the report names a
    key that this intake does not have.
    """

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault] | None = None
    incident: str | None = None
    database: str | None = None
    keys: str | None = None
    key_id: str | None = None


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """Ends a request with the problem document that PROBLEMS has under this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def document(name: str, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """Build the answer for a problem of PROBLEMS; `more` adds fields such as `errors` or `incident`."""
    return JSONResponse({**_told(name), **more}, PROBLEMS[name][0], headers, MEDIA_TYPE)


def _told(name: str) -> dict[str, Any]:
    status, title, detail = PROBLEMS[name]
    return {"type": _TYPE_PREFIX + name, "title": title, "status": status, "detail": detail}


def documented(*names: str) -> dict[int | str, dict[str, Any]]:
    """Refer, by status, to where the contract (OpenAPI) describes problems of a route."""
    by_status: dict[int | str, list[str]] = {}
    for name in names:
        by_status.setdefault(PROBLEMS[name][0], []).append(name)
    return {status: {"$ref": f"#/components/responses/{'.'.join(of)}"} for status, of in by_status.items()}


def described(joined: str) -> dict[str, Any]:
    """Describe the problems of one status, under the name by which `documented` refers to them."""
    names = joined.split(".")
    status = PROBLEMS[names[0]][0]
    types = {"type": {"enum": [_TYPE_PREFIX + name for name in names]}, "status": {"const": status}}
    schema = {"allOf": [{"$ref": "#/components/schemas/ProblemDocument"}, {"properties": types}]}
    examples = {name: {"value": {**_told(name), **_MORE.get(name, {})}} for name in names}
    return {
        "description": ". ".join(PROBLEMS[name][1] for name in names),
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
        "headers": headers_of(status),
    }


def headers_of(status: int) -> dict[str, Any]:
    """Refer to where the contract describes the headers of answers with this status."""
    names = _HEADERS_OF.get(status, _ALWAYS)
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def handle_errors(app: FastAPI) -> None:
    """Answer every expected error of an app with a problem document; `middleware.py` answers the others."""
    app.exception_handler(Problem)(_problem)
    app.exception_handler(Refused)(_refused)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(RequestValidationError)(_out_of_shape)
    app.exception_handler(DatabaseAway)(_unavailable)
    app.exception_handler(LeftBehind)(_left_behind)


async def _problem(_: Request, problem: Problem) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if problem.name == "no-access-key" else None
    return document(problem.name, headers)


async def _refused(_: Request, refused: Refused) -> JSONResponse:
    told: dict[str, Any] = {"detail": refused.detail, "key_id": refused.key_id}
    return document(refused.reason, **{name: value for name, value in told.items() if value is not None})


async def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return document("wrong-method", {"Allow": _offered(request)})
    if error.status_code in _BY_STATUS:
        return document(_BY_STATUS[error.status_code], error.headers)
    title = HTTPStatus(error.status_code).phrase
    content = {"type": "about:blank", "title": title, "status": error.status_code}
    return JSONResponse(content, error.status_code, error.headers, MEDIA_TYPE)


async def _out_of_shape(_: Request, error: RequestValidationError) -> JSONResponse:
    return document("out-of-shape", errors=[_fault(found) for found in error.errors()])


async def _unavailable(_: Request, error: DatabaseAway) -> JSONResponse:
    incident = log_failure(EVENTS[error.why], error)
    return document("unavailable", {"Retry-After": "30"}, incident=incident)


async def _left_behind(_: Request, __: LeftBehind) -> JSONResponse:
    return document("left-behind", {"Retry-After": "30"})


def _offered(request: Request) -> str:
    """List all methods of this path: each is a route of its own, and Starlette lists only the first one's."""
    offered = {
        method
        for route in iter_route_contexts(request.app.routes)
        if compile_path(route.path or "")[0].match(request.url.path)
        for method in route.methods or ()
    }
    return ", ".join(sorted(offered))


def _fault(found: Mapping[str, Any]) -> dict[str, Any]:
    where: Sequence[str | int] = found["loc"]
    if found["type"] == "extra_forbidden":
        # The last element is a field name that the caller chose: it may hold anything.
        where = where[:-1]
    return {"where": list(where), "fault": found["type"]}
