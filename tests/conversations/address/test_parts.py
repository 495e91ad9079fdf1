"""An address has the parts that a browser sees, and a host that leads nowhere public is known."""

import pytest

from conversations.address.parts import is_private, registrable_domain, take_apart


def test_an_address_is_taken_apart_as_a_browser_does() -> None:
    parts = take_apart("HTTPS://me:p@Example.COM:443/a/../b?c#d")
    assert parts is not None
    assert (parts.scheme, parts.userinfo, parts.host) == ("https", "me:p@", "example.com")
    assert (parts.path, parts.query, parts.fragment) == ("/b", "?c", "#d")


@pytest.mark.parametrize(
    "text", ["", "example.com", "https://", f"https://{'a' * 64}.example/", "http://xn--/"]
)
def test_what_is_no_address_has_no_parts(text: str) -> None:
    assert take_apart(text) is None


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.example.com", "example.com"),
        ("a.example.co.uk", "example.co.uk"),
        ("co.uk", None),
        ("a.nosuch", None),
    ],
)
def test_the_registered_part_of_a_host(host: str, domain: str | None) -> None:
    assert registrable_domain(host) == domain


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("localhost", True),
        ("printer", True),
        ("nas.local", True),
        ("a.home.arpa", True),
        ("192.168.0.1", True),
        ("[::1]", True),
        ("8.8.8.8", False),
        ("example.com", False),
    ],
)
def test_a_private_host(host: str, private: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_private(host) == private
