"""The command that records a decision: each field has an option, and none has a default."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from reportline_queue.claim_argument import ClaimArgument, claim_path
from reportline_queue.errors import NotDone
from reportline_queue.intake.answers import ASSESSMENT_LENGTH, AssessmentGiven
from reportline_queue.intake.api import ask, id_in_path
from reportline_queue.printing import put
from reportline_queue.vocabulary.rules import contradiction
from reportline_queue.vocabulary.words import choice

Decision = Mapping[str, Any]

Outcome = Annotated[str, choice("outcome")]
Severity = Annotated[str | None, choice("severity")]
YoungestChild = Annotated[str | None, choice("youngest_child")]
Gender = Annotated[str | None, choice("gender")]
SiteType = Annotated[str | None, choice("site_type")]
HostingCountry = Annotated[str | None, choice("hosting_country")]
Commerciality = Annotated[str | None, choice("commerciality")]
PaymentMethod = Annotated[str | None, choice("payment_method")]
NonPhotographic = Annotated[
    bool | None,
    typer.Option(
        "--non-photographic/--photographic",
        help="Whether the pictures are drawings or the like, and none looks like a photograph.",
    ),
]
Flags = Annotated[list[str] | None, choice("flags", "--flag")]
Action = Annotated[str | None, choice("action")]
ActionReason = Annotated[str | None, choice("action_reason")]
Note = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="What else a colleague should know. Your shell may keep it in its history: no address in it.",
    ),
]

Corrects = Annotated[
    str | None,
    typer.Option(
        metavar="ASSESSMENT", help="The assessment in whose place it stands, as `queue item` shows it."
    ),
]


def assess(  # noqa: PLR0913 - each is an option of the command
    claim: ClaimArgument = None,
    *,
    outcome: Outcome,
    severity: Severity = None,
    youngest_child: YoungestChild = None,
    gender: Gender = None,
    site_type: SiteType = None,
    hosting_country: HostingCountry = None,
    commerciality: Commerciality = None,
    payment_method: PaymentMethod = None,
    non_photographic: NonPhotographic = None,
    flags: Flags = None,
    action: Action = None,
    action_reason: ActionReason = None,
    note: Note = None,
    corrects: Corrects = None,
) -> None:
    """Record a decision: about a claimed item, or in the place of an assessment; nothing is taken over."""
    decided = _decision(
        outcome=outcome,
        severity=severity,
        youngest_child=youngest_child,
        gender=gender,
        site_type=site_type,
        hosting_country=hosting_country,
        commerciality=commerciality,
        payment_method=payment_method,
        non_photographic=non_photographic,
        flags=flags,
        action=action,
        action_reason=action_reason,
        note=note,
    )
    if corrects is None:
        _record(claim, decided)
    elif claim is None:
        _correct(corrects, decided)
    else:
        raise NotDone("Name a claim, or an assessment to correct, not both.")


def _record(claim: str | None, decided: Decision) -> None:
    path = claim_path(claim)
    given = ask(AssessmentGiven, "POST", f"{path}/assessment", decided)
    put(f"Recorded: {decided['outcome']}, for claim {path[-16:]}. Thank you.", _how_to_correct(given))


def _correct(assessment: str, decided: Decision) -> None:
    path = f"/v1/assessments/{id_in_path(assessment, ASSESSMENT_LENGTH)}/correction"
    given = ask(AssessmentGiven, "POST", path, decided)
    put(
        f"Corrected: {decided['outcome']}. The earlier assessment stays in the history.",
        _how_to_correct(given),
    )


def _how_to_correct(given: AssessmentGiven) -> str:
    return f"To change it: reportline queue assess --corrects {given.assessment_id} --outcome …"


def _decision(flags: list[str] | None, note: str | None, **said: str | bool | None) -> Decision:
    """Build a decision from the options; raises NotDone if they contradict one another."""
    decided = {"flags": flags or [], "note": note or None, **said}
    if fault := contradiction(decided):
        raise NotDone(f"This does not go together: {fault}.")
    return decided
