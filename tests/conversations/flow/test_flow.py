"""The table of steps is complete: every step and every exit can be reached, and none is a dead end."""

from msgspec.structs import replace

from conversations.events import Command, Commanded
from conversations.flow import ASIDES, EVERYWHERE, FLOW
from conversations.flow.asides import EXITS as ASIDES_OF_NEED
from conversations.flow.cards import card
from conversations.flow.drawing import edges, everywhere
from conversations.flow.steps import BACK, Takes
from tests.cases import for_every
from tests.talking import LANGUAGES, PORTALS, Replay, new_state

STEPS = list(FLOW.values())
# Words lead there, and no tap.
HEARD_LEADS_TO = {"who"}
LASTING = sorted(FLOW.keys() - {"sending", "withdrawing"})
EXITS = {step.name for step in ASIDES_OF_NEED}


def _reached_from(start: str) -> set[str]:
    reached, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [to for _, to in edges(FLOW[name])]
    return reached


def test_every_step_is_reached_from_the_first() -> None:
    reached = _reached_from("first").union(*(_reached_from(to) for to in everywhere()))
    assert reached | {"paused", *HEARD_LEADS_TO} == set(FLOW)


def test_every_exit_is_reached_from_the_question_what_it_is() -> None:
    assert _reached_from("first") >= EXITS - {"danger"}
    assert "danger" in everywhere()


def test_every_step_leads_to_a_step_that_exists() -> None:
    for step in STEPS:
        assert {to for _, to in edges(step)} <= set(FLOW)


@for_every(name=FLOW)
def test_no_step_is_a_dead_end(name: str) -> None:
    leads_back = any(choice.to == BACK for row in FLOW[name].rows for choice in row)
    assert edges(FLOW[name]) or leads_back


@for_every(name=FLOW)
def test_an_aside_leads_back(name: str) -> None:
    if FLOW[name].aside:
        leads = [choice.to for row in FLOW[name].rows for choice in row]
        assert any(to == BACK or FLOW[to].aside for to in leads)


@for_every(name=FLOW)
def test_danger_language_and_forget_are_one_tap_away_at_every_step(name: str) -> None:
    say = card(replace(new_state(), step=name), PORTALS["international"])
    assert {"danger", "language", "forget"} <= {button.choice for row in say.buttons for button in row}


@for_every(name=FLOW)
def test_choices_of_a_card_have_different_names(name: str) -> None:
    names = [choice.name for row in (*FLOW[name].rows, *EVERYWHERE) for choice in row]
    assert len(names) == len(set(names))


@for_every(name=FLOW)
def test_a_step_that_takes_an_answer_keeps_it_and_goes_on(name: str) -> None:
    step = FLOW[name]
    assert bool(step.keeps and step.then) == (step.takes in {Takes.ANSWER, Takes.PAGE})


LEAVING = {step.name: "back" for step in ASIDES} | {
    "stopping": "go_on",
    "receipt": "hide",
    "country": "not_here",
}


@for_every(aside=LEAVING, name=LASTING)
def test_leaving_an_aside_returns_to_the_step_it_was_entered_from(aside: str, name: str) -> None:
    replay = Replay(replace(new_state(), step=aside, after=("first", name)))
    assert replay.tap(LEAVING[aside]).state.step == name
    assert replay.state.after == ("first",)


@for_every(name=LASTING, language=LANGUAGES)
def test_changing_the_language_returns_to_where_it_was_tapped(name: str, language: str) -> None:
    replay = Replay(replace(new_state(), step=name))
    replay.tap("language")
    if name != "language":
        assert replay.tap(f"speak_{language}").state.step == name


@for_every(command=list(Command), name=LASTING, revision=[0, 1])
def test_a_command_leads_only_where_the_picture_shows(command: Command, name: str, revision: int) -> None:
    draft = replace(new_state().draft, revision=revision, addresses=("https://forum.example/1",))
    replay = Replay(replace(new_state(), step=name, draft=draft))
    assert replay.step(Commanded(command)).state.step in everywhere()


def test_only_the_tap_on_send_leads_to_sending() -> None:
    leading = [(label, step.name) for step in STEPS for label, to in edges(step) if to == "sending"]
    assert {label for label, _ in leading} == {"send", "send_both", "link_only", "instead"}
