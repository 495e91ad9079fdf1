"""Finds the part of a name that people can register, by the official part of the Public Suffix List."""

from functools import cache
from pathlib import Path

from publicsuffixlist import PSLFILE, PublicSuffixList


def private_suffix(host: str) -> str | None:
    """Give a known public suffix and one label more, or None."""
    domain: str | None = _suffixes().privatesuffix(host)
    return domain


@cache
def last_labels() -> frozenset[str]:
    """Give the labels with which known public suffixes end, in small letters."""
    official = Path(PSLFILE).read_text(encoding="utf-8").partition("===END ICANN DOMAINS===")[0]
    rules = [line.split()[0] for line in official.splitlines() if line and not line.startswith("//")]
    last = {rule.rpartition(".")[2].lower() for rule in rules}
    return frozenset(last | {label.encode("idna").decode() for label in last})


@cache
def _suffixes() -> PublicSuffixList:
    # Read when it is first needed: most commands need it never, and it would take a tenth of their start.
    return PublicSuffixList(accept_unknown=False, only_icann=True)
