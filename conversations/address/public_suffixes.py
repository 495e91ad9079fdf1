"""Finds the part of a name that people can register, by the official part of the Public Suffix List."""

from functools import cache

from publicsuffixlist import PublicSuffixList


def private_suffix(host: str) -> str | None:
    """Give a known public suffix and one label more, or None."""
    domain: str | None = _suffixes().privatesuffix(host)
    return domain


@cache
def _suffixes() -> PublicSuffixList:
    # Read when it is first needed: most commands need it never, and it would take a tenth of their start.
    return PublicSuffixList(accept_unknown=False, only_icann=True)
