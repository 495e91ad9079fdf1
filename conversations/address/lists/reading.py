"""Reads which parameter a public list removes on which host, in the format of each list that we cite."""

import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final
from urllib.parse import unquote

# A host ("" is any) and a name; a name between two "/" is a regular expression, as in filter lists.
Removal = tuple[str, str]

_FILTER: Final = re.compile(r"(?P<where>.*)\$(?P<options>(?:[^$]*,)?removeparam=.+)")
_FILTERED_NAME: Final = re.compile(r"removeparam=(/.*?[^\\]/i?|[^,]+)")
_FILTERED_HOSTS: Final = re.compile(r"(?:^|,)domain=([^,]+)")
_FILTER_HOST: Final = re.compile(r"\|\|([a-z0-9.-]+\.[a-z]{2,})(?=[\^/$]|$)")
_INCLUDED_HOST: Final = re.compile(r"(?:\*|https?)://(?:\*\.)?(?:www\.)?([^/]+)/")
_PLAIN: Final = re.compile(r"[\w$-]+")


def read_list(text: str, hosts: Collection[str]) -> set[Removal]:
    """Read a list; ClearURLs names its hosts by regular expressions, which are tried on `hosts`."""
    if not text.lstrip().startswith(("{", "[")):
        return set(_filters(text))
    read = json.loads(text)
    return set(_format_of(read)(read, hosts))


def _format_of(read: Any) -> Callable[[Any, Collection[str]], Iterator[Removal]]:
    if isinstance(read, list):
        return _brave
    return _clearurls if "providers" in read else _firefox


def _brave(read: Any, _: Collection[str]) -> Iterator[Removal]:
    for rule in read:
        for included in rule["include"]:
            if matched := _INCLUDED_HOST.match(included):
                host = "" if matched[1] == "*" else matched[1]
                yield from ((host, unquote(name)) for name in rule["params"])


def _firefox(read: Any, _: Collection[str]) -> Iterator[Removal]:
    for site in read.values():
        for host in site["topLevelSites"]:
            named = "" if host == "*" else host.removeprefix("www.")
            yield from ((named, name) for name in site["queryParams"])


def _clearurls(read: Any, hosts: Collection[str]) -> Iterator[Removal]:
    for provider in read["providers"].values():
        anywhere = provider["urlPattern"] == ".*"
        covers = re.compile(provider["urlPattern"])
        covered = [""] if anywhere else [host for host in hosts if host and covers.match(f"https://{host}/")]
        for rule in provider.get("rules", []):
            rule_here = rule.removeprefix("(?:%3F)?")
            name = unquote(rule_here.replace("\\$", "$"))
            yield from ((host, name if _PLAIN.fullmatch(name) else f"/^{rule_here}$/") for host in covered)


def _filters(text: str) -> Iterator[Removal]:
    """Read "||host^$removeparam=name" and "$removeparam=name,domain=a|b"; a comment begins with "!"."""
    for line in text.splitlines():
        matched = None if line.startswith(("!", "@@")) else _FILTER.match(line)
        name = _FILTERED_NAME.search(matched["options"]) if matched else None
        if matched and name:
            yield from (
                (host, unquote(name[1])) for host in _filtered_hosts(matched["where"], matched["options"])
            )


def _filtered_hosts(where: str, options: str) -> list[str]:
    if named := _FILTERED_HOSTS.search(options):
        return [host for host in named[1].split("|") if not host.startswith("~")] or [""]
    if host := _FILTER_HOST.match(where):
        return [host[1]]
    # What holds only for a part of the addresses of all hosts is too little to know here.
    return [] if where.strip("*^") else [""]
