from pathlib import Path

import pytest

from locales import catalogue_path
from locales.check import check
from locales.extraction import update
from locales.refused_words import EVERYWHERE, REFUSED, refused_in

SOURCE = """
# Translators: A button. At most 20 characters.
words("a.button", "Send")
words("b.greeting", "Hello {name}, here is {thing}.")
words("c.long", "A sentence of more than forty characters, to be measured.")
"""
SPANISH = {
    "Send": "Enviar",
    "Hello {name}, here is {thing}.": "Hola {name}, tome {thing}.",
    "A sentence of more than forty characters, to be measured.": "Una frase de más de cuarenta letras.",
}


class Workshop:
    """A folder of sources and catalogues that is whole until a test plants a fault."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = folder / "sources" / "words.py"
        self.source.parent.mkdir()
        self.source.write_text(SOURCE, encoding="utf-8")
        self.catalogue = catalogue_path("es", folder)
        self.update()
        for english, spanish in SPANISH.items():
            self.plant(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{spanish}"')

    def update(self) -> None:
        """Bring template and catalogue up to date."""
        update(["en", "es"], self.folder, self.source.parent)

    def plant(self, old: str, new: str) -> None:
        """Change the catalogue in one place."""
        self._replace(self.catalogue, old, new)

    def plant_english(self, old: str, new: str) -> None:
        """Change the sources in one place."""
        self._replace(self.source, old, new)

    def faults(self) -> list[str]:
        """Check, and give the faults without the folder's own name."""
        faults = check(["en", "es"], self.folder, self.source.parent)
        return [fault.removeprefix(f"{self.folder}/") for fault in faults]

    @staticmethod
    def _replace(path: Path, old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(name="workshop")
def _workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_whole(workshop: Workshop) -> None:
    """What is whole has no fault."""
    assert workshop.faults() == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"Enviar"', '""', "11: a.button: untranslated"),
        ('"Enviar"', '"  "', "11: a.button: untranslated"),
        ('"Enviar"', '" Enviar"', "a.button: other spaces around the text"),
        ('"Enviar"', '"Enviar\\n"', "a.button: other spaces around the text"),
        ('"Enviar"', '"Enviar lo que hay aquí"', "a.button: 22 characters; write at most 20"),
        ('"Enviar"', '"En\u200bviar"', "a.button: characters that nobody sees"),
        ('"Enviar"', '"En\u202eviar"', "a.button: characters that nobody sees"),
        ('"Enviar"', '"¡Enviar!"', 'a.button: "¡" is refused'),
        ('"Enviar"', '"Denunciar"', 'a.button: "denunci" is refused'),
        ('"Enviar"', '"DENUN\u00adCIAR"', 'a.button: "denunci" is refused'),
        ('"Enviar"', '"Será retirado"', 'a.button: "será retirad" is refused: nobody can promise'),
        ("tome {thing}", "tome algo", "b.greeting: other placeholders than in English; write {name} {thing}"),
        ("tome {thing}", "tome {thing} {thing}", "b.greeting: other placeholders"),
        ("tome {thing}", "tome {cosa}", "b.greeting: other placeholders"),
        ("tome {thing}", "tome {thing", "b.greeting: braces that are no placeholder"),
        ("tome {thing}", "tome {thing!r}", "b.greeting: braces that are no placeholder"),
        ("tome {thing}", "tome {thing.secret}", "b.greeting: braces that are no placeholder"),
        ("tome {thing}", "tome {}", "b.greeting: braces that are no placeholder"),
        (
            "letras.",
            "letras" + ", y más" * 8 + ".",
            "c.long: 92 characters for 57 in English; write at most 79",
        ),
        ('msgctxt "b.greeting"', '#, fuzzy\nmsgctxt "b.greeting"', "b.greeting: fuzzy"),
        ('msgctxt "b.greeting"', 'msgctxt "b.other"', "1: b.greeting: missing"),
        ('msgctxt "b.greeting"', 'msgctxt "b.other"', "16: b.other: no such message in English"),
        ('msgid "Send"', 'msgid "Send it"', "a.button: missing"),
        ("#. A button.", "#. A knob.", "1: the catalogue is not as it is written"),
        ('msgstr "Enviar"', "msgstr Enviar", "1: the catalogue is not as it is written"),
        ('msgstr "Enviar"', "nonsense", "1: the catalogue cannot be read (PoFileError)"),
        ('"Language: es\\n"', '"Language: es\\n"\n"Last-Translator: X\\n"', "is not as it is written"),
    ],
)
def test_each_fault(workshop: Workshop, old: str, new: str, says: str) -> None:
    """Each kind of fault in a catalogue is found, with file, line and name."""
    workshop.plant(old, new)
    assert any(
        fault.startswith("es/LC_MESSAGES/reportline.po:") and says in fault for fault in workshop.faults()
    ), workshop.faults()


