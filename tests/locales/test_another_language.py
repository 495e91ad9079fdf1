"""An eighteenth language needs one folder and no code; a made-up one, half as long again, is tested."""

import json
import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po, write_po

from locales.catalogues import read_catalogue
from locales.check import GROWTH
from locales.extraction import merged, template
from locales.glossary import INSTEAD, TERMS

ROOT = Path(__file__).parents[2]
COPIED = ("bot", "conversations", "intake_api", "locales", "reportline", "tests")
FILES = ("pyproject.toml",)
CODE = "eo"
ACCENTS = str.maketrans("aceghijosuAEIOU", "áĉéĝĥíĵóŝúÁÉÍÓÚ")
KEPT = re.compile(
    r"\{\w+\}|/[a-z]+\b|https://|www\.|Telegram|Take It Down|IWF|QR|🌐 Language|[^\W\d_]+|.", re.DOTALL
)
PLAIN = re.compile(r"[^\W\d_]{2,}")
HELD = {
    "test_the_talk_goes_the_same_way_in_every_language",
    "test_every_card_fits_telegram_even_with_twenty_of_the_longest_links",
    "test_every_button_fits_every_channel",
    "test_the_presentation_fits_telegram",
    "test_every_inserted_value_stands_in_an_isolate",
    "test_a_message_that_counts_says_so_of_every_number",
    "test_every_way_stays_within_its_limits",
    "test_every_way_stays_within_its_limits_in_every_language",
}
NAMES = frozenset({"Telegram", "IWF", "Language"})


def _pseudo(text: str, *, grows: bool) -> str:
    """Write a text with accents, its words drawn out until it is as long as any translation may be."""
    parts = KEPT.findall(text)
    places = [place for place, part in enumerate(parts) if PLAIN.fullmatch(part) and part not in NAMES]
    accented = [part.translate(ACCENTS) if place in places else part for place, part in enumerate(parts)]
    # The names of buttons in a sentence stay as they are on the buttons.
    quoted = {
        place for place in places if "".join(parts[:place]).count("“") > "".join(parts[:place]).count("”")
    }
    drawn = [place for place in places if parts[place] != "Send" and place not in quoted]
    for turn in range(int(GROWTH * len(text)) - len(text) if grows and drawn else 0):
        accented[drawn[turn % len(drawn)]] += "ŭ"
    return "".join(accented)


def _catalogue() -> str:
    catalogue = read_po(BytesIO(merged(template(), "", CODE).encode()), locale=CODE)
    for message in catalogue:
        if message.id:
            message.string = _translated(message)
    body = BytesIO()
    write_po(body, catalogue)
    return merged(template(), body.getvalue().decode(), CODE)


def _translated(message: Message) -> str | tuple[str, ...]:
    grows = not str(message.context).startswith(("button.", "command.", "presentation."))
    if isinstance(message.id, str):
        return _pseudo(message.id, grows=grows)
    return tuple(_pseudo(form, grows=grows) for form in message.id)


def _glossary() -> str:
    refused = "".join(
        f"[[refused]]\nkind = '{kind}'\npattern = 'zzz{kind}'\nlike = 'zzz{kind}'\n" for kind in INSTEAD
    )
    terms = "".join(
        f"[[terms]]\nenglish = '{term}'\nsay = ['á', 'é', 'í', 'ó', 'ú']\nwhy = 'any word'\n"
        for term in TERMS
    )
    return f"voice = 'Made up, to see what would not fit into a card.'\ntelling = ['zzz']\n{terms}{refused}"


@pytest.fixture(name="checkout", scope="module")
def _checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the talk needs; add the folder, its way back, and the language to a portal: data alone."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "canaries"))
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    ours = folder / "locales" / CODE
    (ours / "LC_MESSAGES").mkdir(parents=True)
    (ours / "LC_MESSAGES" / "reportline.po").write_text(_catalogue(), encoding="utf-8")
    (ours / "glossary.toml").write_text(_glossary(), encoding="utf-8")
    (ours / "language.toml").write_text('own_name = "Ésperanto"\ndrafted = 2026-11-24\n', encoding="utf-8")
    compared = {
        name: {"english": text, "translation": forms, "back": forms, "meaning": "same"}
        for (name, text), forms in read_catalogue(CODE, folder / "locales").translations.items()
    }
    (folder / "locales" / "review" / f"{CODE}.json").write_text(json.dumps(compared), encoding="utf-8")
    portal = folder / "bot" / "portals" / "international.toml"
    text = portal.read_text(encoding="utf-8")
    portal.write_text(text.replace('"wo"]', f'"wo", "{CODE}"]'), encoding="utf-8")
    return folder


def _run(checkout: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    return done.returncode, done.stdout + done.stderr


def test_it_is_longer_and_full_of_accents(checkout: Path) -> None:
    """The made-up language is as long as a translation may be, so it shows what would not fit."""
    said = read_catalogue(CODE, checkout / "locales").translations
    english = sum(len(text) for _, text in said)
    assert sum(len(forms[-1]) for forms in said.values()) > 1.3 * english
    assert said["first.hello", "Hello. You can send a web link here."][0].startswith("Hélló")


def test_it_is_whole(checkout: Path) -> None:
    """The linter takes it like any other, and lists it with its state."""
    assert _run(checkout, "-m", "reportline", "locales", "check", CODE) == (0, f"whole: {CODE}\n")
    status, listed = _run(checkout, "-m", "reportline", "locales", "status")
    assert status == 0
    assert "eo  Ésperanto: drafted on 2026-11-24, not reviewed by a native speaker" in listed


def test_every_talk_is_held_in_it(checkout: Path) -> None:
    """Every transcript goes its way, every card and every button fits, every way stays within its limits."""
    tests = ("tests/test_transcripts.py", "tests/bot/talks/test_render.py", "tests/bot/tools/test_measure.py")
    status, told = _run(
        checkout, "-m", "pytest", "-v", "-p", "no:cacheprovider", "--case", f"'{CODE}'", *tests
    )
    assert status == 0, told
    assert {*re.findall(r"::(\w+) PASSED", told)} >= HELD


def test_nothing_starts_with_a_language_that_lacks_a_message(checkout: Path) -> None:
    """A card that cannot be shown loses a reporter: the bot says which message, and does not start."""
    path = checkout / "locales" / CODE / "LC_MESSAGES" / "reportline.po"
    whole = path.read_text(encoding="utf-8")
    path.write_text(
        whole.replace('msgctxt "first.hello"', '#, fuzzy\nmsgctxt "first.hello"'), encoding="utf-8"
    )
    for command, says in (
        (("bot", "talk"), "The language eo lacks first.hello. Run reportline locales check eo."),
        (("bot", "talk"), "before it is translated: reportline bot talk --draft."),
        (("locales", "preview", CODE), "first.hello is missing in eo"),
    ):
        status, told = _run(checkout, "-m", "reportline", *command)
        assert (status, says in told) == (1, True), told
    _a_draft_is_tried_in_english(checkout)
    path.write_text(whole, encoding="utf-8")


def _a_draft_is_tried_in_english(checkout: Path) -> None:
    """Whoever writes a new sentence sees it in a talk before anybody translates it."""
    assert _run(checkout, "-m", "reportline", "setup")[0] == 0
    status, told = _run(checkout, "-m", "reportline", "bot", "talk", "--draft", "--language", "eo")
    assert status == 0, told
    assert "Hello. You can send a web link here." in told
    assert "Ésperanto" not in told
