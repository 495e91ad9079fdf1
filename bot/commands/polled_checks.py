"""Checks the bot that is polled for `reportline doctor`: asks Telegram, and the bot itself."""

from functools import partial
from typing import Any, Final

import httpx

from bot.settings import BotSettings, telegram_token
from reportline.checks import Check, look_at
from reportline.readiness import NotReady

SECONDS_TO_ANSWER: Final = 10
_NO_TOKEN: Final = "no bot is polled: there is no token"  # noqa: S105 - a sentence


def check_telegram(settings: BotSettings) -> Check:
    """Ask Telegram whether it takes the token of the bot that is polled, and has no webhook for it."""
    return look_at("Telegram", partial(_look_at_telegram, settings))


def check_running(settings: BotSettings, health_port: int | None) -> Check:
    """Ask the polled bot how it is, at the port of this machine where it tells that."""
    return look_at("running bot", partial(_look_at_running, settings, health_port))


def _look_at_telegram(settings: BotSettings) -> str:
    if not settings.has_telegram_token:
        return _NO_TOKEN
    if _told(settings, "getMe").get("has_topics_enabled") is True:
        raise NotReady(
            "The bot has topics in private chats, where answers get lost. Turn them off at BotFather."
        )
    if _told(settings, "getWebhookInfo").get("url"):
        raise NotReady(
            "A webhook is set for this bot, so polling brings it nothing. A bot that runs deletes it within "
            "a minute. If it comes again, somebody else has the token: renew it at BotFather."
        )
    return "takes the token, and has no webhook for this bot"


def _told(settings: BotSettings, method: str) -> dict[str, Any]:
    """Give what Telegram answers; without its own words, a status is no word about the token."""
    url = f"{settings.telegram_api_url}/bot{telegram_token(settings)}/{method}"
    try:
        answer = httpx.get(url, timeout=SECONDS_TO_ANSWER)
    except httpx.HTTPError:
        raise NotReady("Telegram does not answer. See the network.") from None
    match _json(answer):
        case {"ok": True, "result": {} as result}:
            return {**result}
        case {"ok": False, "error_code": 401 | 404 as status}:
            raise NotReady(
                f"Telegram refuses the token ({status}). Ask BotFather for a new one, and write it into the "
                "file that REPORTLINE_TELEGRAM_TOKEN_FILE names. If REPORTLINE_TELEGRAM_API_URL is set, see "
                "that first: a wrong one is answered alike."
            )
    raise NotReady(
        f"What answers ({answer.status_code}) does not speak as Telegram does. See the network, and "
        "REPORTLINE_TELEGRAM_API_URL."
    )


def _look_at_running(settings: BotSettings, health_port: int | None) -> str:
    if not settings.has_telegram_token:
        return _NO_TOKEN
    if health_port is None:
        return "not looked at; name the port of its health: `reportline doctor --health-port 8091`"
    place = f"127.0.0.1:{health_port}"
    try:
        answer = httpx.get(f"http://{place}/readyz", timeout=SECONDS_TO_ANSWER, trust_env=False)
    except httpx.HTTPError:
        raise NotReady(
            f"Nothing answers at {place}. Start the bot: `reportline bot poll --health-port {health_port}`. "
            "Its log says why it ended."
        ) from None
    parts = _json(answer)
    if not isinstance(parts, dict) or "telegram" not in parts:
        raise NotReady(f"What answers at {place} is no polled bot. Name the port of its health.")
    if wrong := ", ".join(f"{part}: {word}" for part, word in parts.items() if word != "ok"):
        raise NotReady(f"It runs, and is not well: {wrong}. docs/monitoring.md says what to do.")
    return "says that it is well"


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
