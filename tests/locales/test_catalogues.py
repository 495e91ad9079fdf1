from pathlib import Path

import pytest

from locales.catalogues import KNOWN_LOCALES, Catalogue, MissingMessage, catalogue_path, read_catalogue

PO = """\
msgid ""
msgstr ""
"Language: es\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

msgctxt "greeting"
msgid "Hello {name}."
msgstr "Hola {name}."

msgctxt "other"
msgid "Hello {name}."
msgstr "Buenas {name}."

#, fuzzy
msgctxt "guess"
msgid "Goodbye."
msgstr "Adiós."

msgctxt "empty"
msgid "Later."
msgstr ""
"""


@pytest.fixture(name="spanish")
def _spanish(tmp_path: Path) -> Catalogue:
    path = catalogue_path("es", tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text(PO, encoding="utf-8")
    return read_catalogue("es", tmp_path)


def test_by_name(spanish: Catalogue) -> None:
    """The same English may be said in two ways: a message is found by its name and its English."""
    assert spanish.translate("greeting", "Hello {name}.") == "Hola {name}."
    assert spanish.translate("other", "Hello {name}.") == "Buenas {name}."


@pytest.mark.parametrize(
    ("context", "english"),
    [("greeting", "Hello."), ("guess", "Goodbye."), ("empty", "Later."), ("unknown", "Hello {name}.")],
)
def test_missing(spanish: Catalogue, context: str, english: str) -> None:
    """A message that is absent, fuzzy, empty or of another English is missing: English never slips in."""
    with pytest.raises(MissingMessage, match=f"^{context} is missing in es$"):
        spanish.translate(context, english)


def test_english(tmp_path: Path) -> None:
    """English is its own text and needs no file."""
    assert read_catalogue("en", tmp_path).translate("greeting", "Hello.") == "Hello."


def test_unknown_language(tmp_path: Path) -> None:
    """A language without a catalogue is no empty language: it is an error at once."""
    with pytest.raises(FileNotFoundError):
        read_catalogue("fr", tmp_path)


def test_known_locales() -> None:
    """Every language is listed once, English first."""
    codes = [locale.code for locale in KNOWN_LOCALES]
    assert codes[0] == "en"
    assert len(codes) == len(set(codes))
