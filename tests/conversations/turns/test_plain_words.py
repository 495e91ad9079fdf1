"""Plain words and numbers are understood in many scripts; a report is not taken for a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.turns.plain_words import _SPELLINGS, Meaning, asks_for_material, meaning, number


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("START", Meaning.START),
        ("  Hola! ", Meaning.START),
        ("नमस्ते।", Meaning.START),
        ("مرحبا", Meaning.START),
        ("Stop.", Meaning.STOP),
        ("band", Meaning.STOP),
        ("¿Ayuda?", Meaning.HELP),
        ("مدد", Meaning.HELP),
        ("Sí", Meaning.YES),
        ("haan", Meaning.YES),
        ("hapana", Meaning.NO),
        ("please help me", Meaning.HELP),
        ("accha", Meaning.YES),
        ("bas", None),
        ("me", None),
        ("tak", None),
        ("stop the page please", None),
        ("نعم\u200f", Meaning.YES),
        ("si\u0301", Meaning.YES),
        ("", None),
    ],
)
def test_a_plain_word_means_the_same_in_many_languages(text: str, meant: Meaning | None) -> None:
    assert meaning(text) is meant


def test_no_word_has_two_meanings() -> None:
    """Reporters of seventeen languages write without saying which: a word means one thing, or nothing."""
    words = [word for spellings in _SPELLINGS.values() for word in spellings.split()]
    assert sorted(words) == sorted(set(words))
    assert all(word == word.casefold() for word in words)


@pytest.mark.parametrize(
    "words",
    [
        "ابدأ توقف نعم لا مساعدة",
        "start stop yes no help",
        "empezar parar sí no ayuda",
        "commencer arrêter oui non aide",
        "शुरू बंद हाँ नहीं मदद",
        "mulai berhenti iya tidak bantuan",
        "бастау тоқта иә жоқ көмек",
        "mbote tika iyo non lisungi",
        "mula henti ya bukan tolong",
        "эхлэх зогс тийм үгүй тусламж",
        "सुरु बन्द हो होइन मद्दत",
        "پیل ودروه هو نه مرسته",
        "começar parar sim não ajuda",
        "anza sitisha ndiyo hapana msaada",
        "почати стоп так ні допомога",
        "شروع روکو ہاں نہیں مدد",
        "nanga tëyël waaw déedéet ndimbal",
    ],
)
def test_the_five_words_in_every_language(words: str) -> None:
    """Start, stop, yes, no and help are understood in each of the seventeen languages."""
    assert [meaning(word) for word in words.split()] == list(Meaning)


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
    meaning(text)
    number(text)
    asks_for_material(text)


@pytest.mark.parametrize(
    "text",
    ["send me videos", "I want more pics", "where can i find videos", "pasame fotos", "quiero ver videos"],
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
    ],
)
def test_somebody_who_reports_is_not_taken_for_somebody_who_asks(text: str) -> None:
    assert not asks_for_material(text)
