"""Each language is written in its own script, marks and spaces; deviations are found."""

import pytest

from locales.catalogues import FOLDER, KNOWN_LOCALES
from locales.glossary import read_glossary
from locales.orthography import likeness_faults, orthography_faults, orthography_of

LANGUAGES = [locale.code for locale in KNOWN_LOCALES]
WRITINGS = {language: orthography_of(language, read_glossary(language, FOLDER)) for language in LANGUAGES}


def test_scripts() -> None:
    """The script of each language is CLDR's likely one."""
    scripts = {language: orthography.script for language, orthography in WRITINGS.items()}
    assert {language for language, script in scripts.items() if script == "Arab"} >= {"ar", "ps", "ur"}
    assert {language for language, script in scripts.items() if script == "Deva"} >= {"hi", "ne"}
    assert {language for language, script in scripts.items() if script == "Cyrl"} >= {"kk", "mn", "uk"}
    assert {locale.code for locale in KNOWN_LOCALES if locale.right_to_left} >= {"ar", "ps", "ur"}


@pytest.mark.parametrize(
    ("language", "text", "says"),
    [
        ("ar", "أرسل الرابط, من فضلك.", '"," is not this language\'s; write ،'),
        ("ar", "هل هناك رابط?", '"?" is not this language\'s; write ؟'),
        ("ar", "رابط; رابط", '";" is not this language\'s; write ؛'),
        ("ar", "أرسل الرابط।", "marks of another language: ।"),
        ("ur", "لنک بھیجیں.", '"." is not this language\'s; write ۔'),
        ("ps", "لینک راولېږئ۔", "marks of another language: ۔"),
        ("ps", "۳۰ منټه", "digits of the script; write 0 to 9"),
        ("hi", "लिंक भेजें.", '"." is not this language\'s; write ।'),
        ("ne", "लिंक पठाउनुहोस्.", '"." is not this language\'s; write ।'),
        ("ne", "३० मिनेट", "digits of the script; write 0 to 9"),
        ("hi", "link भेजें।", "Latin words in another script: link; translate them"),
        ("uk", "Надішліть пoсилання.", "Latin words in another script: o"),
        ("uk", "Надішліть посыланне ا.", "letters of another script: ARABIC LETTER ALEF"),
        ("mn", "Link илгээнэ үү.", "Latin words in another script: Link"),
        ("es", "Envíe el enlаce.", "letters of another script: CYRILLIC SMALL LETTER A"),
        ("fr", "Y a-t-il un lien ?", "without its no-break space; write U+202F before it"),
        ("fr", "Y a-t-il un lien?", "without its no-break space; write U+202F before it"),
        ("fr", "Avant d’envoyer :", "without its no-break space; write U+00A0 before it"),
        ("pt", "Há um link ?", 'a space before "?"; write none'),
        ("id", "Ada tautan\u00a0?", 'a space before "?"; write none'),
        ("fr", "Touchez 'Envoyer'.", "straight quotes"),
        ("en", 'Tap "Send".', "straight quotes"),
        ("sw", "Gusa «Tuma».", "quotation marks of another language: « »"),
        ("en", "Send it  now.", "spaces too many"),
        ("en", "Send it \nnow.", "spaces too many"),
        ("en", "Send it now!", "it shouts"),
        ("es", "Mande n\u0303andu.", "letters in pieces"),
        ("ar", "رابط\u200f.", "characters that nobody sees"),
        ("ar", "رابط\u2067.", "characters that nobody sees"),
        ("es", "Hola\u200d.", "characters that nobody sees"),
        ("ar", "را\u0640\u0640بط.", "letters in the form of print or stretched"),
        ("ar", "را\ufeddبط.", "letters in the form of print or stretched"),
    ],
)
def test_each_fault(language: str, text: str, says: str) -> None:
    """Each rule of each script refuses what breaks it."""
    faults = list(orthography_faults(WRITINGS[language], text))
    assert any(says in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "غالبًا يبدأ الرابط هكذا: https:// أو www. وهذا يكفي. نعم؟"),
        ("ar", "هذا /report في Telegram، و{maximum} رابط."),
        ("ur", "1. لنک کاپی کریں۔\n2. یہاں چسپاں کریں۔"),
        ("hi", "1. लिंक कॉपी करें।\n2. IWF को Telegram में भेजें।"),
        ("fr", "Y a-t-il un lien\u202f? Oui\u00a0: https://exemple"),
        ("uk", "Об’єднане «посилання»."),
        ("ne", "ग\u094d\u200dर।"),
    ],
)
def test_no_fault(language: str, text: str) -> None:
    """Names, commands, placeholders, the beginnings of links and numbered lines stand in every script."""
    assert [fault for fault in orthography_faults(WRITINGS[language], text) if "quotation" not in fault] == []


@pytest.mark.parametrize(
    ("english", "text", "says"),
    [
        ("In 30 minutes.", "En 20 minutos.", "other numbers"),
        ("In 30 minutes.", "En minutos.", "other numbers"),
        ("Send it.", "Enviar", "another end"),
        ("Send", "Enviar.", "another end"),
        ("🌐 Language", "Idioma / Language", "other signs"),
        ("Send it now, please.", "Send it now, please.", "the same as in English"),
        ("Please send it now to us.", "Por favor send it now to.", "English left over: send now to"),
    ],
)
def test_unlike(english: str, text: str, says: str) -> None:
    """Numbers, signs and ends are those of the English, and its words are not."""
    faults = list(likeness_faults(WRITINGS["es"], english, text, as_in_english=False))
    assert any(says in fault for fault in faults), faults


def test_alike() -> None:
    """What may be the same is named in the glossary."""
    assert list(likeness_faults(WRITINGS["es"], "No", "No", as_in_english=True)) == []
