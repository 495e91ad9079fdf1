"""The client's answers are those of the contract: same names, same required fields, same limits."""

import dataclasses
from dataclasses import MISSING

import pytest
from pydantic import BaseModel

from intake_api.analysts import decision
from intake_api.analysts import shapes as contract
from intake_api.http import errors
from intake_api.numbers import shapes
from reportline_queue.intake import answers, reading

PAIRS: list[tuple[type, type[BaseModel]]] = [
    (answers.Claim, contract.Claim),
    (answers.ClaimsGiven, contract.ClaimsGiven),
    (answers.ClaimProlonged, contract.ClaimProlonged),
    (answers.ClaimShown, contract.ClaimShown),
    (answers.ReportShown, contract.ReportShown),
    (answers.ReportsShown, contract.ReportsShown),
    (answers.Summary, contract.Summary),
    (answers.NamedTogether, contract.NamedTogether),
    (answers.HeldClaim, contract.HeldClaim),
    (answers.HeldClaims, contract.HeldClaims),
    (answers.DecisionShown, decision.DecisionShown),
    (answers.ItemFound, contract.ItemFound),
    (answers.ItemsFound, contract.ItemsFound),
    (answers.ItemShown, contract.ItemShown),
    (answers.Exposure, contract.ExposureShown),
    (answers.LastAssessment, contract.LastAssessment),
    (answers.AssessmentGiven, contract.AssessmentGiven),
    (answers.LiftGiven, contract.LiftGiven),
    (answers.AuditEntry, contract.AuditEntryShown),
    (answers.AuditEntries, contract.AuditEntries),
    (answers.AuditHead, contract.AuditHead),
    (answers.Cell, shapes.Cell),
    (answers.PortalCell, shapes.PortalCell),
    (answers.HourCell, shapes.HourCell),
    (answers.Counts, shapes.Counts),
    (answers.Fault, errors.Fault),
    (answers.Problem, errors.ProblemDocument),
]
# What the client does not show.
UNREAD = {"chain", "database", "keys"}


@pytest.mark.parametrize(("read", "given"), PAIRS, ids=lambda shape: shape.__name__)
def test_every_name_of_the_contract_is_read(read: type, given: type[BaseModel]) -> None:
    needed = {field.name: field.default is MISSING for field in dataclasses.fields(read)}
    assert needed == {
        name: field.is_required()
        for name, field in given.model_fields.items()
        if name in needed or name not in UNREAD
    }


def test_every_answer_is_held_against_the_contract() -> None:
    shapes_read = {
        shape
        for shape in vars(answers).values()
        if dataclasses.is_dataclass(shape)
        and shape not in {answers.ItemSummed, answers.Claimed, reading.Written}
    }
    assert shapes_read == {read for read, _ in PAIRS}


def test_the_limits_are_the_contracts() -> None:
    assert answers.MAXIMUM_CLAIMS == contract.MAXIMUM_CLAIMS
    assert answers.MAXIMUM_LIFT_MINUTES == contract.MAXIMUM_LIFT_MINUTES
    assert answers.SMALL == shapes.SMALL
