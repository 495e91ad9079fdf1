"""The check finds every kind of fault that is planted in a language, and says where it is."""

import json
import re
import shutil
from pathlib import Path

import pytest

from locales.catalogues import FOLDER, catalogue_path, read_catalogue
from locales.check import check
from locales.extraction import update

SOURCE = """
# Translators: A button. At most 24 characters.
words("button.send", "Send")
words("b.greeting", "Hello {name}, here is {thing}.")
words("c.long", "A sentence of more than forty characters, to be measured.")
counted("d.many", "We took {maximum} link.", "We took {maximum} links.")
words("e.tap", "Tap Send in 30 minutes. 🌐")
"""
SPANISH = {
    'msgid "Send"\nmsgstr ""': 'msgid "Send"\nmsgstr "Enviar"',
    'here is {thing}."\nmsgstr ""': 'here is {thing}."\nmsgstr "Hola {name}, tome {thing}."',
    'measured."\nmsgstr ""': 'measured."\nmsgstr "Una frase de más de cuarenta letras."',
    'msgstr[0] ""': 'msgstr[0] "Tomamos {maximum} enlace."',
    'msgstr[1] ""': 'msgstr[1] "Tomamos {maximum} de enlaces."',
    'msgstr[2] ""': 'msgstr[2] "Tomamos {maximum} enlaces."',
    '30 minutes. 🌐"\nmsgstr ""': '30 minutes. 🌐"\nmsgstr "Toque Enviar en 30 minutos. 🌐"',
}
LANGUAGE = """
own_name = "Español"
drafted = 2026-11-23
"""


class Workshop:
    """A folder of sources and a language that is whole until a test plants a fault."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = folder / "sources" / "words.py"
        self.source.parent.mkdir()
        self.source.write_text(SOURCE, encoding="utf-8")
        self.catalogue = catalogue_path("es", folder)
        self.glossary = folder / "es" / "glossary.toml"
        self.language = folder / "es" / "language.toml"
        self.comparison = folder / "review" / "es.json"
        self.update()
        for old, new in SPANISH.items():
            self.plant(self.catalogue, old, new)
        self.language.write_text(LANGUAGE, encoding="utf-8")
        shutil.copytree(FOLDER / "en", folder / "en")
        shutil.copy(FOLDER / "es" / "glossary.toml", self.glossary)
        self._without_exceptions()
        self.compare()

    def _without_exceptions(self) -> None:
        """Take out what the real glossary says of messages that there are not here."""
        text = self.glossary.read_text(encoding="utf-8")
        text = re.sub(r"unless = \[.*\]\n", "", text)
        text = re.sub(r"as_in_english = \[.*\]", 'as_in_english = ["button.send"]', text)
        self.glossary.write_text(text, encoding="utf-8")

    def update(self) -> None:
        """Bring template and catalogue up to date."""
        update(["en", "es"], self.folder, self.source.parent)

    def compare(self) -> None:
        """Write the comparison of what the catalogue says now."""
        said = read_catalogue("es", self.folder).translations
        compared = {
            name: {"english": text, "translation": forms, "back": forms, "meaning": "same", "note": ""}
            for (name, text), forms in said.items()
        }
        self.comparison.parent.mkdir(exist_ok=True)
        self.comparison.write_text(json.dumps(compared, indent=1, ensure_ascii=False), encoding="utf-8")

    def plant(self, path: Path, old: str, new: str) -> None:
        """Change a file in one place."""
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def faults(self) -> list[str]:
        """Check, and give the faults without the folder's own name."""
        faults = check(["en", "es"], self.folder, self.source.parent)
        return [fault.removeprefix(f"{self.folder}/") for fault in faults]


