"""The URL standard (WHATWG), as the library ada reads it."""

import ada_url

Url = ada_url.URL


def parse(text: str) -> Url:
    """Parse an absolute address; raises ValueError where it is none."""
    return ada_url.URL(text)


def to_ascii(name: str) -> str:
    """Write a host's name in ASCII; raises ValueError where the standard does not allow it."""
    return ada_url.idna_to_ascii(name).decode()
