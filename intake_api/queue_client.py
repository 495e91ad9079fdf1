"""The analysts' terminal client: it speaks HTTP to the API, and no address opens by accident."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import httpx
import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console

from intake_api import queue_tables
from intake_api.contract import (
    MAXIMUM_CLAIMS,
    AssessmentGiven,
    ClaimsGiven,
    ClaimShown,
    ClaimsWanted,
    Counts,
)
from intake_api.decision import Decision
from intake_api.errors import ProblemDocument
from intake_api.keys import NotReady
from intake_api.settings import QueueSettings, read_settings
from intake_api.vocabulary import ListName, about, terms

TIMEOUT_SECONDS = 30
Result = TypeVar("Result")
Answer = TypeVar("Answer", bound=BaseModel)

queue = typer.Typer(no_args_is_help=True, help="Work on the queue, as an analyst.")
ClaimArgument = Annotated[str, typer.Argument(help="the claim, as `queue next` shows it")]


def _choice(name: ListName, *flags: str) -> Any:
    def known(value: str) -> str:
        if value not in terms(name):
            raise typer.BadParameter(f"choose from {', '.join(terms(name))}")
        return value

    return typer.Option(*flags, parser=known, metavar="|".join(terms(name)), help=about(name))


class NotDone(Exception):  # noqa: N818 - it names what happened, as the other errors of the house do
    """What was asked for could not be done; the message says it in a sentence for a person."""


@queue.command(name="next")
def take_next(
    count: Annotated[int, typer.Option(min=1, max=MAXIMUM_CLAIMS, help="how many items to take on")] = 1,
) -> None:
    """Claim the most overdue items."""
    wanted = ClaimsWanted(count=count)
    given = _done(lambda: _ask(ClaimsGiven, "POST", "/v1/queue/claims", wanted))
    _print(queue_tables.claims(given.claims) if given.claims else "Nothing waits in the queue.")


@queue.command()
def show(
    claim: ClaimArgument,
    *,
    plain_addresses: Annotated[
        bool, typer.Option("--plain-addresses", help="show addresses as they are, to be opened")
    ] = False,
) -> None:
    """Show a claimed item: its address, and what its reports say."""
    shown = _done(lambda: _ask(ClaimShown, "GET", f"/v1/queue/claims/{_path(claim)}"))
    for part in queue_tables.item(shown, plain_addresses=plain_addresses):
        _print(part)


@queue.command()
def assess(  # noqa: PLR0913 - each is an option of the command
    claim: ClaimArgument,
    *,
    outcome: Annotated[str, _choice("outcome")],
    severity: Annotated[str | None, _choice("severity")] = None,
    youngest_child: Annotated[str | None, _choice("youngest_child")] = None,
    action: Annotated[str | None, _choice("action")] = None,
    note: Annotated[str | None, typer.Option(help="what else a colleague should know")] = None,
) -> None:
    """Record a decision about a claimed item."""
    decision = _done(
        lambda: _decision(
            outcome=outcome, severity=severity, youngest_child=youngest_child, action=action, note=note
        )
    )
    path = f"/v1/queue/claims/{_done(lambda: _path(claim))}/assessment"
    _done(lambda: _ask(AssessmentGiven, "POST", path, decision))
    _print("Recorded. Thank you.")


@queue.command()
def release(claim: ClaimArgument) -> None:
    """Put a claimed item back into the queue."""
    _done(lambda: _request("DELETE", f"/v1/queue/claims/{_path(claim)}"))
    _print("It is back in the queue.")


@queue.command()
def stats() -> None:
    """Show how many items wait, and where reports come from."""
    for part in queue_tables.counts(_done(lambda: _ask(Counts, "GET", "/v1/counts"))):
        _print(part)


def _decision(**decided: str | None) -> Decision:
    try:
        return Decision.model_validate(decided)
    except ValidationError as error:
        raise NotDone(f"This does not go together: {error.errors()[0]['msg']}.") from None


def _path(claim: str) -> str:
    if not (claim.isascii() and claim.isalnum()):
        raise NotDone("A claim is 16 characters, 0-9 and a-f. `queue next` shows yours.")
    return claim


def _ask(kind: type[Answer], method: str, path: str, body: BaseModel | None = None) -> Answer:
    answer = _request(method, path, body)
    try:
        return kind.model_validate_json(answer.content)
    except ValidationError:
        raise NotDone("What answers there is not this version of the intake.") from None


def _request(method: str, path: str, body: BaseModel | None = None) -> httpx.Response:
    settings = read_settings(QueueSettings)
    content = None if body is None else body.model_dump(mode="json", exclude_none=True)
    try:
        with _client(settings) as client:
            answer = client.request(method, path, json=content)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise NotDone(
            f"The intake does not answer at {settings.intake_url}. Start it with `reportline intake serve`, "
            "or set REPORTLINE_INTAKE_URL."
        ) from None
    if not answer.is_success:
        raise NotDone(_problem(answer))
    return answer


def _client(settings: QueueSettings) -> httpx.Client:
    # No proxy of the environment and no redirect: the token goes to the intake and nowhere else.
    return httpx.Client(
        base_url=settings.intake_url,
        headers={"Authorization": f"Bearer {_token(settings)}"},
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
    )


def _token(settings: QueueSettings) -> str:
    if settings.analyst_token is not None:
        token = settings.analyst_token.get_secret_value().strip()
    elif settings.token_file.is_file():
        token = settings.token_file.read_text(encoding="ascii", errors="replace").strip()
    else:
        raise NotDone(f"You need an access key: in {settings.token_file}, or in REPORTLINE_ANALYST_TOKEN.")
    if not token.isascii() or not token.isprintable():
        raise NotDone("Your access key is damaged. Ask the operator for a new one.")
    return token


def _problem(answer: httpx.Response) -> str:
    try:
        problem = ProblemDocument.model_validate_json(answer.content)
    except ValidationError:
        return f"The intake does not work as it should (it answers {answer.status_code})."
    incident = f" Incident {problem.incident}." if problem.incident else ""
    return f"{problem.title}. {problem.detail}{incident}"


def _done(work: Callable[[], Result]) -> Result:
    try:
        return work()
    except (NotDone, NotReady) as fault:
        typer.echo(queue_tables.clean(str(fault)), err=True)
        raise typer.Exit(1) from None


def _print(part: queue_tables.Shown) -> None:
    # Highlighting would colour, and some terminals would link, what looks like an address.
    Console(highlight=False).print(part, markup=False, soft_wrap=isinstance(part, str))
