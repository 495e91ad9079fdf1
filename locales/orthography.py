"""Checks that a message is written as its language is: script, marks, spaces, no invisible character."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from babel import Locale
from babel.core import get_global, parse_locale

from locales.glossary import Glossary

# A script's own marks, by the ASCII marks that they replace.
_MARKS: Mapping[str, Mapping[str, str]] = {
    "Arab": {",": "،", ";": "؛", "?": "؟"},
    "Deva": {".": "।"},
}
_OWN_MARKS = frozenset("،؛؟۔।")
_ENDS = frozenset(".?:।؟۔")
# Words that no language translates.
NAMES = frozenset({"telegram", "take", "it", "down", "iwf", "qr", "https", "www", "language"})
_COMMAND = re.compile(r"(?<!\w)/[a-z]+\b")
_PLACEHOLDER = re.compile(r"\{\w+\}")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
_NO_BREAK = "\u00a0\u202f"
_SEEN = frozenset(f" \n{_NO_BREAK}")
# These scripts need two invisible marks, which join and separate letters.
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
class Orthography:
    """How a language is written: its script (ISO 15924), and its own marks and spaces."""

    script: str
    marks: Mapping[str, str]
    spaced: Mapping[str, str]
    opening: Mapping[str, str]
    quotes: str
    names: AbstractSet[str]


def orthography_of(language: str, glossary: Glossary) -> Orthography:
    """Give how a language is written: CLDR's likely script, and what its glossary adds."""
    script = str(parse_locale(get_global("likely_subtags")[language])[2])
    return Orthography(
        script,
        {**_MARKS.get(script, {}), **glossary.punctuation},
        glossary.spaced,
        glossary.opening,
        glossary.quotes,
        NAMES | {name.lower() for name in glossary.names},
    )


def orthography_faults(orthography: Orthography, text: str) -> Iterator[str]:
    """Give the faults of a text that can be seen without its English."""
    seen = _SEEN | set(_JOINERS.get(orthography.script, ""))
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
    yield from _script_faults(orthography, text)
    yield from _mark_faults(orthography, text)
    yield from _quote_faults(orthography, text)


def likeness_faults(
    orthography: Orthography, english: str, text: str, *, as_in_english: bool, is_label: bool = False
) -> Iterator[str]:
    """Say where a translation differs from its English in what must be the same, or still has its words."""
    if sorted(re.findall("[0-9]+", text)) != sorted(re.findall("[0-9]+", english)):
        yield "other numbers than in English; write the same"
    if sorted(_COMMAND.findall(text)) != sorted(_COMMAND.findall(english)):
        yield "other commands than in English; they stay as they are"
    if sorted(_LINK.findall(text)) != sorted(_LINK.findall(english)):
        yield "other links than in English; write the same"
    # A label has a second line only where its first is too long for some channels.
    if text.count("\n") != english.count("\n") and not is_label:
        yield "other lines than in English; break it where the English breaks"
    if _symbols(text) != _symbols(english):
        yield "other signs than in English; write the same"
    if (text[-1] in _ENDS | {*orthography.marks.values()}) != (english[-1] in _ENDS):
        yield "another end than in English; end both with a mark, or both without"
    if orthography.script == "Latn" and not as_in_english:
        yield from _left_over(english, text)


def _script_faults(orthography: Orthography, text: str) -> Iterator[str]:
    bare = _PLACEHOLDER.sub("", _COMMAND.sub("", text))
    if orthography.script != "Latn":
        strangers = {word for word in _LATIN_WORD.findall(bare) if word.lower() not in orthography.names}
        if strangers:
            yield f"Latin words in another script: {', '.join(sorted(strangers))}; translate them"
        bare = _LATIN_WORD.sub("", bare)
    own = _character_names(orthography.script)
    foreign = sorted({letter for letter in bare if letter.isalpha() and not _is_of(letter, own)})
    if foreign:
        yield f"letters of another script: {', '.join(map(unicodedata.name, foreign))}; type them anew"


@cache
def _character_names(script: str) -> tuple[str, ...]:
    """Give the words with which the Unicode names of a script's letters begin."""
    return _CHARACTERS_OF_SCRIPT.get(script) or (Locale("en").scripts[script].upper(),)


def _is_of(letter: str, names: tuple[str, ...]) -> bool:
    return unicodedata.name(letter, "").startswith((*names, "MODIFIER LETTER"))


def _is_odd_form(character: str) -> bool:
    return character.isalpha() and unicodedata.normalize("NFKC", character) != character


def _mark_faults(orthography: Orthography, text: str) -> Iterator[str]:
    bare = _PLACEHOLDER.sub("x", re.sub(r"https://|www\.", "x", text))
    for mark, own in orthography.marks.items():
        # A point after a digit numbers a line.
        if re.search(rf"(?<![0-9]){re.escape(mark)}", bare):
            yield f'"{mark}" is not this language\'s; write {own}'
    strange = _OWN_MARKS & set(text) - set(orthography.marks.values())
    if strange:
        yield f"marks of another language: {' '.join(sorted(strange))}"
    for mark, opens in orthography.opening.items():
        if text.count(mark) != text.count(opens):
            yield f'"{mark}" without "{opens}" before it, or the other way round'
    for found in re.finditer(r"(.?)([?!;:.,،؛؟۔।])", bare):
        yield from _space_faults(orthography, found[1], found[2])


def _space_faults(orthography: Orthography, before: str, mark: str) -> Iterator[str]:
    space = orthography.spaced.get(mark, "")
    if space and before != space:
        yield f'"{mark}" without its no-break space; write U+{ord(space):04X} before it'
    elif not space and before and before in f" {_NO_BREAK}":
        yield f'a space before "{mark}"; write none'


def _quote_faults(orthography: Orthography, text: str) -> Iterator[str]:
    if "'" in text or '"' in text:
        yield "straight quotes; write ’, or the language's own quotation marks"
    used = {character for character in text if unicodedata.category(character) in {"Pi", "Pf"}} - {"’"}
    strange = used - set(orthography.quotes)
    if strange:
        yield f"quotation marks of another language: {' '.join(sorted(strange))}; write {orthography.quotes}"


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
