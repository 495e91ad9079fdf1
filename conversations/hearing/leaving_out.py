"""Leaves names out of a text, wherever they stand again and however they are spelt there."""

import re
from collections.abc import Iterable, Iterator

from conversations.hearing.own_names import LETTER, words_of_name
from conversations.hearing.spelling import plain

_LEFT_OUT = "(…)"
_LEAST_DIGITS = 7
# A number as people write it: with spaces, dashes, strokes and brackets between its digits.
_NUMBER = re.compile(r"\+?\d(?:[\W_]{0,3}\d){6,19}")
_TOKEN = re.compile(rf"{LETTER}+(?:['’]{LETTER}+)*")
_ASCII = re.compile(r"[a-z]+")
# "Anna's", "Rinanya"; in other scripts case endings are as long: "Айгүлдің", "सीताले", and "Олени" of "Олена".
_LATIN_ENDINGS = frozenset({"", "s", "nya"})
_LONGEST_ENDING = 3
_LEAST_LETTERS = 3
_LEAST_OF_STEM = 4
# "وأحمد": and, then, with, for, like stand before a name without a space.
_ARABIC_PREFIXES = "وفبلك"
Span = tuple[int, int]


def left_out(text: str, names: Iterable[str], among: Iterable[str] = ()) -> str:
    """Give the text with a mark in place of each of these names, and no longer than it was.

    A name is left out wherever it stands again, in any case and usual spelling, and so is each of its parts;
    but a user name that is only like it is another. `among` are all names of the text: those that are not
    left out stay whole, though one of these may be a part of them.
    """
    own = tuple(dict.fromkeys(names))
    if not own:
        return text
    hidden = {name.casefold() for name in own}
    kept = [name for name in among if name.casefold() not in hidden]
    stays = [span for name in kept for span in _exactly(text, name)]
    found = [span for name in own for span in _places(text, name)]
    pieces, reached = [], 0
    for start, end in widest(span for span in found if not _within(span, stays)):
        pieces += [text[reached:start], _mark(end - start)]
        reached = end
    return "".join((*pieces, text[reached:]))


def widest(spans: Iterable[Span]) -> Iterator[Span]:
    """Give the spans in order, without those that lie within the one before."""
    reached = -1
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > reached:
            yield max(start, reached), end
            reached = end


def _within(span: Span, others: Iterable[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _mark(length: int) -> str:
    return _LEFT_OUT if length >= len(_LEFT_OUT) else _LEFT_OUT[1]


def _exactly(text: str, name: str) -> Iterator[Span]:
    return (found.span() for found in re.finditer(re.escape(name), text, re.IGNORECASE))


def _places(text: str, name: str) -> Iterator[Span]:
    """Find where a name stands, whole or in part."""
    digits = _digits(name)
    if len(digits) >= _LEAST_DIGITS and not any(map(str.isalpha, name)):
        yield from _exactly(text, name)
        # The end is the same with and without the country's code.
        yield from (
            found.span()
            for found in _NUMBER.finditer(text)
            if _digits(found[0]).endswith(digits[-_LEAST_DIGITS:])
        )
    elif "@" in name[1:]:
        spelt = re.escape(name).replace("@", "(?:@|%40|%2540)")
        yield from (found.span() for found in re.finditer(spelt, text, re.IGNORECASE))
    else:
        for part in (name, *_halves(name)):
            yield from _as_a_word(text, part)
        yield from _by_its_words(text, name)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _halves(name: str) -> Iterator[str]:
    """Give the user name and the password of a link."""
    yield from (part for part in name.split(":")[:2] if ":" in name and len(part) >= len(_LEFT_OUT))


def _as_a_word(text: str, name: str) -> Iterator[Span]:
    """Find a name between other words; a handle also without its "@"."""
    spelt = f"@?{re.escape(name[1:])}" if name.startswith("@") else re.escape(name)
    before = LETTER if name.startswith("@") else f"(?:{LETTER}|@)"
    pattern = rf"(?<!{before}){spelt}(?!{LETTER})"
    return (found.span() for found in re.finditer(pattern, text, re.IGNORECASE))


def _by_its_words(text: str, name: str) -> Iterator[Span]:
    """Find each word of somebody's name, but not within a user name."""
    words = {plain(word) for word in words_of_name(name)}
    for token in _TOKEN.finditer(text):
        if text[token.start() - 1 : token.start()] != "@" and _is_form_of_any(plain(token[0]), words):
            yield token.span()


def _is_form_of_any(token: str, words: Iterable[str]) -> bool:
    return any(_is_form_of(token, word) for word in words)


def _is_form_of(token: str, word: str) -> bool:
    """Tell whether a word is a name, or the name with an ending or a small word glued to it."""
    if token == word or (token[:1] in _ARABIC_PREFIXES and token[1:] == word):
        return True
    if _ASCII.match(word):
        return token.startswith(word) and token[len(word) :] in _LATIN_ENDINGS
    stem = word[:-1] if len(word) > _LEAST_OF_STEM else word
    is_near = len(token) <= len(word) + _LONGEST_ENDING
    return len(word) >= _LEAST_LETTERS and is_near and token.startswith(stem)
