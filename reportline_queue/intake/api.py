"""Sends requests to the intake: each failure is a sentence, and the access key is sent nowhere else."""

import os
import re
import ssl
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from reportline_queue.errors import NotDone, Refused, WronglyCalled
from reportline_queue.intake.answers import Fault, Problem
from reportline_queue.intake.reading import read
from reportline_queue.intake.settings import Settings, read_settings

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS: Final = 30
_OPEN_TO_OTHERS: Final = 0o077
# An access key takes less than a tenth of it.
_LONGEST_FILE: Final = 1 << 10
STRANGER: Final = "What answers there is not this version of the intake."
Shape = TypeVar("Shape")
Body = Mapping[str, Any]
Query = Mapping[str, str | int]

# The contract's problems, said to analysts.
_WORDS: Final[Mapping[str, str]] = {
    "no-access-key": "Your access key opens nothing: it is not whole, or was revoked. Ask for another.",
    "wrong-door": (
        "Your access key does not open this: leads lift and export, see and free claims, auditors read the "
        "audit log, analysts and leads do the rest."
    ),
    "not-found": "There is nothing under this id, or it is not yours to change.",
    "out-of-shape": "The intake does not take what was sent.",
    "superseded": "A newer assessment is there. Show the item, and correct the newest.",
}
LIFTED_BY_A_LEAD: Final = frozenset({"day-full", "break-due"})


def ask(
    shape: type[Shape], method: str, path: str, body: Body | None = None, query: Query | None = None
) -> Shape:
    """Ask the intake, and read its answer as this shape; raises NotDone."""
    answer = request(method, path, body, query)
    try:
        return read(shape, answer.content)
    except ValueError:
        raise NotDone(STRANGER) from None


def request(method: str, path: str, body: Body | None = None, query: Query | None = None) -> "httpx.Response":
    """Give the intake's answer, which is a success; raises NotDone. Values that are None are not sent."""
    settings = read_settings()
    token = _token(settings)
    content = None if body is None else {name: said for name, said in body.items() if said is not None}
    answer = _answer(settings.intake_url, token, method, path, {"json": content, "params": query})
    if not answer.is_success:
        raise _refused(answer, token)
    return answer


def _answer(url: str, token: str, method: str, path: str, said: Mapping[str, Any]) -> "httpx.Response":
    import httpx  # noqa: PLC0415 - help and the vocabulary do without

    # No proxy of the environment and no redirect: the token goes to the intake and nowhere else.
    key = {"Authorization": f"Bearer {token}"}
    try:
        with httpx.Client(
            base_url=url, headers=key, timeout=TIMEOUT_SECONDS, trust_env=False, verify=_verify(url)
        ) as client:
            return client.request(method, path, **said)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise NotDone(
            f"The intake does not answer at {url}. Start it with `reportline intake serve`, "
            "or set REPORTLINE_INTAKE_URL."
        ) from None


def id_in_path(typed: str, length: int) -> str:
    """Give an id of so many characters for a URL's path; raises NotDone if the text is no id."""
    meant = typed.strip().lower()
    if not re.fullmatch(f"[0-9a-f]{{{length}}}", meant):
        raise NotDone(f"What is named here has {length} characters, 0-9 and a-f; copy it from the screen.")
    return meant


def _token(settings: Settings) -> str:
    token = _token_in(settings.token_file) if settings.token is None else settings.token.strip()
    if not token or not token.isascii() or not token.isprintable():
        raise NotDone("Your access key is damaged. Ask the operator for a new one.")
    return token


def _token_in(file: Path) -> str:
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):
            raise NotDone(_no_key(file, "is a folder, a device or a pipe"))
        with file.open(encoding="ascii", errors="replace") as opened:
            written = opened.read(_LONGEST_FILE).strip()
    except FileNotFoundError:
        raise NotDone(_no_key(file, "is missing")) from None
    except OSError as fault:
        raise NotDone(_no_key(file, f"cannot be read: {fault.strerror}")) from None
    # On Windows a file's mode does not tell who may read it.
    if os.name != "nt" and mode & _OPEN_TO_OTHERS:
        raise NotDone(f"{file} is open to others on this machine. Close it: `chmod 600 {file}`.")
    return written


def _no_key(file: Path, fault: str) -> str:
    return (
        f"You need an access key, and {file} {fault}. "
        "Write the key into a file of yours that REPORTLINE_ANALYST_TOKEN_FILE names."
    )


def _verify(url: str) -> ssl.SSLContext | bool:
    """Have httpx load the certificates that it trusts only where they are needed, since that is slow."""
    return url.startswith("https:") or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _refused(answer: "httpx.Response", token: str) -> NotDone:
    try:
        problem = read(Problem, answer.content)
    except ValueError:
        return NotDone(f"The intake does not work as it should (it answers {answer.status_code}).")
    name = problem.type.rpartition(":")[2]
    if any("after" in fault.where for fault in problem.errors or ()):
        return WronglyCalled("--after takes where the page before ended: copy it from the screen.")
    said = _WORDS.get(name, f"{problem.title}. {problem.detail}")
    key = re.match("reportline-([0-9a-f]{12})-", token)
    if name in LIFTED_BY_A_LEAD and key is not None:
        said += f" The id of your key, for the lead: {key[1]}."
    if problem.errors:
        said += f" Faults: {'; '.join(_fault(fault) for fault in problem.errors)}."
    said += f" Incident {problem.incident}." if problem.incident else ""
    return Refused(name, said)


def _fault(fault: Fault) -> str:
    return f"{'.'.join(str(step) for step in fault.where)}: {fault.fault}"
