"""What is heard in a text: a need, and whose it is; nothing where no rule of the languages is kept."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial

from conversations.hearing.needs import Heard, Need, Who
from conversations.hearing.phrases import Phrases, phrases
from conversations.hearing.spelling import sentences

_LONGEST_WHOLE = 6
_ACTS_OF_ANOTHER = Heard(Need.OWN_BEHAVIOUR, Who.THIRD)
_OF_ONESELF = frozenset(Heard(need, Who.FIRST) for need in (Need.DANGER, Need.THREATS, Need.HURT))
_OWN_ACTS = Heard(Need.OWN_BEHAVIOUR, Who.FIRST)
_OF_ANOTHER = frozenset(Heard(need, Who.THIRD) for need in (Need.DANGER, Need.PARENT, Need.HURT))


def hear(text: str, languages: Iterable[str], *, after_hurt: bool = False) -> Heard | None:
    """Give the most pressing need that a text tells of, by the rules of these languages, or None.

    `after_hurt` tells that whoever writes has told before that they are hurt.
    """
    said = sentences(text)
    found = [
        (heard, language)
        for language in languages
        for heard in _heard(said, phrases(language), after_hurt=after_hurt)
    ]
    most = min(
        (heard for heard, _ in found), key=partial(_pressing, {heard for heard, _ in found}), default=None
    )
    return most and replace(most, languages=tuple({own: None for heard, own in found if heard == most}))


def _pressing(among: AbstractSet[Heard], heard: Heard) -> tuple[bool, int, int]:
    """Whoever is hurt is answered before what they tell of the other's acts."""
    waits = heard == _ACTS_OF_ANOTHER and not among.isdisjoint(_OF_ONESELF)
    return waits, list(Need).index(heard.need), list(Who).index(heard.who)


def _heard(said: Sequence[tuple[str, ...]], known: Phrases, *, after_hurt: bool) -> Iterator[Heard]:
    words = [word for sentence in said for word in sentence]
    if not words:
        return
    plain = tuple(word for word in words if word not in known.polite) or tuple(words)
    if len(plain) <= _LONGEST_WHOLE and plain in known.whole:
        yield Heard(known.whole[plain], Who.FIRST)
    for sentence in said:
        if after_hurt:
            yield from known.after_hurt.kept_by(sentence)
        heard = frozenset(known.rules.kept_by(sentence))
        if known.i_is_my and not heard.isdisjoint(_OF_ANOTHER):
            heard -= {_OWN_ACTS}
        if heard and not any(True for _ in known.unless.kept_by(sentence)):
            yield from heard
