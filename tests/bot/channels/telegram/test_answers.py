"""Of an answer only what is needed is read, and whatever a library would read otherwise is left to it."""

import json
from typing import Any

import pytest

from bot.channels.telegram.answers import answer_in, as_json, result_in

SHOWN = {"message_id": 7, "chat": {"id": 5, "first_name": "Maria"}, "text": "x"}


def _result(told: Any, method: str) -> Any:
    answer = answer_in(json.dumps({"ok": True, "result": told}).encode())
    assert answer is not None
    return result_in(answer.result, method)


@pytest.mark.parametrize("method", ["sendMessage", "editMessageText"])
def test_of_a_card_only_its_number_is_read(method: str) -> None:
    assert _result(SHOWN, method) == {"message_id": 7}


@pytest.mark.parametrize("told", [True, None, [], "x", 7, {"message_id": "7"}])
@pytest.mark.parametrize("method", ["sendMessage", "getWebhookInfo"])
def test_any_other_result_is_given_as_it_is(told: Any, method: str) -> None:
    assert _result(told, method) == told


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"ok":true}',
        b'{"ok":false,"result":1}',
        b'{"ok":1,"result":1}',
        b'{"result":1}',
        rb'{"ok":true,"result":"\ud800"}',
    ],
)
def test_what_is_no_success_is_left_to_the_library(content: bytes) -> None:
    assert answer_in(content) is None


def test_what_is_written_can_be_read() -> None:
    for value in ({"text": "á\u200f", "rows": [[1]]}, {"text": "\ud800"}):
        assert json.loads(as_json(value)) == value
