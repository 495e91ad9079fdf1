"""A message is written as its language is: its script, marks and spaces, and nothing that nobody sees."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from babel import Locale
from babel.core import get_global, parse_locale

from locales.glossary import Glossary

# The marks that a script has of its own, by the ASCII ones that they take the place of.
_MARKS: Mapping[str, Mapping[str, str]] = {
    "Arab": {",": "،", ";": "؛", "?": "؟"},
    "Deva": {".": "।"},
}
_OWN_MARKS = frozenset("،؛؟۔।")
_ENDS = frozenset(".?:।؟۔")
# What stays as it is in every language and script.
NAMES = frozenset({"telegram", "take", "it", "down", "iwf", "qr", "https", "www", "language"})
_COMMAND = re.compile(r"(?<!\w)/[a-z]+\b")
_PLACEHOLDER = re.compile(r"\{\w+\}")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
_NO_BREAK = "\u00a0\u202f"
_SEEN = frozenset(f" \n{_NO_BREAK}")
# Two marks of these scripts join and part letters, and spellings need them.
_JOINERS = {"Arab": "\u200c\u200d", "Deva": "\u200c\u200d"}
_TATWEEL = "\u0640"
_LINK = re.compile(r"\w+://\S*|www\.\S*|\bt\.me\S*")
# How Unicode names the letters of a script, where that is not the script's English name in CLDR.
_CHARACTERS_OF_SCRIPT = {
    "Beng": ("BENGALI",),
    "Hans": ("CJK",),
    "Hant": ("CJK",),
    "Jpan": ("CJK", "HIRAGANA", "KATAKANA"),
    "Kore": ("HANGUL", "CJK"),
    "Nkoo": ("NKO",),
    "Orya": ("ORIYA",),
}
_SHARED = 0.5
_SHARED_COUNTS_FROM = 4


@dataclass(frozen=True, slots=True)
class Writing:
    """How a language is written: its script (ISO 15924), and the marks and spaces that it has of its own."""

    script: str
    marks: Mapping[str, str]
    spaced: Mapping[str, str]
    opening: Mapping[str, str]
    quotes: str
    names: AbstractSet[str]


def writing_of(language: str, glossary: Glossary) -> Writing:
    """Give how a language is written: by CLDR's likely script, and by what its glossary adds."""
    script = str(parse_locale(get_global("likely_subtags")[language])[2])
    return Writing(
        script,
        {**_MARKS.get(script, {}), **glossary.punctuation},
        glossary.spaced,
        glossary.opening,
        glossary.quotes,
        NAMES | {name.lower() for name in glossary.names},
    )


def writing_faults(writing: Writing, text: str) -> Iterator[str]:
    """Say what a text has that is not written so in its language, whatever it translates."""
    seen = _SEEN | set(_JOINERS.get(writing.script, ""))
    if any(unicodedata.category(character) in _HIDDEN_CATEGORIES for character in set(text) - seen):
        yield "characters that nobody sees; type the text anew"
    if text != unicodedata.normalize("NFC", text):
        yield "letters in pieces; write it in Unicode's composed form (NFC)"
    if _TATWEEL in text or any(_is_odd_form(character) for character in text):
        yield "letters in the form of print or stretched; type them anew"
    if "<" in text or ">" in text:
        yield "< or >; nothing here is HTML, write words"
    if any(unicodedata.category(character)[0] == "N" and not character.isascii() for character in text):
        yield "digits of the script; write 0 to 9, they are shown in the reader's own"
    if "!" in text or "¡" in text:
        yield '"!" is refused: it shouts; end the sentence with a full stop'
    if "  " in text or re.search(r"[ \u00a0\u202f]\n|\n ", text):
        yield "spaces too many; write one between words, and none at a line's end"
    yield from _script_faults(writing, text)
    yield from _mark_faults(writing, text)
    yield from _quote_faults(writing, text)


