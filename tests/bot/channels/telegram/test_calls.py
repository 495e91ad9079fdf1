"""Answers of the host become calls."""

from bot.channels.telegram.calls import (
    Call,
    Presentation,
    calls_for,
    calls_to_leave,
    presentation_calls,
    sent_anew,
)
from bot.channels.telegram.updates import Leave
from bot.exchange import Answer, Card, CardButton

CARD = Card(
    "Hola\n\nenvía el enlace",
    ((CardButton("Enviar", "1a2b3c4d.1.send"),), (CardButton("No", "1a2b3c4d.1.no"),)),
)
KEYBOARD = [
    [{"text": "Enviar", "callback_data": "1a2b3c4d.1.send"}],
    [{"text": "No", "callback_data": "1a2b3c4d.1.no"}],
]


def test_first_card() -> None:
    """A first card is sent silently, without preview, as plain text."""
    (call,) = calls_for(Answer(CARD), "7")
    assert call == Call(
        "sendMessage",
        {
            "chat_id": 7,
            "text": "Hola\n\nenvía el enlace",
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {"inline_keyboard": KEYBOARD},
            "disable_notification": True,
        },
    )


def test_live_card() -> None:
    """A live card is edited."""
    (call,) = calls_for(Answer(CARD, live=12), "7")
    assert call.method == "editMessageText"
    assert call.parameters["message_id"] == 12
    assert call.parameters["link_preview_options"] == {"is_disabled": True}


def test_sent_anew() -> None:
    """A card that cannot be edited is sent as a first card is."""
    (edit,) = calls_for(Answer(CARD, live=12), "7")
    assert (sent_anew(edit),) == calls_for(Answer(CARD), "7")


def test_no_buttons() -> None:
    """A card without buttons takes the old ones away."""
    (call,) = calls_for(Answer(Card("Adiós"), live=12), "7")
    assert "reply_markup" not in call.parameters


def test_order() -> None:
    """The card comes before the deletions."""
    methods = [call.method for call in calls_for(Answer(CARD, erase=(41,)), "7")]
    assert methods == ["sendMessage", "deleteMessage"]


def test_many_deletions() -> None:
    """Many messages are deleted a hundred at a time."""
    _, *deletions = calls_for(Answer(CARD, erase=tuple(range(1, 251))), "7")
    assert [len(call.parameters["message_ids"]) for call in deletions] == [100, 100, 50]


def test_right_to_left() -> None:
    """Each paragraph of a right-to-left card runs from right to left."""
    (call,) = calls_for(Answer(Card("IWF انظر\n\nhxxps", right_to_left=True)), "7")
    assert call.parameters["text"] == "\u200fIWF انظر\n\n\u200fhxxps"


def test_right_to_left_buttons() -> None:
    """In a row of a right-to-left card the first button stands on the right, where reading begins."""
    rows = (
        (CardButton("رجوع", "t.1.back"), CardButton("التالي", "t.1.next")),
        (CardButton("إرسال", "t.1.send"),),
    )
    for right_to_left, order in ((True, ["next", "back"]), (False, ["back", "next"])):
        (call,) = calls_for(Answer(Card("نص", rows, right_to_left=right_to_left)), "7")
        first, second = call.parameters["reply_markup"]["inline_keyboard"]
        assert [button["callback_data"].removeprefix("t.1.") for button in first] == order
        assert len(second) == 1


def test_group() -> None:
    """A group hears it and is left."""
    say, leave = calls_to_leave(Leave("-5", "es"), "Solo en privado.")
    assert say.parameters == {"chat_id": -5, "text": "Solo en privado."}
    assert leave == Call("leaveChat", {"chat_id": -5})


def test_presentation() -> None:
    """The bot is presented in each language, to private chats."""
    everyone = Presentation(None, (("start", "Begin"),), "What we do", "Report")
    spanish = Presentation("es", (("start", "Empezar"),), "Qué hacemos", "Informes")
    calls = presentation_calls([everyone, spanish])
    assert [call.method for call in calls] == [
        "setMyCommands",
        "setMyDescription",
        "setMyShortDescription",
    ] * 2
    assert calls[0].parameters == {
        "commands": [{"command": "start", "description": "Begin"}],
        "scope": {"type": "all_private_chats"},
    }
    assert [call.parameters.get("language_code") for call in calls] == [None] * 3 + ["es"] * 3


def test_printed_call() -> None:
    """A call that is printed tells its method alone."""
    assert repr(calls_for(Answer(CARD), "7")[0]) == "Call(method='sendMessage')"
