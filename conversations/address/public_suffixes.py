"""Which names people can register: the Public Suffix List, its official part."""

from publicsuffixlist import PublicSuffixList

_SUFFIXES = PublicSuffixList(accept_unknown=False, only_icann=True)


def private_suffix(host: str) -> str | None:
    """Give a known public suffix and one label more, or None."""
    domain: str | None = _SUFFIXES.privatesuffix(host)
    return domain
