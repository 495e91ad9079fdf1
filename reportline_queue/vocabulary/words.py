"""Makes command options of the vocabulary's terms, and suggests terms for any other word."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Final

import typer

from reportline_queue.errors import NotDone, WronglyCalled
from reportline_queue.vocabulary.terms import LIST_NAMES, Term, TermList, about, newest, terms

# More would make a line of help unreadable.
_AT_HAND: Final = 6
_NEAR: Final = 5
# A single letter is in almost every word.
_TELLING: Final = 2


def choice(list_name: str, *flags: str) -> Any:
    """Make the option whose values are the words of a list; any other raises WronglyCalled."""

    def known(typed: str) -> str:
        if typed not in terms(list_name):
            raise WronglyCalled(_no_such_word(list_name, flags[0] if flags else _option(list_name), typed))
        return typed

    return typer.Option(*flags, parser=known, metavar=_metavar(list_name), help=_help(list_name))


def list_named(typed: str) -> TermList:
    """Give a list of the vocabulary by its name, or by that of its option; raises NotDone."""
    name = typed.replace("-", "_")
    if name not in LIST_NAMES:
        raise NotDone(f"There is no such list. The lists are {', '.join(LIST_NAMES)}.")
    return newest().lists[name]


def near(list_name: str, typed: str) -> Sequence[Term]:
    """Give the terms of a list that are written like what was typed, at most five, in the list's order."""
    sought = _folded(typed.strip())
    written = {term: (_folded(term.value), _folded(term.meaning)) for term in newest().lists[list_name].terms}
    same = [term for term, words in written.items() if sought in words]
    within = [
        term
        for term, words in written.items()
        if len(sought) >= _TELLING and any(sought in word for word in words)
    ]
    alike = [term for term, words in written.items() if get_close_matches(sought, words, n=1)]
    return (same or within or alike)[:_NEAR]


def _folded(words: str) -> str:
    return words.casefold().replace("-", "_")


def _option(list_name: str) -> str:
    return f"--{list_name}".replace("_", "-")


def _no_such_word(list_name: str, option: str, typed: str) -> str:
    meant = [f"{term.value} ({term.meaning.rstrip('.')})" for term in near(list_name, typed)]
    if meant:
        asked = f"Do you mean {', or '.join(meant)}?"
    elif len(terms(list_name)) <= _AT_HAND:
        asked = f"Choose from {', '.join(terms(list_name))}."
    else:
        asked = "Nothing is written like it."
    return f"{option} has no such value. {asked} All of them: `reportline queue words {list_name}`."


def _metavar(list_name: str) -> str:
    values = terms(list_name)
    return "|".join(values) if len(values) <= _AT_HAND else list_name.rpartition("_")[2].upper()


def _help(list_name: str) -> str:
    if len(terms(list_name)) <= _AT_HAND:
        return about(list_name)
    return f"{about(list_name)} See `queue words {list_name}`."
