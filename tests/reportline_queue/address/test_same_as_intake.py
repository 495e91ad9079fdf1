"""The client finds the same addresses as the intake, by the same code, and without the intake's libraries."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from conversations.address import AddressKind
from conversations.address import limits as of_the_intake
from conversations.address.finding import Found, find
from reportline_queue.address import limits
from reportline_queue.address.finding import Found as ClientFound
from reportline_queue.address.finding import find as client_find
from reportline_queue.intake import answers

ROOT = Path(__file__).parents[3]
OF_THE_CLIENT = {"__init__.py", "limits.py", "public_suffixes.py", "suffixes.txt", "url_standard.py"}
MESSAGES = ROOT / "tests" / "conversations" / "address" / "shared_messages.json"
# What the URL standard reads in its own way.
ODD = (
    "http://0x08.0x08.0x08.0x08/a http://134744072/ http://8.8.2056/ http://09.1.1.1/ http://1.2.3.4.5/",
    "HTTP://EXAMPLE.COM:80/../a/./b/%2e%2E/c?#",
    "https://user:pass@example.com:8443\\a\\b?q#f",
    "https://example.com:99999/ https://[2001:db8::1]:443/ https://[::ffff:8.8.8.8]/ https://[::1",
    "https://b\u00fccher.example/ https://xn--bcher-kva.example/ https://xn--zzzzzzzz.example/",
    "https://\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444/ \u4f8b\u3048.jp/\u3042 https://\u2603.net/",
    "magnet:?xt=urn:btih:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa tg://resolve?domain=example ipfs://bafy/",
    "mail@example.com file:///etc/passwd C:\\x content://a localhost:80 192.168.0.1/x printer.local",
    "https://example.com/a?fbclid=1&b=2 https://google.co.uk/search?q=a&ei=1 @example [@]example",
    "hxxps[:]//example[.]com/a see example(dot)com, a..b example.zip ayer.Es co.uk github.io e.g. 3.5",
)

PIECES = (
    *(
        "https",
        "http",
        ":",
        "//",
        "/",
        ".",
        "..",
        "example",
        "com",
        "co",
        "uk",
        "xn--",
        "a",
        "B",
        "1",
        "0x7f",
    ),
    *("@", "?", "#", "&", "=", "%", "[", "]", "\\", " ", "\u00e9", "\u4f8b"),
)


def test_what_is_shared_is_the_same_file() -> None:
    ours, theirs = ROOT / "reportline_queue" / "address", ROOT / "conversations" / "address"
    shared = _files(ours) - OF_THE_CLIENT
    assert shared == _files(theirs) - OF_THE_CLIENT
    for name in shared:
        there = (theirs / name).read_bytes()
        assert (ours / name).read_bytes() == there, f"link reportline_queue/address/{name} anew"
        assert b"conversations" not in there


def test_the_limits_and_kinds_are_the_same() -> None:
    assert limits.MAXIMUM_ADDRESSES == of_the_intake.MAXIMUM_ADDRESSES
    assert limits.MAXIMUM_ADDRESS_LENGTH == of_the_intake.MAXIMUM_ADDRESS_LENGTH
    assert {kind.name: kind.value for kind in answers.AddressKind} == {
        kind.name: kind.value for kind in AddressKind
    }


def test_the_same_is_found_in_every_message_of_the_finders_own_tests() -> None:
    messages = [*ODD, *_texts(json.loads(MESSAGES.read_text(encoding="utf-8")))]
    assert len(messages) > 100
    for message in messages:
        for text in (message, *message.split()):
            assert _told(client_find(text, handles=True)) == _told(find(text, handles=True)), text


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join))
@example("https://example.com")
def test_the_same_is_found_in_any_text(text: str) -> None:
    assert _told(client_find(text, handles=True)) == _told(find(text, handles=True))


def _files(folder: Path) -> set[str]:
    """Name the modules of a package and of its finder."""
    files = (*folder.iterdir(), *(folder / "finding").iterdir())
    return {file.relative_to(folder).as_posix() for file in files if file.is_file()}


def _told(found: Found | ClientFound) -> tuple[list[str], list[str], bool]:
    given_addresses = [address.given for address in found.addresses]
    return given_addresses, [kind.value for kind in found.unreportable], found.left_out


def _texts(kept: Any) -> Iterator[str]:
    if isinstance(kept, str):
        yield kept
    elif isinstance(kept, list | dict):
        for part in kept.values() if isinstance(kept, dict) else kept:
            yield from _texts(part)