def likeness_faults(writing: Writing, english: str, text: str, *, as_in_english: bool) -> Iterator[str]:
    """Say where a translation and its English differ in what must be the same, or are the same in words."""
    if sorted(re.findall("[0-9]+", text)) != sorted(re.findall("[0-9]+", english)):
        yield "other numbers than in English; write the same"
    if sorted(_COMMAND.findall(text)) != sorted(_COMMAND.findall(english)):
        yield "other commands than in English; they stay as they are"
    if sorted(_LINK.findall(text)) != sorted(_LINK.findall(english)):
        yield "other links than in English; write the same"
    if text.count("\n") != english.count("\n"):
        yield "other lines than in English; break it where the English breaks"
    if _symbols(text) != _symbols(english):
        yield "other signs than in English; write the same"
    if (text[-1] in _ENDS | {*writing.marks.values()}) != (english[-1] in _ENDS):
        yield "another end than in English; end both with a mark, or both without"
    if writing.script == "Latn" and not as_in_english:
        yield from _left_over(english, text)


def _script_faults(writing: Writing, text: str) -> Iterator[str]:
    bare = _PLACEHOLDER.sub("", _COMMAND.sub("", text))
    if writing.script != "Latn":
        strangers = {word for word in _LATIN_WORD.findall(bare) if word.lower() not in writing.names}
        if strangers:
            yield f"Latin words in another script: {', '.join(sorted(strangers))}; translate them"
        bare = _LATIN_WORD.sub("", bare)
    own = _character_names(writing.script)
    foreign = sorted({letter for letter in bare if letter.isalpha() and not _is_of(letter, own)})
    if foreign:
        yield f"letters of another script: {', '.join(map(unicodedata.name, foreign))}; type them anew"


@cache
def _character_names(script: str) -> tuple[str, ...]:
    """Give the words with which Unicode begins the names of a script's letters."""
    return _CHARACTERS_OF_SCRIPT.get(script) or (Locale("en").scripts[script].upper(),)


def _is_of(letter: str, names: tuple[str, ...]) -> bool:
    return unicodedata.name(letter, "").startswith((*names, "MODIFIER LETTER"))


def _is_odd_form(character: str) -> bool:
    return character.isalpha() and unicodedata.normalize("NFKC", character) != character


def _mark_faults(writing: Writing, text: str) -> Iterator[str]:
    bare = _PLACEHOLDER.sub("x", re.sub(r"https://|www\.", "x", text))
    for mark, own in writing.marks.items():
        # A point after a digit numbers a line.
        if re.search(rf"(?<![0-9]){re.escape(mark)}", bare):
            yield f'"{mark}" is not this language\'s; write {own}'
    strange = _OWN_MARKS & set(text) - set(writing.marks.values())
    if strange:
        yield f"marks of another language: {' '.join(sorted(strange))}"
    for mark, opens in writing.opening.items():
        if text.count(mark) != text.count(opens):
            yield f'"{mark}" without "{opens}" before it, or the other way round'
    for found in re.finditer(r"(.?)([?!;:.,،؛؟۔।])", bare):
        yield from _space_faults(writing, found[1], found[2])


def _space_faults(writing: Writing, before: str, mark: str) -> Iterator[str]:
    space = writing.spaced.get(mark, "")
    if space and before != space:
        yield f'"{mark}" without its no-break space; write U+{ord(space):04X} before it'
    elif not space and before and before in f" {_NO_BREAK}":
        yield f'a space before "{mark}"; write none'


def _quote_faults(writing: Writing, text: str) -> Iterator[str]:
    if "'" in text or '"' in text:
        yield "straight quotes; write ’, or the language's own quotation marks"
    used = {character for character in text if unicodedata.category(character) in {"Pi", "Pf"}} - {"’"}
    strange = used - set(writing.quotes)
    if strange:
        yield f"quotation marks of another language: {' '.join(sorted(strange))}; write {writing.quotes}"


def _left_over(english: str, text: str) -> Iterator[str]:
    words, source = _words(text), set(_words(english))
    shared = [word for word in words if word in source]
    if text == english and words:
        yield "the same as in English; translate it, or name it in the glossary's as_in_english"
    elif len(words) >= _SHARED_COUNTS_FROM and len(shared) > _SHARED * len(words):
        yield f"English left over: {' '.join(shared)}; translate it"


def _words(text: str) -> list[str]:
    bare = _PLACEHOLDER.sub("", _COMMAND.sub("", text)).lower()
    return [word for word in re.findall(r"[^\W\d_]+", bare) if word not in NAMES]


def _symbols(text: str) -> list[str]:
    return sorted(character for character in text if unicodedata.category(character) in {"So", "Sk"})
