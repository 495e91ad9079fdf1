"""Takes the parameters that `listed_parameters` lists out of a link; all else keeps every byte.

A short link that hides the sharer in its path (vm.tiktok.com, pin.it, reddit.com/.../s/) is kept whole,
since nobody can find the page without it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import unquote

from .listed_parameters import CAMPAIGN_PARAMETERS, SHARER_PARAMETERS, Listed
from .parts import WEB_SCHEMES, Parts, registrable_domain

# A parameter begins after each of these; "&amp;" comes from a copied web page.
_MARK: Final = re.compile(r"(&amp;|[&;?])")
_BEGINS_IN_PATH: Final = re.compile(r"&amp;|[&;]")
# The query of a link that is percent-encoded within this one.
_NESTED: Final = re.compile(r"%3F((?:(?!%23)[^&;#])*)", re.IGNORECASE)
_NESTED_NAME: Final = re.compile(r"%3D|=", re.IGNORECASE)
# What tells that a link holds more than a query whose parameters have "&" between them.
_MORE_FORMS: Final = re.compile("[#;]|%3")
_ANY_SUFFIX: Final = ".*"


class _Names:
    """The names of one host, each with the parameter beside which it is kept; "x*" is every name so begun."""

    __slots__ = ("_begun", "_exact")

    def __init__(self, exact: Mapping[str, str]) -> None:
        self._exact = {name: unless for name, unless in exact.items() if not name.endswith("*")}
        self._begun = tuple(name.removesuffix("*") for name in exact if name.endswith("*"))

    def has(self, name: str, query: str) -> bool:
        """Tell whether a name is one of these, and the query holds nothing beside which it is kept."""
        if "%" in name or name.startswith("amp;"):
            name = unquote(name).removeprefix("amp;")
        unless = self._exact.get(name)
        if unless is None:
            return name.startswith(self._begun)
        return not unless or (f"?{unless}=" not in query and f"&{unless}=" not in query)


class _Table:
    """Entries by their hosts: each host has the names of every host above it, too."""

    def __init__(self, entries: Iterable[Listed]) -> None:
        gathered: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for entry in entries:
            for host in entry.hosts or ("",):
                gathered[host] |= dict.fromkeys(entry.names, entry.unless)
        self._by_host = {host: _Names(_with_those_above(gathered, host)) for host in gathered}
        self.anywhere = self._by_host.pop("")
        any_suffix = [host for host in self._by_host if host.endswith(_ANY_SUFFIX)]
        self._any_suffix = {host.removesuffix(_ANY_SUFFIX): self._by_host.pop(host) for host in any_suffix}

    def names(self, host: str) -> _Names:
        """Give the names of a host; its public suffix is looked for only beside "google" and the like."""
        for name, theirs in self._any_suffix.items():
            if name in host and (registrable_domain(host) or host).partition(".")[0] == name:
                return self._names_above(host, theirs)
        return self._names_above(host, self.anywhere)

    def _names_above(self, host: str, otherwise: _Names) -> _Names:
        while host:
            if host in self._by_host:
                return self._by_host[host]
            host = host.partition(".")[2]
        return otherwise


def _with_those_above(gathered: Mapping[str, dict[str, str]], host: str) -> dict[str, str]:
    """Gather the names of a host, of the hosts above it, of its name under any suffix, and of every host."""
    labels = host.removesuffix(_ANY_SUFFIX).split(".")
    covering = {".".join(labels[at:]) for at in range(len(labels))} | {host, ""}
    covering |= {f"{label}{_ANY_SUFFIX}" for label in labels[-2:-1]}
    return {name: unless for above in covering for name, unless in gathered.get(above, {}).items()}


_SHARER: Final = _Table(SHARER_PARAMETERS)
_SHARER_AND_CAMPAIGN: Final = _Table((*SHARER_PARAMETERS, *CAMPAIGN_PARAMETERS))


def without_sharer(query: str, host: str) -> str:
    """Remove the sharer's parameters from a query ("?a=1&b=2" or ""); the others keep every byte.

    Names are compared as they are meant: percent-decoded, and after an "&amp;" of a copied web page.
    """
    return _query_without(query, _SHARER.names(host), _SHARER.anywhere) if query else query


def without_sharer_anywhere(written: str, host: str) -> str:
    """Remove them from a link, or from all that follows its host: also where the "?" is missing."""
    return _without(written, host, _SHARER)


def without_sharer_of(written: str, parts: Parts | None) -> str:
    """Do the same for a whole address, whose parts are known; only one of the web has parameters."""
    if parts is None or parts.scheme not in WEB_SCHEMES:
        return written
    return without_sharer_anywhere(written, parts.host)


def without_sharer_and_campaign(written: str, host: str) -> str:
    """Remove what leads to no other page: the sharer's parameters, and those of campaigns."""
    return _without(written, host, _SHARER_AND_CAMPAIGN)


