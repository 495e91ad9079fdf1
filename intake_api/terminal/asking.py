"""How the terminal client asks the API: each failure is a sentence, and the access key goes nowhere else."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from intake_api.http.errors import ProblemDocument
from intake_api.settings import QueueSettings, read_settings

TIMEOUT_SECONDS: Final = 30
CLAIM_LENGTH, ITEM_LENGTH, ASSESSMENT_LENGTH, KEY_LENGTH = 16, 32, 32, 12
STRANGER: Final = "What answers there is not this version of the intake."
Shape = TypeVar("Shape", bound=BaseModel)
Query = Mapping[str, str | int]

# What a problem of errors.PROBLEMS says to programs, said to analysts.
_WORDS: Final[Mapping[str, str]] = {
    "no-access-key": "Your access key opens nothing: it is not whole, or was revoked. Ask for another.",
    "wrong-door": (
        "Your access key does not open this: leads lift and export, auditors read the audit log, "
        "analysts and leads do the rest."
    ),
    "not-found": "There is nothing under this id, or it is not yours to change.",
    "out-of-shape": "The intake does not take what was sent.",
    "superseded": "A newer assessment is there. Show the item, and correct the newest.",
}
_LIFTED_BY_A_LEAD: Final = frozenset({"day-full", "break-due"})


class NotDone(Exception):  # noqa: N818 - it names what happened, as the other errors of the house do
    """What was asked for could not be done; the message says it in a sentence for a person."""


def ask(
    shape: type[Shape], method: str, path: str, body: BaseModel | None = None, query: Query | None = None
) -> Shape:
    """Ask the API, and read its answer as this shape; raises NotDone, NotReady."""
    try:
        return shape.model_validate_json(request(method, path, body, query).content)
    except ValidationError:
        raise NotDone(STRANGER) from None


def request(
    method: str, path: str, body: BaseModel | None = None, query: Query | None = None
) -> httpx.Response:
    """Give the API's answer, which is a success; raises NotDone, NotReady."""
    settings = read_settings(QueueSettings)
    token = _token(settings)
    content = None if body is None else body.model_dump(mode="json", exclude_none=True)
    try:
        with _client(settings, token) as client:
            answer = client.request(method, path, json=content, params=query)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise NotDone(
            f"The intake does not answer at {settings.intake_url}. Start it with `reportline intake serve`, "
            "or set REPORTLINE_INTAKE_URL."
        ) from None
    if not answer.is_success:
        raise NotDone(_problem(answer, token))
    return answer


def id_in_path(typed: str, length: int) -> str:
    """Give an id of so many characters as it may stand in a path; raises NotDone for what is none."""
    if not re.fullmatch(f"[0-9a-f]{{{length}}}", typed):
        raise NotDone(f"What is named here has {length} characters, 0-9 and a-f; copy it from the screen.")
    return typed


def _client(settings: QueueSettings, token: str) -> httpx.Client:
    # No proxy of the environment and no redirect: the token goes to the intake and nowhere else.
    return httpx.Client(
        base_url=settings.intake_url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
    )


def _token(settings: QueueSettings) -> str:
    if settings.analyst_token is not None:
        token = settings.analyst_token.get_secret_value().strip()
    else:
        token = _token_in(settings.token_file)
    if not token.isascii() or not token.isprintable():
        raise NotDone("Your access key is damaged. Ask the operator for a new one.")
    return token


def _token_in(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        raise NotDone(
            f"You need an access key: in {file}, which you can read, or in REPORTLINE_ANALYST_TOKEN."
        ) from None


def _problem(answer: httpx.Response, token: str) -> str:
    try:
        problem = ProblemDocument.model_validate_json(answer.content)
    except ValidationError:
        return f"The intake does not work as it should (it answers {answer.status_code})."
    name = problem.type.rpartition(":")[2]
    said = _WORDS.get(name, f"{problem.title}. {problem.detail}")
    key = re.match("reportline-([0-9a-f]{12})-", token)
    if name in _LIFTED_BY_A_LEAD and key is not None:
        said += f" The id of your key, for the lead: {key[1]}."
    if problem.errors:
        said += f" Faults: {'; '.join(_fault(fault.where, fault.fault) for fault in problem.errors)}."
    return said + (f" Incident {problem.incident}." if problem.incident else "")


def _fault(where: list[str | int], fault: str) -> str:
    return f"{'.'.join(str(step) for step in where)}: {fault}"