def test_obsolete(workshop: Workshop) -> None:
    """A message that is only kept as obsolete is a fault."""
    with workshop.catalogue.open("a", encoding="utf-8") as file:
        file.write('\n#~ msgctxt "z.old"\n#~ msgid "Old."\n#~ msgstr "Viejo."\n')
    assert any("z.old: obsolete" in fault for fault in workshop.faults())


def test_no_catalogue(workshop: Workshop) -> None:
    """A listed language without a catalogue is a fault, not an exception."""
    workshop.catalogue.unlink()
    (fault,) = workshop.faults()
    assert "es/LC_MESSAGES/reportline.po:1: the catalogue cannot be read (FileNotFoundError)" in fault


def test_stale_template(workshop: Workshop) -> None:
    """New English without an update is a fault of the template and of every language."""
    workshop.plant_english('"Send"', '"Send it"')
    faults = workshop.faults()
    assert any(fault.startswith("reportline.pot:1: the template is not") for fault in faults)
    assert any("a.button: missing" in fault for fault in faults)
    workshop.update()
    assert ["fuzzy" in fault for fault in workshop.faults()] == [True]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"Send"', '" Send"', ":3: a.button: the text has spaces around it"),
        ('"Send"', '"Send what you have there"', ":3: a.button: 24 characters; write at most 20"),
        ('"Send"', '"Send {0}"', ":3: a.button: braces that are no placeholder"),
        ('"Send"', '"It will be removed"', 'a.button: "will be removed" is refused'),
        ('"c.long"', '"a.button"', ": a.button: another text has this name already"),
    ],
)
def test_english_faults(workshop: Workshop, old: str, new: str, says: str) -> None:
    """English is checked where it stands in the sources."""
    workshop.plant_english(old, new)
    workshop.update()
    assert any(fault.startswith("sources/words.py:") and says in fault for fault in workshop.faults())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Dear user, this is for a victim."),
        ("en", "Send us your address."),
        ("en", "You are completely anonymous."),
        ("en", "The child is safe now."),
        ("en", "The police won't act."),
        ("en", "Looking at it is legal."),
        ("en", "There is nothing more to do."),
        ("en", "Please take a screenshot."),
        ("en", "Save the page."),
        ("en", "Delete the evidence."),
        ("en", "Look again, please."),
        ("en", "Search for the page."),
        ("en", "Describe the picture."),
        ("en", "Why did you open it?"),
        ("es", "Estimado usuario"),
        ("es", "Envíe su dirección."),
        ("es", "Es completamente anónimo."),
        ("es", "La niña está a salvo."),
        ("es", "La policía no actuará."),
        ("es", "Mirarlo es legal."),
        ("es", "No hay nada más que hacer."),
        ("es", "Haga una captura de pantalla."),
        ("es", "Guarde la página."),
        ("es", "Borre las pruebas."),
        ("es", "Mire de nuevo la página."),
        ("es", "Busque la página."),
        ("es", "Describa la imagen."),
        ("es", "¿Por qué lo abrió?"),
    ],
)
def test_refused(language: str, text: str) -> None:
    """Every word and promise of the talk's list of nevers is refused in both languages."""
    assert refused_in(language, text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "That is an e-mail address. Where is the web address?"),
        ("en", "A search. That is a page of search results."),
        ("en", "Report it, so that it can be removed. Telegram saves what you write."),
        ("es", "Escriba la dirección de correo. En un buscador. No guardamos nada."),
        ("es", "Ver otra página. La policía puede ayudar. Abuso sexual de niñas, niños y adolescentes."),
    ],
)
def test_not_refused(language: str, text: str) -> None:
    """Neighbours of what is refused are not."""
    assert refused_in(language, text) == []


@pytest.mark.parametrize("language", [*REFUSED, "fr"])
def test_everywhere(language: str) -> None:
    """What the field refuses in English is refused in every language."""
    for refused in EVERYWHERE[:1]:
        assert refused_in(language, f"The word {refused.pattern} in a sentence.")
