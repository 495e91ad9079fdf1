"""Needs are heard in sentences of writers who had not seen the rules, and almost nothing else is.

`sentences/` has 40 for each language, by two writers; half of them (`held_out`) were put away before the
rules were written. `near_misses.json` are reports, idioms and denials with alarming words, `ordinary.json` is
what people write to a bot. `pytest -s` prints the table.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conversations.hearing.listening import hear
from conversations.hearing.needs import Heard, Need, Who
from conversations.hearing.plain_words import Meaning, meaning
from tests.cases import for_every
from tests.talking import LANGUAGES

FOLDER = Path(__file__).parent
LEAST_IN_EACH = 0.8
LEAST_OVER_ALL = 0.9
MOST_OF_ORDINARY = 2 / 2000
MOST_OF_NEAR_MISSES = 0.02


def _read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@cache
def _share_heard(language: str) -> float:
    sentences = _read(f"sentences/{language}")["held_out"]
    return sum(_is_heard(sentence["text"], language) for sentence in sentences) / len(sentences)


def _is_heard(text: str, language: str) -> bool:
    """Tell whether people are shown: by an exit, or by the help card that names them first."""
    return bool(hear(text, {language, "en"})) or meaning(text, language) is Meaning.HELP


def _wrongly_heard(name: str) -> list[str]:
    messages = _read(name)
    return [each["text"] for each in messages if hear(each["text"], {each["language"], "en"})]


@for_every(language=LANGUAGES)
def test_most_of_what_nobody_had_seen_is_heard_in_each_language(language: str) -> None:
    print(f"{language}: {_share_heard(language):.0%}")  # noqa: T201 - the table
    assert _share_heard(language) >= LEAST_IN_EACH


def test_over_all_languages_nine_in_ten_are_heard() -> None:
    shares = [_share_heard(language) for language in LANGUAGES]
    assert sum(shares) / len(shares) >= LEAST_OVER_ALL


def test_almost_no_ordinary_message_opens_an_exit() -> None:
    wrong = _wrongly_heard("ordinary")
    assert len(wrong) <= MOST_OF_ORDINARY * len(_read("ordinary")), wrong


def test_almost_no_report_idiom_or_denial_opens_an_exit() -> None:
    wrong = _wrongly_heard("near_misses")
    assert len(wrong) <= MOST_OF_NEAR_MISSES * len(_read("near_misses")), wrong


def test_the_more_pressing_of_two_needs_is_answered() -> None:
    assert hear("he hits me. i want to die", {"en"}) == Heard(Need.DESPAIR, Who.FIRST)


def test_what_is_said_of_a_video_is_no_need() -> None:
    assert hear("a child is raped in this video", {"en"}) is None


@for_every(language=LANGUAGES)
def test_the_needs_that_came_later_are_heard_in_each_language(language: str) -> None:
    """The sentences are by those who wrote the rules: what is heard of unseen ones is not measured here.

    Somebody who wants to die, and somebody who worries about them, can't be told apart in every language: so
    either card will do, and leads to the other.
    """
    for need, written in _read("later_needs")[language].items():
        accepted = {Need(need), Need.DESPAIR} if need == "worried" else {Need(need)}
        heard = [hear(text, {language, "en"}) for text in written]
        share = sum(each is not None and each.need in accepted for each in heard) / len(heard)
        print(f"{language}, {need}: {share:.0%}")  # noqa: T201 - the table
        assert share >= LEAST_IN_EACH, need


def test_a_need_is_heard_in_the_languages_of_its_rules() -> None:
    heard = hear("quiero morir", {"en", "es", "pt"})
    assert heard is not None
    assert heard.languages == ("es",)


def test_whoever_is_hurt_comes_before_what_is_told_of_the_other() -> None:
    assert hear("i think my dad is a pedophile. he touches me", {"en"}) == Heard(Need.HURT, Who.FIRST)
    assert hear("my friend says she wants to die", {"en"}) == Heard(Need.WORRIED, Who.THIRD)


@pytest.mark.parametrize(
    "word",
    [
        *("danger", "police", "emergency", "911", "peligro", "perigo", "hatari", "bahaya", "khatra"),
        *("\u062e\u0637\u0631", "небезпека"),
    ],
)
def test_one_word_of_danger_is_heard(word: str) -> None:
    heard = hear(word, LANGUAGES)
    assert heard is not None
    assert heard.need is Need.DANGER


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "my teacher is a pedophile"),
        ("hi", "mera teacher pedophile hai"),
        ("ne", "mero sir pedophile ho"),
        ("fr", "mon prof est pedophile"),
        ("mn", "Миний багш педофил"),
    ],
)
def test_a_teacher_s_acts_are_not_taken_for_a_partner_s(language: str, text: str) -> None:
    """Whoever tells of them is a pupil or a witness."""
    heard = hear(text, {language, "en"})
    assert heard is None or heard.need is not Need.OWN_BEHAVIOUR


_RIGHT = {
    "danger_of_another": {Need.DANGER},
    "after_hurt": {Need.DANGER},
    "approach": {Need.DANGER},
    "not_threats": {None, *Need} - {Need.THREATS},
    "meeting": {Need.PARENT, Need.DANGER},
    "acts_of_another": {Need.HURT, Need.PARENT, Need.DANGER},
    "near_misses": {None},
}


@for_every(language=LANGUAGES)
def test_what_happens_now_is_told_from_what_is_reported(language: str) -> None:
    """Of each kind at most one sentence is not heard as it was meant; its writers saw no rules before."""
    for kind, written in _read("told_now")[language].items():
        heard = {text: hear(text, {language, "en"}, after_hurt=kind == "after_hurt") for text in written}
        wrong = [text for text, each in heard.items() if (each and each.need) not in _RIGHT[kind]]
        assert len(wrong) <= 1, (kind, wrong)


@for_every(language=LANGUAGES)
def test_what_somebody_else_does_is_never_taken_for_ones_own_doing(language: str) -> None:
    for text in _read("told_now")[language]["acts_of_another"]:
        heard = hear(text, {language, "en"})
        assert heard is None or heard.need is not Need.OWN_BEHAVIOUR, text


def test_one_s_own_acts_are_heard_where_my_is_another_word_than_i() -> None:
    assert hear("i touched my daughter", {"en"}) == Heard(Need.OWN_BEHAVIOUR, Who.FIRST)
    assert hear("bapak saya pegang adik saya", {"id"}) != Heard(Need.OWN_BEHAVIOUR, Who.FIRST)
