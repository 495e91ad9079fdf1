from pathlib import Path

import pytest

from locales.catalogues import catalogue_path
from locales.extraction import english, merged, template, template_path, update

SOURCE = """
from somewhere import words

LATER = (
    # An ordinary comment.
    words("b.second", "A long sentence, "
        "in two pieces."),
    # Translators: Said first.
    # Two lines of help.
    words("a.first", "Hello {name}."),
)
"""
PO = """\
# Somebody's remark about the file.
msgid ""
msgstr ""
"PO-Revision-Date: 2026-01-01 10:00+0000\\n"
"Last-Translator: Somebody <somebody@example.org>\\n"

# A translator's own note.
msgctxt "a.first"
msgid "Hello {name}."
msgstr "Hola {name}."

msgctxt "b.second"
msgid "A long sentence."
msgstr "Una frase larga."

msgctxt "c.gone"
msgid "Gone."
msgstr "Ido."

#~ msgctxt "d.older"
#~ msgid "Older."
#~ msgstr "Viejo."
"""


@pytest.fixture(name="sources")
def _sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources" / "deeper"
    folder.mkdir(parents=True)
    (folder / "some_words.py").write_text(SOURCE, encoding="utf-8")
    return tmp_path / "sources"


def test_english(sources: Path) -> None:
    """Messages are found below the folder with name, whole text, help for translators, and line."""
    first, second = english(sources)
    assert (first.context, first.text, first.line) == ("a.first", "Hello {name}.", 10)
    assert first.comments == ("Said first.", "Two lines of help.")
    assert (second.context, second.text, second.comments) == (
        "b.second",
        "A long sentence, in two pieces.",
        (),
    )


def test_template(sources: Path) -> None:
    """The template is sorted by name and holds neither dates nor lines nor people, so it never churns."""
    assert template(sources) == (
        "# Reportline: every message that a reporter can read, to be translated.\n"
        "# Written by `reportline locales update`.\n"
        'msgid ""\n'
        'msgstr ""\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        "\n"
        "#. Said first.\n"
        "#. Two lines of help.\n"
        "#, python-brace-format\n"
        'msgctxt "a.first"\n'
        'msgid "Hello {name}."\n'
        'msgstr ""\n'
        "\n"
        'msgctxt "b.second"\n'
        'msgid "A long sentence, in two pieces."\n'
        'msgstr ""\n'
    )


def test_merged(sources: Path) -> None:
    """What stays stays; changed English makes its translation fuzzy; what is gone goes, and so do people."""
    text = merged(template(sources), PO, "es")
    _, _, entries = text.partition("\n\n")
    assert "Somebody" not in text
    assert entries == (
        "# A translator's own note.\n"
        "#. Said first.\n"
        "#. Two lines of help.\n"
        "#, python-brace-format\n"
        'msgctxt "a.first"\n'
        'msgid "Hello {name}."\n'
        'msgstr "Hola {name}."\n'
        "\n"
        "# The English was: A long sentence.\n"
        "#, fuzzy\n"
        'msgctxt "b.second"\n'
        'msgid "A long sentence, in two pieces."\n'
        'msgstr "Una frase larga."\n'
    )


def test_merged_twice(sources: Path) -> None:
    """Merging again changes nothing: a fuzzy message stays fuzzy, with the English it was made for."""
    once = merged(template(sources), PO, "es")
    assert merged(template(sources), once, "es") == once


def test_mended(sources: Path) -> None:
    """Once a translator takes the fuzzy mark away, the former English goes; their own remarks stay."""
    fuzzy = merged(template(sources), PO, "es")
    mended = merged(template(sources), fuzzy.replace("#, fuzzy\n", ""), "es")
    assert mended == fuzzy.replace("# The English was: A long sentence.\n#, fuzzy\n", "")


def test_update(sources: Path, tmp_path: Path) -> None:
    """Known languages and those begun are brought up to date; a second time writes nothing."""
    begun = catalogue_path("fr", tmp_path)
    begun.parent.mkdir(parents=True)
    begun.write_text("", encoding="utf-8")
    expected = [template_path(tmp_path), catalogue_path("es", tmp_path), begun]
    assert update(["en", "es"], tmp_path, sources) == expected
    assert update(["en", "es"], tmp_path, sources) == []
    assert not catalogue_path("en", tmp_path).exists()
