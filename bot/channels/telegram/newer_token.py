"""Reads a bot's token again; takes no other bot's in mid-run, since the open talks belong to the bot's id."""

from collections.abc import Callable

from reportline.logs import log_event
from reportline.readiness import NotReady


def newer_token(token: str, read: Callable[[], str]) -> str | None:
    """Give the token that `read` finds now if it is a new one of the same bot; tells what cannot be used."""
    try:
        found = read()
    except NotReady:
        log_event("telegram_token_unusable", reason="unreadable")
        return None
    if found.partition(":")[0] != token.partition(":")[0]:
        log_event("telegram_token_unusable", reason="other_bot")
        return None
    if found == token:
        return None
    log_event("telegram_token_renewed")
    return found
