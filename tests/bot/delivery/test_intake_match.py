"""What the intake says of itself is compared with this bot, and an operator reads what to do about it."""

from pathlib import Path

import pytest

from bot.delivery.intake import ChannelAnswer, Refusal
from bot.delivery.intake_match import MISMATCHES, Match, advice_on, match_of
from bot.settings import BotSettings
from conversations.wire.report import SHAPES
from conversations.wire.sealing import fingerprint, new_private_key, public_half

KEY = public_half("k1", new_private_key())
OTHER = fingerprint(public_half("k1", new_private_key()).raw)
OWN = fingerprint(KEY.raw)
NEWER_SHAPES = (SHAPES[-1] + 1,)

ANSWERS: dict[Match, ChannelAnswer | Refusal] = {
    Match.SAME: ChannelAnswer((OWN, OTHER), "9c41d0b7a2e6", (*SHAPES, *NEWER_SHAPES)),
    Match.NEWER_KEY: ChannelAnswer((OTHER, OWN), "9c41d0b7a2e6", SHAPES),
    Match.OTHER_KEY: ChannelAnswer((OTHER,), "9c41d0b7a2e6", SHAPES),
    Match.UNKNOWN_SHAPE: ChannelAnswer((OWN,), "9c41d0b7a2e6", NEWER_SHAPES),
    Match.OLDER_INTAKE: Refusal.NO_ROUTE,
    Match.KEY_REFUSED: Refusal.KEY_REFUSED,
    Match.NO_CHANNEL: Refusal.OTHER_ROLE,
}


@pytest.mark.parametrize("match", ANSWERS)
def test_each_answer_is_compared(match: Match) -> None:
    """The key of an earlier version, "k1", is compared by its public half like any other."""
    assert match_of(ANSWERS[match], KEY) is match


def test_only_what_keeps_a_report_from_being_taken_or_opened_is_a_mismatch() -> None:
    """An intake that is away or cannot be asked, and a newer key beside the own, stop nothing."""
    assert set(Match) - MISMATCHES == {Match.UNASKED, Match.OLDER_INTAKE, Match.SAME, Match.NEWER_KEY}


@pytest.mark.parametrize("match", sorted(MISMATCHES))
def test_an_operator_reads_what_to_do_with_whole_paths_and_no_key(match: Match, tmp_path: Path) -> None:
    settings = BotSettings.model_validate({"data_dir": tmp_path, "intake_url": "https://intake.example"})
    advice = advice_on(match, settings)
    assert "https://intake.example" in advice
    assert "start the bot" in advice
    assert KEY.raw.hex() not in advice
    named = {
        Match.OTHER_KEY: str(settings.public_key_file),
        Match.UNKNOWN_SHAPE: "Upgrade the intake first",
    }
    assert ("put back the seal key that the intake lacks" in advice) is (match is Match.OTHER_KEY)
    assert named.get(match, str(settings.channel_token_file)) in advice
