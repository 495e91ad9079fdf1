"""Tells whether the intake that answers is this bot's: it opens its seals, takes its key and its reports."""

from enum import StrEnum
from typing import Final

from bot.delivery.intake import ChannelAnswer, Refusal
from bot.settings import BotSettings
from conversations.wire.report import SHAPES
from conversations.wire.sealing import IntakePublicKey, fingerprint


class Match(StrEnum):
    """How this bot and the intake fit together, as the intake last said."""

    UNASKED = "unasked"
    OLDER_INTAKE = "older_intake"
    SAME = "same"
    NEWER_KEY = "newer_key"
    OTHER_KEY = "other_key"
    KEY_REFUSED = "key_refused"
    NO_CHANNEL = "no_channel"
    UNKNOWN_SHAPE = "unknown_shape"


# With these, the intake could not take or open a report of this bot.
MISMATCHES: Final = frozenset({Match.OTHER_KEY, Match.KEY_REFUSED, Match.NO_CHANNEL, Match.UNKNOWN_SHAPE})
_REFUSALS: Final = {
    Refusal.NO_ROUTE: Match.OLDER_INTAKE,
    Refusal.KEY_REFUSED: Match.KEY_REFUSED,
    Refusal.OTHER_ROLE: Match.NO_CHANNEL,
}


def match_of(answer: ChannelAnswer | Refusal, key: IntakePublicKey) -> Match:
    """Compare the intake's answer with the public key to which this bot seals, and its reports' shape."""
    if isinstance(answer, Refusal):
        return _REFUSALS[answer]
    own = fingerprint(key.raw)
    if own not in answer.seal_keys:
        return Match.OTHER_KEY
    if SHAPES[-1] not in answer.report_shapes:
        return Match.UNKNOWN_SHAPE
    return Match.SAME if own == answer.seal_keys[0] else Match.NEWER_KEY


def advice_on(match: Match, settings: BotSettings) -> str:
    """Say to an operator what is the case and what to do."""
    intake, key, token = settings.intake_url, settings.public_key_file, settings.channel_token_file
    return {
        Match.UNASKED: f"The intake at {intake} could not be asked. Reports wait here until it answers.",
        Match.OLDER_INTAKE: (
            f"The intake at {intake} is older than this bot, and cannot be asked whether it is this bot's. "
            "Upgrade it."
        ),
        Match.SAME: f"The intake at {intake} knows this bot's access key, and opens its reports.",
        Match.NEWER_KEY: (
            f"The intake at {intake} knows this bot's access key, opens its reports, and has a newer public "
            f"key. Copy its intake_public.key to {key}, and restart the bot."
        ),
        Match.OTHER_KEY: (
            f"The intake at {intake} cannot open what is sealed to the public key in {key}. Copy that "
            "intake's own intake_public.key there, put back the seal key that the intake lacks, or set "
            "REPORTLINE_INTAKE_URL; then start the bot again."
        ),
        Match.KEY_REFUSED: (
            f"The intake at {intake} refuses the access key in {token}. Have it make a new one "
            "(`reportline intake key add channel NAME`), write it there, and start the bot again."
        ),
        Match.NO_CHANNEL: (
            f"The access key in {token} is no channel's. Have the intake at {intake} make one "
            "(`reportline intake key add channel NAME`), write it there, and start the bot again."
        ),
        Match.UNKNOWN_SHAPE: (
            f"The intake at {intake} is older than this bot, and does not know its reports. "
            "Upgrade the intake first; then start the bot."
        ),
    }[match]
