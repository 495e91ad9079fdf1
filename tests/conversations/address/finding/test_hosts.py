"""The host of a typed link ends where the sentence goes on."""

import pytest

from conversations.address.finding.hosts import could_be_host, settle_bare, settle_typed


@pytest.mark.parametrize(
    ("typed", "followed", "host"),
    [
        ("example.com", False, "example.com"),
        ("example.com.Gracias", False, "example.com"),
        ("example.com.Gracias", True, "example.com.Gracias"),
        ("example.com\u0432\u0438\u0434", False, "example.com"),
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


@pytest.mark.parametrize(
    ("typed", "could"),
    [
        ("example.com", True),
        ("EXAMPLE.CO.UK", True),
        ("example[.]com", True),
        ("ayer.es", True),
        ("example.com.hello", True),
        ("example.org-\u0442\u0430", True),
        ("\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444", True),
        ("madeup.i2p", True),
        ("printer.local", True),
        ("8.8.8.8", True),
        ("hello.nosuchsuffix", False),
        ("photo.jpeg", False),
        ("3.50", False),
        ("1.2.3.4.5", False),
    ],
)
def test_most_words_with_a_dot_are_no_host_at_sight(typed: str, could: bool) -> None:  # noqa: FBT001 - a table's column
    assert could_be_host(typed) is could
    assert could or settle_bare(typed, followed=True) is None