def _without(written: str, host: str, table: _Table) -> str:
    if "?" not in written and "&" not in written and ";" not in written and "%3" not in written:
        return written
    names = table.names(host)
    path, _, query = written.partition("?")
    if not (_MORE_FORMS.search(written) or "&" in path or "?" in query):
        return f"{path}{_plain_query_without(f'?{query}', names)}"
    page, mark, fragment = written.partition("#")
    path, question, query = page.partition("?")
    if "?" in fragment:
        fragment = _fragment_without(fragment, table.anywhere)
    query = _query_without(f"{question}{query}", names, table.anywhere)
    return f"{_path_without(path, names, table.anywhere)}{query}{mark}{fragment}"


def _fragment_without(fragment: str, anywhere: _Names) -> str:
    """Clean the address that a page made of code keeps there ("#/a?b=1")."""
    path, question, query = fragment.partition("?")
    return f"{path}{_query_without(f'{question}{query}', anywhere, anywhere)}"


def _path_without(path: str, names: _Names, anywhere: _Names) -> str:
    path = _nested_without(path, anywhere)
    begins = _BEGINS_IN_PATH.search(path) if "&" in path or ";" in path else None
    if begins is None:
        return path
    page, query = path[: begins.start()], path[begins.start() :]
    return page + "".join(_kept(query, names, anywhere, page))


def _query_without(query: str, names: _Names, anywhere: _Names) -> str:
    query = _nested_without(query, anywhere)
    if ";" not in query and query.count("?") == 1:
        return _plain_query_without(query, names)
    kept = "".join(_kept(query, names, anywhere))
    first = _MARK.match(kept)
    if kept == query or first is None:
        return kept
    return f"?{kept[first.end() :]}" if kept.strip("?&;") else ""


def _plain_query_without(query: str, names: _Names) -> str:
    """Do the same where "&" alone parts parameters: nearly always, and in a third of the time."""
    pieces = query[1:].split("&")
    kept = [piece for piece in pieces if not names.has(piece.partition("=")[0], query)]
    if len(kept) == len(pieces):
        return query
    return f"?{'&'.join(kept)}" if any(kept) else ""


def _kept(query: str, names: _Names, anywhere: _Names, before: str = "") -> Iterator[str]:
    """Yield each parameter that stays, with the mark before it; the first one that stays follows `before`."""
    marks_and_pieces = _MARK.split(query)[1:]
    for mark, piece in zip(marks_and_pieces[::2], marks_and_pieces[1::2], strict=True):
        if not _judged_by(mark, before, names, anywhere).has(piece.partition("=")[0], query):
            before = piece
            yield f"{mark}{piece}"


def _judged_by(mark: str, before: str, names: _Names, anywhere: _Names) -> _Names:
    """Give the names for a piece: ";" may be part of a value, and "?" of a link (with "/") in this one."""
    if not before or mark.startswith("&"):
        return names
    return anywhere if mark == ";" or "/" in before else names


def _nested_without(written: str, anywhere: _Names) -> str:
    if "%3F" not in written and "%3f" not in written:
        return written
    return _NESTED.sub(lambda nested: _one_nested_without(nested, anywhere), written)


def _one_nested_without(nested: re.Match[str], anywhere: _Names) -> str:
    pieces = nested[1].split("%26")
    kept = [piece for piece in pieces if not anywhere.has(_NESTED_NAME.split(piece, 1)[0], "")]
    if len(kept) == len(pieces):
        return nested[0]
    return f"{nested[0][:3]}{'%26'.join(kept)}" if kept else ""
