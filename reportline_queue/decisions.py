"""The command that records a decision: each field has an option, and none has a default."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from reportline_queue.claim_argument import ClaimsArgument, Named, claims_named, for_each
from reportline_queue.errors import NotDone, Refused, WronglyCalled
from reportline_queue.intake.answers import ASSESSMENT_LENGTH, AssessmentGiven, LastAssessment
from reportline_queue.intake.api import ask, id_in_path
from reportline_queue.printing import put
from reportline_queue.text import shown_address
from reportline_queue.vocabulary.rules import MAXIMUM_NOTE, contradiction
from reportline_queue.vocabulary.words import choice

Decision = Mapping[str, Any]
LAST: Final = "last"

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
        metavar="ASSESSMENT",
        help="The assessment in whose place it stands, as `queue item` shows it, or last: your last one.",
    ),
]


def assess(  # noqa: PLR0913 - each is an option of the command
    claims: ClaimsArgument = None,
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
    """Record a decision: about claimed items that you were shown, or in the place of an assessment."""
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
        named = claims_named(claims)
        _require_shown(named)
        for_each(named, lambda claim: record(claim, decided))
    elif not claims:
        put(_correct(corrects, decided))
    else:
        raise NotDone("Name a claim, or an assessment to correct, not both.")
    put("To change it: reportline queue assess --corrects last --outcome …")


def record(claim: Named, decided: Decision) -> str:
    """Record a decision about a claim, and say about which host; raises NotDone."""
    given = ask(AssessmentGiven, "POST", f"{claim.path}/assessment", decided)
    return f"Recorded: {decided['outcome']}, for {claim.name}{_host(given)}."


def _require_shown(named: Sequence[Named]) -> None:
    """Raise NotDone where an analyst would decide about what they did not see."""
    for claim in named:
        if claim.held is not None and not claim.held.shown:
            raise NotDone(
                f"You were not shown {claim.name}, so nothing was recorded. "
                f"`reportline queue show {claim.held.number}` shows it; `release` puts it back."
            )


def _correct(assessment: str, decided: Decision) -> str:
    assessment_id = _last() if assessment == LAST else id_in_path(assessment, ASSESSMENT_LENGTH)
    path = f"/v1/assessments/{assessment_id}/correction"
    given = ask(AssessmentGiven, "POST", path, decided)
    return f"Corrected: {decided['outcome']}{_host(given)}. The earlier assessment stays in the history."


def _last() -> str:
    try:
        return ask(LastAssessment, "GET", "/v1/assessments/last").assessment_id
    except Refused as refusal:
        if refusal.name == "not-found":
            raise NotDone("You have recorded no assessment yet.") from None
        raise


def _host(given: AssessmentGiven) -> str:
    return "" if given.host is None else f", {shown_address(given.host, plain=False)}"


def _decision(flags: list[str] | None, note: str | None, **said: str | bool | None) -> Decision:
    """Build a decision from the options; raises NotDone if they cannot be recorded."""
    if note and len(note) > MAXIMUM_NOTE:
        raise WronglyCalled(f"A note has at most {MAXIMUM_NOTE} characters.")
    decided = {"flags": flags or [], "note": note or None, **said}
    if fault := contradiction(decided):
        raise NotDone(f"This does not go together: {fault}.")
    return decided
