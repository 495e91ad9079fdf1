"""What is heard in a text: a need, and whose it is; nothing where no rule of the languages is kept."""

from collections.abc import Iterable, Iterator, Sequence

from conversations.hearing.needs import Heard, Need, Who
from conversations.hearing.phrases import Phrases, phrases
from conversations.hearing.spelling import sentences

_LONGEST_WHOLE = 6


def hear(text: str, languages: Iterable[str]) -> Heard | None:
    """Give the most pressing need that a text tells of, by the rules of these languages, or None."""
    said = sentences(text)
    found = [heard for language in languages for heard in _heard(said, phrases(language))] if said else []
    return min(found, key=_pressing, default=None)


def _pressing(heard: Heard) -> tuple[int, int]:
    return list(Need).index(heard.need), list(Who).index(heard.who)


def _heard(said: Sequence[tuple[str, ...]], known: Phrases) -> Iterator[Heard]:
    words = [word for sentence in said for word in sentence]
    plain = tuple(word for word in words if word not in known.polite) or tuple(words)
    if len(plain) <= _LONGEST_WHOLE and plain in known.whole:
        yield Heard(known.whole[plain], Who.FIRST)
    for sentence in said:
        heard = tuple(known.rules.kept_by(sentence))
        if heard and not any(True for _ in known.unless.kept_by(sentence)):
            yield from heard
