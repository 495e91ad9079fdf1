"""The host of a typed link ends where the sentence goes on."""

import pytest

from conversations.address.hosts import settle_bare, settle_typed


@pytest.mark.parametrize(
    ("typed", "followed", "host"),
    [
        ("example.com", False, "example.com"),
        ("example.com.Gracias", False, "example.com"),
        ("example.com.Gracias", True, "example.com.Gracias"),
    ],
)
def test_a_host_with_a_scheme_is_taken_whole_unless_a_sentence_follows(
    typed: str,
    followed: bool,  # noqa: FBT001 - a table's column
    host: str,
) -> None:
    assert settle_typed(typed, followed=followed).host == host


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("example.com", "example.com"),
        ("ayer.es", "ayer.es"),
        ("ayer.Es", None),
        ("hello.nosuchsuffix", None),
        ("video.zip", None),
    ],
)
def test_a_bare_host_needs_a_known_suffix(typed: str, host: str | None) -> None:
    settled = settle_bare(typed, followed=False)
    assert (settled.host if settled else None) == host
