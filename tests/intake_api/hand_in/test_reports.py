"""No answer is lost on its way from the talk into the report, into the intake, and to an analyst."""

from collections.abc import Iterator

import pytest

from conversations.events import Received, Said
from conversations.flow import FLOW
from conversations.flow.steps import Choice, Step, Takes
from conversations.turns.submission import report_of
from conversations.wire.report import Report
from intake_api.hand_in.reports import content_of
from intake_api.store.models import StoredReport
from tests.intake_api.running_api import NOON, RunningApi
from tests.talking import Replay, new_state

HOME_PAGE = "https://forum.example/"
CIRCUMSTANCES = "circumstances"


def _choices(step: Step) -> Iterator[Choice]:
    return (choice for row in step.rows for choice in row)


def _kept() -> dict[str, set[str]]:
    """Give every field that the table keeps and that has one value, with those that its buttons give it."""
    fields: dict[str, set[str]] = {step.keeps: set() for step in FLOW.values() if step.keeps}
    for step in FLOW.values():
        for choice in _choices(step):
            if choice.keeps and choice.keeps[0] != CIRCUMSTANCES:
                field, value = choice.keeps
                fields.setdefault(field, set()).add(value)
    return fields


def _answer(replay: Replay) -> None:
    """Answer the question of this step, by the choice that asks more where there is one."""
    step = FLOW[replay.state.step]
    if step.keeps:
        link = step.takes is Takes.PAGE
        replay.step(Said(f"https://other.example/{step.keeps}" if link else f"words for {step.keeps}"))
        return
    passed_over = next((choice.to for choice in _choices(step) if choice.name == "skip"), None)
    answers = [choice for choice in _choices(step) if choice.keeps and choice.keeps[0] != CIRCUMSTANCES]
    asks_more = [choice for choice in answers if choice.to != passed_over]
    replay.tap((asks_more or answers)[0].name)


def _every_question_answered() -> Replay:
    """Hold a talk from the first card to the last; a new question of the table is answered as well."""
    replay = Replay(new_state())
    replay.tap("no_link")
    _answer(replay)
    replay.step(Said(HOME_PAGE))
    _answer(replay)
    replay.tap("send")
    replay.step(Received())
    replay.tap("details")
    while replay.state.step != "end":
        _answer(replay)
    return replay


def test_every_circumstance_of_a_button_is_one_that_the_report_takes() -> None:
    choices = [choice for step in FLOW.values() for choice in _choices(step) if choice.keeps]
    told = tuple(
        {value for field, value in (choice.keeps or ("", "") for choice in choices) if field == CIRCUMSTANCES}
    )
    report = report_of(_every_question_answered().state, NOON).model_dump()
    assert told
    assert Report.model_validate(report | {CIRCUMSTANCES: told}).circumstances == told


def _said(report: Report) -> dict[str, object]:
    """Give what a report says, with what it says of its only address."""
    fields: dict[str, object] = report.model_dump(mode="json")
    return fields | report.addresses[0].model_dump(mode="json")


def test_the_talk_answers_every_question() -> None:
    """What the talk below does not answer would be tied to nothing."""
    draft = _every_question_answered().state.draft
    assert {*dict(draft.answers), "whole_site"} == _kept().keys()
    assert dict(draft.sites) == {HOME_PAGE: True}


async def test_every_answer_is_in_the_report_in_the_store_and_before_the_analyst(api: RunningApi) -> None:
    state = _every_question_answered().state
    answers = {**dict(state.draft.answers), "whole_site": True}
    report = report_of(state, NOON)
    await api.take_in(report)
    async with api.intake.database.reading() as session:
        stored = await session.get(StoredReport, report.draft_id)
        assert stored is not None
        content = content_of(api.intake.vault, stored)
    [claim] = await api.claim()
    [shown] = (await api.show(claim["claim_id"]))["details"]
    address = content.addresses[0].model_dump(mode="json")
    for place, found in (
        ("the report", _said(report)),
        ("the stored content", content.model_dump(mode="json") | address),
        ("what the analyst is shown", shown),
    ):
        assert {field: found.get(field) for field in answers} == answers, f"an answer is not in {place}"


@pytest.mark.parametrize("field", sorted(_kept().keys() - {"whole_site"}))
def test_every_value_of_a_button_is_one_that_the_report_takes(field: str) -> None:
    report = report_of(_every_question_answered().state, NOON).model_dump()
    for value in _kept()[field]:
        assert _said(Report.model_validate(report | {field: value}))[field] == value
