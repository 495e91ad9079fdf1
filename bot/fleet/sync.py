"""Compares a bot's settings at Telegram with what they should be; only differences are set.

A secret cannot be read back. It need not be: a webhook's path and its secret are made from the same key, so
a webhook with our path was set together with our secret.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bot.assembly import presented_in
from bot.channels.telegram.calls import Call, Presentation, presentation_calls
from bot.channels.telegram.updates import UPDATE_KINDS
from bot.fleet.bots_file import BotEntry
from bot.fleet.webhook_keys import WebhookKeys

MOST_WEBHOOK_CONNECTIONS = 40
_FIELDS = {
    "setMyCommands": "commands",
    "setMyDescription": "description",
    "setMyShortDescription": "short_description",
    "setMyName": "name",
}
# Telegram is slowest to take a name again, so names come last.
_ORDER = ("setWebhook", *_FIELDS)
SECONDS_LATELY = 300
_WEBHOOK_PARTS = ("url", "allowed_updates", "max_connections")


@dataclass(frozen=True, slots=True)
class Change:
    """A difference, such as `name for es`: as it is now and as `call` makes it, in words for an operator."""

    what: str
    now: str
    then: str
    call: Call = field(repr=False)


def settings_of(bot: BotEntry, keys: WebhookKeys, fleet_url: str, known: Collection[str]) -> tuple[Call, ...]:
    """Give the calls that would set everything of a bot; of the languages `known`, those it speaks."""
    webhook = Call(
        "setWebhook",
        {
            "url": f"{fleet_url}/telegram/{keys.path(bot.bot_id)}",
            "secret_token": keys.secret(bot.bot_id),
            "allowed_updates": [*UPDATE_KINDS],
            "max_connections": MOST_WEBHOOK_CONNECTIONS,
        },
    )
    unspoken = [Presentation(language, name="") for language in sorted({*known} - {*bot.languages[1:]})]
    calls = presentation_calls([*presented_in(bot.languages), *unspoken])
    return (webhook, *sorted(calls, key=lambda call: _ORDER.index(call.method)))


def question(setting: Call) -> Call:
    """Give the call that asks how things are now, for one that sets them."""
    if setting.method == "setWebhook":
        return Call("getWebhookInfo")
    asked = {
        name: setting.parameters[name] for name in ("scope", "language_code") if name in setting.parameters
    }
    return Call(setting.method.replace("set", "get", 1), asked)


def changes(settings: Sequence[Call], answers: Iterable[Any]) -> tuple[Change, ...]:
    """Compare settings with the answers to their questions, in the same order."""
    told = [_value(setting, answer) for setting, answer in zip(settings, answers, strict=True)]
    usual = {
        setting.method: now
        for setting, now in zip(settings, told, strict=True)
        if "language_code" not in setting.parameters
    }
    return tuple(
        _change(setting, now)
        for setting, now in zip(settings, told, strict=True)
        if not _is_as_wanted(setting, now, usual[setting.method])
    )


def undelivered(answers: Iterable[Any], now: float) -> str:
    """Give Telegram's reason for updates that it could not deliver; "" if nothing failed lately."""
    for answer in answers:
        if not isinstance(answer, Mapping) or not answer.get("pending_update_count"):
            continue
        if now - answer.get("last_error_date", 0) < SECONDS_LATELY:
            waiting, fault = answer["pending_update_count"], answer.get("last_error_message", "no reason")
            return f"Telegram cannot bring {waiting} updates, and says: {fault}."
    return ""


def _value(setting: Call, answer: Any) -> Any:
    """Give the value that an answer, or a setting, names."""
    if setting.method == "setWebhook":
        kinds = frozenset(answer.get("allowed_updates", ()))
        return {**{part: answer.get(part) for part in _WEBHOOK_PARTS}, "allowed_updates": kinds}
    found = answer[_FIELDS[setting.method]] if isinstance(answer, Mapping) else answer
    if setting.method == "setMyCommands":
        return tuple((command["command"], command["description"]) for command in found)
    return found


def _is_as_wanted(setting: Call, now: Any, usual: Any) -> bool:
    wanted = _value(setting, setting.parameters)
    # Where nothing is set for a language, Telegram may tell what it shows instead: that for all others.
    return bool(now == wanted or (not wanted and now == usual))


def _change(setting: Call, now: Any) -> Change:
    wanted = _value(setting, setting.parameters)
    if setting.method == "setWebhook":
        is_ours = now["url"] == wanted["url"]
        seen = _webhook_words(now, "/telegram/..." if is_ours else "/... (another path)")
        return Change("webhook", seen, _webhook_words(wanted, "/telegram/..."), setting)
    language = setting.parameters.get("language_code", "all others")
    what = f"{_FIELDS[setting.method].replace('_', ' ')} for {language}"
    return Change(what, _words(now), _words(wanted), _taking_away(setting))


def _taking_away(setting: Call) -> Call:
    if setting.method == "setMyCommands" and not setting.parameters["commands"]:
        return Call("deleteMyCommands", question(setting).parameters)
    return setting


def _words(value: str | tuple[tuple[str, str], ...]) -> str:
    return value if isinstance(value, str) else "\n".join(f"/{name}: {words}" for name, words in value)


def _webhook_words(value: Mapping[str, Any], path: str) -> str:
    """Describe a webhook without its path, which is a secret."""
    if not value["url"]:
        return ""
    parts = urlsplit(value["url"])
    kinds = ", ".join(sorted(value["allowed_updates"])) or "all usual kinds"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{path}\n{kinds}\n{value['max_connections']} connections"
