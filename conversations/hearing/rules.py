"""Rules of words such as `{somebody} hurt* {me}`, and which of them the words of a sentence keep.

A rule's elements come in this order, with at most two other words between one and the next; after `~` they
come in any order, anywhere in the sentence. An element is a word, the beginning of a word (`hurt*`), one of
several (`hit|beats`), or a group of these (`{me}`).
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from conversations.hearing.spelling import plain

MOST_BETWEEN = 2
_ANY_ORDER = "~"
Tag = TypeVar("Tag")


class UnreadableRuleError(ValueError):
    """A rule names a group that is not there, says nothing, or has a word without letters."""


@dataclass(frozen=True, slots=True)
class _Rule(Generic[Tag]):
    tag: Tag
    elements: tuple[int, ...]
    in_order: bool


class Rules(Generic[Tag]):
    """Rules, each with a tag that tells what it says; all are held against a sentence at once.

    Each distinct element has a number. Where its words stand in a sentence is a number too, with a bit for
    each place, so that a rule costs a few operations however many spellings it has. A word leads to its
    choices, and a choice to all elements that hold it: a group is read once, however many rules name it.
    """

    def __init__(self, written: Iterable[tuple[Tag, str]], groups: Mapping[str, Sequence[str]]) -> None:
        self._numbers: dict[str, int] = {}
        self._elements: defaultdict[str, list[int]] = defaultdict(list)
        self._by_word: defaultdict[str, list[list[int]]] = defaultdict(list)
        self._by_beginning: defaultdict[str, list[list[int]]] = defaultdict(list)
        rules = []
        for tag, text in written:
            parts = text.removeprefix(_ANY_ORDER).split()
            if not parts:
                raise UnreadableRuleError(f"the rule {text!r} says nothing")
            elements = tuple(self._number(part) for part in parts)
            rules.append(_Rule(tag, elements, in_order=not text.startswith(_ANY_ORDER)))
        spellings = self._indexed({choice: _spelt(choice, groups) for choice in self._elements})
        self._lengths = _lengths_by_letter(self._by_beginning)
        # By the element with the fewest spellings: a rule of which that is missing is not looked at.
        self._rules: defaultdict[int, list[_Rule[Tag]]] = defaultdict(list)
        for rule in rules:
            self._rules[min(rule.elements, key=spellings.__getitem__)].append(rule)

    @property
    def tags(self) -> frozenset[Tag]:
        """All that the rules can say."""
        return frozenset(rule.tag for rules in self._rules.values() for rule in rules)

    def kept_by(self, words: Sequence[str]) -> Iterator[Tag]:
        """Give the tags of the rules that the words of a sentence keep."""
        places = self._places(words)
        for rarest in places:
            for rule in self._rules.get(rarest, ()):
                if _is_kept(rule, places):
                    yield rule.tag

    def _number(self, part: str) -> int:
        """Give the number of an element; an element that was read before has one already."""
        if part not in self._numbers:
            number = self._numbers[part] = len(self._numbers)
            for choice in part.split("|"):
                self._elements[choice].append(number)
        return self._numbers[part]

    def _indexed(self, spelt: Mapping[str, Sequence[str]]) -> Sequence[int]:
        """Index the words of all choices; gives, for each element, how many spellings it has."""
        spellings = [0] * len(self._numbers)
        # All at once: what is done to a text costs much more for each of ten thousand words.
        words = iter(plain("\n".join(word for each in spelt.values() for word in each)).split("\n"))
        for choice, each in spelt.items():
            for word in itertools.islice(words, len(each)):
                if not word.removesuffix("*"):
                    raise UnreadableRuleError(f"{choice!r} has a word without letters")
                index = self._by_beginning if word.endswith("*") else self._by_word
                index[word.removesuffix("*")].append(self._elements[choice])
            for number in self._elements[choice]:
                spellings[number] += len(each)
        return spellings

    def _places(self, words: Sequence[str]) -> dict[int, int]:
        """Give, for each element of which words stand in the sentence, their places as bits."""
        places: defaultdict[int, int] = defaultdict(int)
        for place, word in enumerate(words):
            for elements in self._of_word(word):
                for number in elements:
                    places[number] |= 1 << place
        return dict(places)

    def _of_word(self, word: str) -> Iterator[list[int]]:
        """Give the elements of each choice that a word is, or begins with."""
        yield from self._by_word.get(word, ())
        for length in self._lengths.get(word[0], ()):
            if length > len(word):
                break
            yield from self._by_beginning.get(word[:length], ())


def _lengths_by_letter(beginnings: Iterable[str]) -> Mapping[str, Sequence[int]]:
    """Give, for each first letter, how long the beginnings with it are: of another script there is none."""
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for beginning in beginnings:
        lengths[beginning[0]].add(len(beginning))
    return {letter: sorted(of_letter) for letter, of_letter in lengths.items()}


def _spelt(choice: str, groups: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Give the spellings of a choice: those of its group, or itself."""
    named = re.fullmatch(r"\{(\w+)\}", choice)
    if named is None:
        return (choice,)
    if named[1] not in groups:
        raise UnreadableRuleError(f"there is no group {choice}")
    return groups[named[1]]


def _is_kept(rule: _Rule[Tag], places: Mapping[int, int]) -> bool:
    if not rule.in_order:
        return all(element in places for element in rule.elements)
    reached = places.get(rule.elements[0], 0)
    for element in rule.elements[1:]:
        reached = places.get(element, 0) & _following(reached)
        if not reached:
            return False
    return True


def _following(places: int) -> int:
    """Give the places that follow these, with at most MOST_BETWEEN other words between."""
    following = 0
    for distance in range(1, MOST_BETWEEN + 2):
        following |= places << distance
    return following