@pytest.fixture(name="workshop")
def _workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_whole(workshop: Workshop) -> None:
    """What is whole has no fault."""
    assert workshop.faults() == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"Enviar"', '""', "17: button.send: untranslated"),
        ('"Enviar"', '"  "', "17: button.send: untranslated"),
        ('"Enviar"', '" Enviar"', "button.send: other spaces around the text"),
        ('"Enviar"', '"Enviar\\n"', "button.send: other spaces around the text"),
        ('"Enviar"', '"Enviar lo que hay por aquí"', "button.send: 26 characters; write at most 24"),
        ('"Enviar"', '"Enviar lo que hay aquí 🌐"', "button.send: 25 UTF-16 units; write at most 24"),
        ('"Enviar"', '"अअअअअअअअ 🌐🌐🌐🌐🌐🌐🌐"', "letters of another script"),
        ('"Enviar"', '"En\u200bviar"', "button.send: characters that nobody sees"),
        ('"Enviar"', '"En\u202eviar"', "button.send: characters that nobody sees"),
        ('"Enviar"', '"Enviаr"', "letters of another script: CYRILLIC SMALL LETTER A"),
        ('"Enviar"', '"Enviar ñ"', "button.send: letters in pieces"),
        ('"Enviar"', '"¡Enviar!"', 'button.send: "!" is refused'),
        ('"Enviar"', '"Enviar."', "button.send: another end than in English"),
        ('"Enviar"', '"Denunciar"', 'button.send: "denunci" is refused'),
        ('"Enviar"', '"DENUN\u00adCIAR"', 'button.send: "denunci" is refused'),
        ('"Enviar"', '"Será retirado"', 'button.send: "será retirad" is refused: nobody can promise'),
        ('"Enviar"', '"Mandar"', 'e.tap: the button is named "Mandar"'),
        ("tome {thing}", "tome algo", "b.greeting: other placeholders than in English; write {name} {thing}"),
        ("tome {thing}", "tome {thing} {thing}", "b.greeting: other placeholders"),
        ("tome {thing}", "tome {cosa}", "b.greeting: other placeholders"),
        ("tome {thing}", "tome {thing", "b.greeting: braces that are no placeholder"),
        ("tome {thing}", "tome {thing!r}", "b.greeting: braces that are no placeholder"),
        ("tome {thing}", "tome {thing.secret}", "b.greeting: braces that are no placeholder"),
        ("tome {thing}", "tome {}", "b.greeting: braces that are no placeholder"),
        ("Hola {name}, tome", "Hola {name} , tome", 'b.greeting: a space before ","'),
        ("Hola {name}, tome", "Hola {name},  tome", "b.greeting: spaces too many"),
        ("Hola {name}, tome", "Hola {name}، tome", "b.greeting: marks of another language: ،"),
        ("Hola {name}, tome", "Hola «{name}», tome", "b.greeting: quotation marks of another language: « »"),
        ("Hola {name}, tome", "Hola '{name}', tome", "b.greeting: straight quotes"),
        (
            "Una frase de más",
            "A sentence of more than",
            "c.long: English left over: a sentence of more",
        ),
        (
            "letras.",
            "letras" + ", y más" * 8 + ".",
            "c.long: 92 characters for 57 in English; write at most 79",
        ),
        (
            "{maximum} de enlaces",
            "{maximum} de vínculos",
            'd.many: "link" is said otherwise than in the glossary',
        ),
        ("Hola {name}", "Hola {{name}}", "b.greeting: braces that are no placeholder"),
        ("Hola {name}", "Hola <b>{name}</b>", "b.greeting: < or >"),
        ("Hola {name}", "Hola https://a.example {name}", "b.greeting: other links than in English"),
        ("Hola {name}", "Hola\\n{name}", "b.greeting: other lines than in English"),
        ("Hola {name}", "Hola /forget {name}", "b.greeting: other commands than in English"),
        ("Hola {name}", "Hola\u00ad {name}", "b.greeting: characters that nobody sees"),
        ("Hola {name}", "Hola\u009b {name}", "b.greeting: characters that nobody sees"),
        ("Hola {name}", "Hola\u2003{name}", "b.greeting: characters that nobody sees"),
        ("Hola {name}", "Hola ½ {name}", "b.greeting: digits of the script"),
        ("tome {thing}.", "¿toma {thing}.", 'b.greeting: "?" without "¿" before it'),
        ("Una frase de más", "El niño\\nestá a salvo,", 'c.long: "el niño está a salvo" is refused'),
        ('msgstr[1] "Tomamos {maximum} de enlaces."', 'msgstr[1] ""', "d.many: untranslated"),
        ('msgstr[2] "Tomamos {maximum} enlaces."\n', "", "d.many: untranslated"),
        ("Tomamos {maximum} de enlaces", "Tomamos diez enlaces", "d.many: other placeholders"),
        ("nplurals=3", "nplurals=2", "the catalogue"),
        ("en 30 minutos", "en 60 minutos", "e.tap: other numbers than in English"),
        ("en 30 minutos", "en ٣٠ minutos", "e.tap: digits of the script"),
        ("en 30 minutos. 🌐", "en 30 minutos.", "e.tap: other signs than in English"),
        ('msgctxt "b.greeting"', '#, fuzzy\nmsgctxt "b.greeting"', "b.greeting: fuzzy"),
        ('msgctxt "b.greeting"', 'msgctxt "b.other"', "1: b.greeting: missing"),
        ('msgctxt "b.greeting"', 'msgctxt "b.other"', "12: b.other: no such message in English"),
        ('msgid "Send"', 'msgid "Send it"', "button.send: missing"),
        ("#. A button.", "#. A knob.", "1: the catalogue is not as it is written"),
        ('msgstr "Enviar"', "msgstr Enviar", "1: the catalogue is not as it is written"),
        ('msgstr "Enviar"', "nonsense", "1: the catalogue cannot be read (PoFileError: Unknown"),
        ('"Language: es\\n"', '"Language: es\\n"\n"Last-Translator: X\\n"', "is not as it is written"),
    ],
)
def test_each_fault_of_a_catalogue(workshop: Workshop, old: str, new: str, says: str) -> None:
    """Each kind of fault in a catalogue is found, with file, line and name."""
    workshop.plant(workshop.catalogue, old, new)
    assert any(
        fault.startswith("es/LC_MESSAGES/reportline.po:") and says in fault for fault in workshop.faults()
    ), workshop.faults()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('english = "receipt"', 'english = "voucher"', 'no term for "receipt"'),
        ('kind = "removed"', 'kind = "deleted"', "nothing of the kind removed is refused"),
        ('kind = "removed"', 'kind = "deleted"', "deleted is no kind"),
        ('like = "Será retirado."', 'like = "Se retira."', 'does not refuse "Se retira."'),
        ('kind = "removed"\npattern = \'', 'kind = "removed"\npattern = \'(', "it is no regular expression"),
        ('["button.send"]', '["button.gone"]', "button.gone: there is no such message"),
        (
            'english = "receipt"',
            'english = "receipt"\nunless = ["gone.card"]',
            "gone.card: there is no such message",
        ),
        ('like = "Será retirado."', 'like = "Serás retirado"', 'does not refuse "Serás retirado"'),
        ('kind = "removed"', 'kin = "removed"', "kind: Field required"),
        ('kind = "removed"', "kind = ", "it cannot be read (TOMLDecodeError)"),
        ('telling = ["niñ"', 'telling = [] # ["niñ"', "telling: List should have at least 1 item"),
    ],
)
def test_each_fault_of_a_glossary(workshop: Workshop, old: str, new: str, says: str) -> None:
    """A glossary says every term and refuses every kind of words, and its patterns do refuse."""
    workshop.plant(workshop.glossary, old, new)
    assert any(fault.startswith("es/glossary.toml:1: ") and says in fault for fault in workshop.faults())


