"""A command does what it says, and the words behind it are not lost."""

from conversations.events import Command, Commanded, StatusLearned
from conversations.talk import AskStatus
from tests.talking import begun, fresh


def test_a_cry_behind_a_command_is_heard() -> None:
    replay = begun()
    replay.step(Commanded(Command.HELP, "my uncle hurts me"))
    assert replay.state.step == "hurt"
    assert "heard_wrong" in replay.choices()


def test_other_words_behind_a_command_leave_it_a_command() -> None:
    replay = begun()
    replay.step(Commanded(Command.HELP, "please"))
    assert replay.state.step == "help"


def test_a_receipt_behind_status_is_asked_about() -> None:
    replay = begun()
    receipt = fresh(7).receipt
    assert replay.step(Commanded(Command.STATUS, receipt)).effects == (AskStatus(receipt),)
    replay.step(StatusLearned("received"))
    assert replay.state.step == "status"
