"""The language of a message is told by script and small words; no neighbour is taken for another."""

import json
import re
from pathlib import Path

import pytest

from conversations.hearing.speaking import spoken
from tests.talking import LANGUAGES

SENTENCES = Path(__file__).parent / "sentences"


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("मुझे मदद चाहिए", ("hi",)),
        ("मलाई मद्दत चाहियो", ("ne",)),
        ("مجھے مدد چاہیے", ("ur",)),
        ("زه مرسته غواړم", ("ps",)),
        ("أنا في حاجة إلى مساعدة", ("ar",)),
        ("мені допомога потрібна, є питання", ("uk",)),
        ("маған көмек керек", ("kk",)),
        ("надад тусламж хэрэгтэй байна", ("mn",)),
        ("no sé qué hacer con esto", ("es",)),
        ("je ne sais pas quoi faire dans ce cas", ("fr",)),
        ("naomba msaada kwa hii link yangu", ("sw",)),
        ("टाइप", ("hi", "ne")),
        ("hmm ok", ()),
        ("12345", ()),
    ],
)
def test_the_language_of_a_message(text: str, languages: tuple[str, ...]) -> None:
    assert spoken(text, LANGUAGES) == languages


def test_where_a_portal_speaks_one_language_of_a_script_the_script_tells() -> None:
    assert spoken("टाइप", ("en", "ne")) == ("ne",)


@pytest.mark.parametrize(("language", "neighbour"), [("ne", "hi"), ("hi", "ne"), ("ps", "ur"), ("ur", "ps")])
def test_no_language_is_taken_for_its_neighbour(language: str, neighbour: str) -> None:
    halves = json.loads((SENTENCES / f"{language}.json").read_text(encoding="utf-8")).values()
    texts = [sentence["text"] for half in halves for sentence in half]
    native = [text for text in texts if not re.search("[a-z]", text.lower())]
    assert len(native) >= 15
    assert [text for text in texts if spoken(text, LANGUAGES) == (neighbour,)] == []
