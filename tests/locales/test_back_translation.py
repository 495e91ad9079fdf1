"""A translation goes back into English without its English, and comes back word for word."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from locales.back_translation import NotThisSheet, sheet, take_back
from locales.catalogues import catalogue_path
from locales.commands import app
from locales.extraction import english, update
from locales.review import comparison_path, read_comparison, review_faults

SOURCE = """
words("b.hello", "Hello.")
counted("a.many", "We took {maximum} link.", "We took {maximum} links.")
"""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "words.py").write_text(SOURCE, encoding="utf-8")
    update(["uk"], tmp_path, tmp_path / "sources")
    _say(tmp_path, "Hello.", "Вітаємо.")
    for form in range(4):
        path = catalogue_path("uk", tmp_path)
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace(f'msgstr[{form}] ""', f'msgstr[{form}] "Форма {form}."'), encoding="utf-8"
        )
    (tmp_path / "uk" / "language.toml").write_text('own_name = "Українська"\ndrafted = 2026-11-24\n')
    return tmp_path


def _say(folder: Path, english: str, said: str) -> None:
    path = catalogue_path("uk", folder)
    before, after = path.read_text(encoding="utf-8").split(f'msgid "{english}"\nmsgstr "', 1)
    path.write_text(
        f'{before}msgid "{english}"\nmsgstr "{said}"{after.split(chr(34), 1)[1]}', encoding="utf-8"
    )


def _sheet(folder: Path) -> dict[str, str]:
    return sheet("uk", folder, folder / "sources")


def _take(folder: Path, returned: dict[str, str]) -> int:
    return take_back("uk", returned, folder, folder / "sources")


def _faults(folder: Path) -> list[str]:
    return list(review_faults("uk", english(folder / "sources"), folder))


def _judge(folder: Path, meaning: str) -> None:
    path = comparison_path("uk", folder)
    path.write_text(path.read_text(encoding="utf-8").replace('"?"', f'"{meaning}"'), encoding="utf-8")


def test_a_sheet_holds_the_strings_and_nothing_that_tells(folder: Path) -> None:
    """Each form has a number of its own; no name and no English goes out."""
    assert _sheet(folder) == {
        "1.1": "Форма 0.",
        "1.2": "Форма 1.",
        "1.3": "Форма 2.",
        "1.4": "Форма 3.",
        "2": "Вітаємо.",
    }


def test_what_comes_back_is_kept_word_for_word_until_somebody_judges(folder: Path) -> None:
    """Until a person has said whether the meaning is the same, the language is not whole."""
    assert _take(folder, {number: f"Back {number} [short]" for number in _sheet(folder)}) == 2
    faults = _faults(folder)
    assert len(faults) == 2
    assert all("nobody has compared it yet; in place of" in fault for fault in faults)
    _judge(folder, "same")
    assert _faults(folder) == []
    compared = read_comparison("uk", folder)
    assert list(compared) == ["a.many", "b.hello"]
    assert compared["a.many"].back == [
        "Back 1.1 [short]",
        "Back 1.2 [short]",
        "Back 1.3 [short]",
        "Back 1.4 [short]",
    ]
    assert (compared["b.hello"].english, compared["b.hello"].translation) == ("Hello.", ["Вітаємо."])
    assert _sheet(folder) == {}


def test_only_what_changed_goes_back_again(folder: Path) -> None:
    """A mended message is sent back alone, and the others keep what was judged."""
    _take(folder, dict.fromkeys(_sheet(folder), "Back."))
    _judge(folder, "same")
    _say(folder, "Hello.", "Добрий день.")
    assert _sheet(folder) == {"2": "Добрий день."}
    assert len(_faults(folder)) == 1
    assert _take(folder, {"2": "Good day."}) == 1
    _judge(folder, "same")
    assert _faults(folder) == []
    assert read_comparison("uk", folder)["a.many"].back == ["Back."] * 4


def test_what_is_fuzzy_stays_at_home_and_keeps_its_comparison(folder: Path) -> None:
    """A message that is not translated yet is on no sheet, and nothing of it is lost."""
    _take(folder, dict.fromkeys(_sheet(folder), "Back."))
    _judge(folder, "same")
    path = catalogue_path("uk", folder)
    path.write_text(
        path.read_text(encoding="utf-8").replace('msgctxt "b.hello"', '#, fuzzy\nmsgctxt "b.hello"')
    )
    assert _sheet(folder) == {}
    assert _take(folder, {}) == 0
    assert read_comparison("uk", folder)["b.hello"].back == ["Back."]


def test_another_sheet_is_refused(folder: Path) -> None:
    """What came back of other strings is not mixed in."""
    with pytest.raises(NotThisSheet, match=r"not on the sheet as it is now: 1\.2, 1\.3, 1\.4, 2, 7"):
        _take(folder, {"1.1": "Back.", "7": "Back."})
    assert not comparison_path("uk", folder).exists()


def test_what_is_gone_is_dropped(folder: Path) -> None:
    """The way back of a message that the talk no longer says is not kept."""
    comparison_path("uk", folder).parent.mkdir()
    comparison_path("uk", folder).write_text('{"z.gone": {"meaning": "same"}}')
    _take(folder, dict.fromkeys(_sheet(folder), "Back."))
    assert "z.gone" not in json.loads(comparison_path("uk", folder).read_text(encoding="utf-8"))


def test_the_commands() -> None:
    """A sheet of ours is empty, since every language went back; a file that is none is told."""
    runner = CliRunner()
    assert json.loads(runner.invoke(app, ["sheet", "es"]).output) == {}
    for arguments, says in (
        (["returned", "es", "/nowhere.json"], "No such file"),
        (["returned", "es", __file__], "it is not what a sheet is"),
        (["returned", "xx", __file__], "There is no catalogue of xx. There are ar, es,"),
        (["sheet", "en"], "There is no catalogue of en."),
        (["fingerprint", "xx"], "There is no catalogue of xx."),
    ):
        result = runner.invoke(app, arguments)
        assert (result.exit_code, says in result.output) == (1, True), result.output
