"""A chat gets one notice that the bot is away, and the notice is deleted later."""

import asyncio

import pytest

from bot.channels.telegram.outage_notices import MOST_CHATS, Notices


@pytest.fixture(name="overdue")
def _overdue() -> list[str]:
    return []


@pytest.fixture(name="notices")
async def _notices(overdue: list[str]) -> Notices:
    return Notices(lambda hint: f"Away ({hint}).", overdue.append, seconds=0.01)


async def test_a_chat_is_told_once(notices: Notices) -> None:
    [call] = notices.tell("7", "es")
    assert (call.method, call.is_notice) == ("sendMessage", True)
    assert call.parameters == {"chat_id": 7, "text": "Away (es).", "disable_notification": True}
    assert notices.tell("7", "es") == ()
    assert notices.chats == ("7",)


async def test_a_notice_is_deleted_once_its_number_is_known(notices: Notices) -> None:
    notices.tell("7", None)
    notices.stands("7", 42)
    notices.stands("8", 43)
    [call] = notices.take_back("7")
    assert (call.method, call.parameters) == ("deleteMessage", {"chat_id": 7, "message_id": 42})
    assert notices.take_back("7") == ()
    notices.tell("7", None)
    assert notices.take_back("7") == ()


async def test_a_notice_that_stood_its_time_is_to_be_taken_away(notices: Notices, overdue: list[str]) -> None:
    notices.tell("7", None)
    async with asyncio.timeout(10):
        while not overdue:
            await asyncio.sleep(0.001)
    assert overdue == ["7"]


async def test_beyond_a_number_of_chats_nobody_is_told(notices: Notices) -> None:
    for chat in range(MOST_CHATS):
        assert notices.tell(str(chat), None)
    assert notices.tell(str(MOST_CHATS), None) == ()
    for chat in range(MOST_CHATS):
        notices.take_back(str(chat))
