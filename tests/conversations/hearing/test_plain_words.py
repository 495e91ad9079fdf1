"""Plain words and numbers are understood in many scripts; a report is not taken for a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.hearing.plain_words import _SPELLINGS, Meaning, asks_for_material, meaning, number
from tests.cases import for_every
from tests.talking import LANGUAGES


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Stop. Thank you", Meaning.STOP),
        ("good morning", Meaning.START),
        ("السلام عليكم", Meaning.START),
        ("i need help", Meaning.HELP),
        ("help 🙏", Meaning.HELP),
        ("ok 👍", Meaning.YES),
        ("👍", Meaning.YES),
        ("hai", None),
        ("START", Meaning.START),
        ("  Hola! ", Meaning.START),
        ("नमस्ते।", Meaning.START),
        ("مرحبا", Meaning.START),
        ("Stop.", Meaning.STOP),
        ("band", Meaning.STOP),
        ("¿Ayuda?", Meaning.HELP),
        ("مدد", Meaning.HELP),
        ("Yes.", Meaning.YES),
        ("Sí", None),
        ("haan", None),
        ("please help me", Meaning.HELP),
        ("bas", None),
        ("me", None),
        ("tak", None),
        ("stop the page please", None),
        ("", None),
    ],
)
def test_a_plain_word_means_the_same_in_many_languages(text: str, meant: Meaning | None) -> None:
    assert meaning(text, "en") is meant


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("Sí", "es", Meaning.YES),
        ("si\u0301", "es", Meaning.YES),
        ("haan", "hi", Meaning.YES),
        ("hapana", "sw", Meaning.NO),
        ("نعم\u200f", "ar", Meaning.YES),
        ("ya", "id", Meaning.YES),
        ("ya", "es", None),
        ("si", "sw", None),
        ("ni", "uk", Meaning.NO),
        ("ni", "en", None),
        ("no", "uk", Meaning.NO),
    ],
)
def test_yes_and_no_count_in_the_talks_own_language_and_in_english(
    text: str, language: str, meant: Meaning | None
) -> None:
    assert meaning(text, language) is meant


def test_no_word_that_is_understood_in_every_talk_has_two_meanings() -> None:
    """Reporters of seventeen languages write without saying which: a word means one thing, or nothing."""
    words = [word for spellings in _SPELLINGS.values() for word in spellings.split()]
    assert sorted(words) == sorted(set(words))
    assert all(word == word.casefold() for word in words)


MEANINGS = [Meaning.START, Meaning.STOP, Meaning.YES, Meaning.NO, Meaning.HELP]
FIVE_WORDS = {
    "ar": "ابدأ توقف نعم لا مساعدة",
    "en": "start stop yes no help",
    "es": "empezar parar sí no ayuda",
    "fr": "commencer arrêter oui non aide",
    "hi": "शुरू बंद हाँ नहीं मदद",
    "id": "mulai berhenti iya tidak bantuan",
    "kk": "бастау тоқта иә жоқ көмек",
    "ln": "mbote tika iyo non lisungi",
    "ms": "mula henti ya bukan tolong",
    "mn": "эхлэх зогс тийм үгүй тусламж",
    "ne": "सुरु बन्द हो होइन मद्दत",
    "ps": "پیل ودروه هو نه مرسته",
    "pt": "começar parar sim não ajuda",
    "sw": "anza sitisha ndiyo hapana msaada",
    "uk": "почати стоп так ні допомога",
    "ur": "شروع روکو ہاں نہیں مدد",
    "wo": "nanga tëyël waaw déedéet ndimbal",
}


@for_every(language=LANGUAGES)
def test_the_five_words_in_every_language(language: str) -> None:
    """Start, stop, yes, no and help are understood in each of the seventeen languages."""
    assert [meaning(word, language) for word in FIVE_WORDS[language].split()] == MEANINGS


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("3", 3),
        ("३", 3),
        ("٣", 3),
        ("۱۲", 12),
        (" 2. ", 2),
        ("(4)", 4),
        ("0", 0),
        ("\u200f١", 1),
        ("123", None),
        ("3a", None),
        ("²", None),
        ("", None),
    ],
)
def test_digits_of_any_script_are_numbers(text: str, read: int | None) -> None:
    assert number(text) == read


@given(st.text())
def test_no_text_breaks_understanding(text: str) -> None:
    meaning(text, "es")
    number(text)
    asks_for_material(text)


@pytest.mark.parametrize(
    "text",
    ["give me videos", "I want some pics", "where can i find videos", "pasame fotos", "quiero ver videos"],
)
def test_a_plain_request_for_material_is_known(text: str) -> None:
    assert asks_for_material(text)


@pytest.mark.parametrize(
    "text",
    [
        "someone sent me videos",
        "I want to report a video",
        "quiero denunciar un video",
        "I need help, someone has my pictures",
        "he keeps saying send me pics or i tell your mom",
        "quiero que saquen mis fotos",
        "I need you to take down pictures of my daughter",
        "show me how to copy the link",
        "please give me the link to your website",
        "send me the link",
        "he wants pictures of me",
        "I found a page with pictures",
        "me mandaron un video",
        "encontré fotos en una página",
        "my friend shows them in a group",
        "send me more pics",
        "Show me your pics",
        "mándame más fotos",
        "give me the photos",
        "vende videos",
        "manda fotos",
        "envía videos",
        "quiero las fotos",
        "I want the pictures",
        "send nudes",
    ],
)
def test_somebody_who_reports_is_not_taken_for_somebody_who_asks(text: str) -> None:
    assert not asks_for_material(text)