def test_no_glossary(workshop: Workshop) -> None:
    """A language without a glossary is not whole."""
    workshop.glossary.unlink()
    (fault,) = workshop.faults()
    assert fault.startswith("es/glossary.toml:1: it cannot be read (FileNotFoundError); docs/translating.md")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"translation": ["Enviar"]', '"translation": ["Mandar"]', "button.send: changed since"),
        ('"english": "Send"', '"english": "Send it"', "button.send: changed since"),
        ('"back": ["Enviar"]', '"back": []', "button.send: not every form"),
        ('"back": ["Enviar"]', '"back": [""]', "button.send: not every form"),
        (
            '"back": ["Enviar"]',
            '"back": ["Send [could also be: he sends]"]',
            "doubts [could also be: he sends]",
        ),
        ('"button.send": {', '"button.gone": {', "button.gone: no such message"),
        ('"button.send": {', '"button.gone": {', "button.send: never translated back"),
        ('"back": ["Enviar"], "meaning": "same"', '"back": ["Enviar"], "meaning": "near"', "nobody says why"),
        ('"back": ["Enviar"], "meaning": "same"', '"back": ["Enviar"], "meaning": "other"', "cannot be read"),
        ('"button.send": {', '"button.send": [', "it cannot be read (ValidationError)"),
    ],
)
def test_each_fault_of_a_way_back(workshop: Workshop, old: str, new: str, says: str) -> None:
    """Every message has been translated back, as it stands now, and came back as it was meant."""
    compared = json.loads(workshop.comparison.read_text(encoding="utf-8"))
    workshop.comparison.write_text(json.dumps(compared, ensure_ascii=False), encoding="utf-8")
    workshop.plant(workshop.comparison, old, new)
    assert any(fault.startswith("review/es.json:1: ") and says in fault for fault in workshop.faults())


def test_never_translated_back(workshop: Workshop) -> None:
    """A language that nobody translated back is not whole."""
    workshop.comparison.unlink()
    assert any(
        "review/es.json:1: it cannot be read (FileNotFoundError)" in each for each in workshop.faults()
    )


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ('own_name = "Español"', "without a day on which it was drafted"),
        ('own_name = "Español"\ndrafted = "soon"', "drafted: Input should be a valid date"),
        (LANGUAGE.replace("Español", ""), "own_name: String should have at least 1 character"),
        (LANGUAGE.replace("Español", "Espa\\u202eñol"), "it stands on a button"),
        (LANGUAGE.replace("Español", "Es\\npañol"), "it stands on a button"),
        ("own_name = Español", "it cannot be read (TOMLDecodeError)"),
        (
            f'{LANGUAGE}[review]\non = 2026-12-01\nreaders = 5\nright = 3\ncatalogue = "00"',
            "review.right: Input should be greater than or equal to 4",
        ),
        (
            f'{LANGUAGE}[review]\non = 2026-12-01\nreaders = 4\nright = 4\ncatalogue = "00"',
            "review.readers: Input should be greater than or equal to 5",
        ),
    ],
)
def test_each_fault_of_a_language_file(workshop: Workshop, new: str, says: str) -> None:
    """A language says when it was drafted, and nobody calls it reviewed without its readers."""
    workshop.language.write_text(new, encoding="utf-8")
    assert any(fault.startswith("es/language.toml:1: ") and says in fault for fault in workshop.faults())


def test_obsolete(workshop: Workshop) -> None:
    """A message that is only kept as obsolete is a fault."""
    with workshop.catalogue.open("a", encoding="utf-8") as file:
        file.write('\n#~ msgctxt "z.old"\n#~ msgid "Old."\n#~ msgstr "Viejo."\n')
    assert any("z.old: obsolete" in fault for fault in workshop.faults())


def test_another_babels_spelling_of_the_plural_rule_is_no_fault(workshop: Workshop) -> None:
    """What it means counts; an update leaves it as it is."""
    workshop.plant(workshop.catalogue, "; plural=", "; plural=0 + ")
    workshop.plant(workshop.catalogue, ";\\n", " + 0;\\n")
    written = workshop.catalogue.read_text(encoding="utf-8")
    workshop.update()
    assert workshop.catalogue.read_text(encoding="utf-8") == written
    assert workshop.faults() == []


def test_no_catalogue(workshop: Workshop) -> None:
    """A listed language without a catalogue is a fault, not an exception."""
    workshop.catalogue.unlink()
    (fault,) = workshop.faults()
    assert "es/LC_MESSAGES/reportline.po:1: the catalogue cannot be read (FileNotFoundError" in fault


def test_stale_template(workshop: Workshop) -> None:
    """New English without an update is a fault of the template and of every language."""
    workshop.plant(workshop.source, '"Send"', '"Send it"')
    faults = workshop.faults()
    assert any(fault.startswith("reportline.pot:1: the template is not") for fault in faults)
    assert any("button.send: missing" in fault for fault in faults)
    workshop.update()
    assert ["fuzzy" in fault or "changed since" in fault for fault in workshop.faults()] == [True, True]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"Send"', '" Send"', ":3: button.send: the text has spaces around it"),
        ('"Send"', '"Send what you have there."', ":3: button.send: 25 characters; write at most 24"),
        ('"Send"', '"Send {0}"', ":3: button.send: braces that are no placeholder"),
        ('"Send"', '"It will be removed"', 'button.send: "will be removed" is refused'),
        ('"Send"', '"It\'s sent"', "button.send: straight quotes"),
        ('"c.long"', '"button.send"', ": button.send: another text has this name already"),
    ],
)
def test_english_faults(workshop: Workshop, old: str, new: str, says: str) -> None:
    """English is checked where it stands in the sources."""
    workshop.plant(workshop.source, old, new)
    workshop.update()
    assert any(fault.startswith("sources/words.py:") and says in fault for fault in workshop.faults())
