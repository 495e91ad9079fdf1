"""Writes a marker in every way in which it might leak: a leak is seldom as plain as the marker was."""

import hashlib
import json
import struct
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

from tests.canaries.markers import BITS, Marker

_DIGESTS = ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s")
# Of a digest its beginning is enough, so that a shortened one is found too: 64 bits, or 60 in base64.
_DIGEST_BYTES, _DIGEST_HEX, _DIGEST_BASE64 = 8, 16, 10
_LONG = 8

Ways = Iterable[bytes]


def ways(marker: Marker) -> Iterator[tuple[str, bytes]]:
    """Give every way in which the marker could be written, by the name of the way, once each."""
    seen = set()
    for name, write in WAYS.items():
        for written in write(marker):
            if (name, written) not in seen:
                seen.add((name, written))
                yield name, written


def as_text(marker: Marker) -> str:
    """Give the marker as it is written in JSON or by str()."""
    return str(marker.value)


def _plain(marker: Marker) -> Ways:
    text = as_text(marker)
    return (form.encode() for form in (text, text.lower(), text.upper()))


def _in_url(marker: Marker) -> Ways:
    text = as_text(marker)
    once = (quote(text, safe=""), quote(text), quote_plus(text))
    small = (form.lower() for form in once)
    return (form.encode() for form in (*once, *small, *(quote(form, safe="") for form in once)))


def _base64(marker: Marker) -> Ways:
    content = as_text(marker).encode()
    for write in (b64encode, urlsafe_b64encode):
        yield from (_aligned(write, content, before) for before in range(3))


def _aligned(write: Callable[[bytes], bytes], content: bytes, before: int) -> bytes:
    """Write content that stands `before` bytes after a group of three; only what no neighbour changes."""
    after = -(before + len(content)) % 3
    written = write(bytes(before) + content + bytes(after))
    return written[(0, 2, 3)[before] : len(written) - (0, 2, 3)[after]]


def _hex(marker: Marker) -> Ways:
    written = as_text(marker).encode().hex()
    yield from (written.encode(), written.upper().encode())
    if isinstance(marker.value, int):
        yield from (f"{marker.value:x}".encode(), f"{marker.value:X}".encode())


def _utf16(marker: Marker) -> Ways:
    return (as_text(marker).encode("utf-16-le"), as_text(marker).encode("utf-16-be"))


def _json(marker: Marker) -> Ways:
    text = as_text(marker)
    units = text.encode("utf-16-be")
    numbers = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    small = "".join(f"\\u{number:04x}" for number in numbers)
    large = "".join(f"\\u{number:04X}" for number in numbers)
    within = json.dumps(json.dumps(text)[1:-1])[1:-1]
    return (form.encode() for form in (json.dumps(text)[1:-1], small, large, within))


def _repr(marker: Marker) -> Ways:
    text = as_text(marker)
    return (repr(text)[1:-1].encode(), ascii(text)[1:-1].encode(), repr(text.encode())[2:-1].encode())


def _reversed(marker: Marker) -> Ways:
    text = as_text(marker)
    return (text[::-1].encode(), text.encode()[::-1])


def _packed(marker: Marker) -> Ways:
    """Pack a number in 8 bytes and, cut off, in 6 and 4, both byte orders, and as two kinds of varint."""
    if isinstance(marker.value, float):
        yield from (struct.pack("<d", marker.value), struct.pack(">d", marker.value))
    if isinstance(marker.value, int):
        for size in (8, 6, 4):
            cut = marker.value % 2 ** (8 * size)
            yield from (cut.to_bytes(size, "little"), cut.to_bytes(size, "big"))
        if marker.value.bit_length() == BITS:
            yield from (_varint(marker.value), _varint(2 * marker.value), _varint_of_sqlite(marker.value))


def _varint(number: int) -> bytes:
    groups = [number >> shift & 127 for shift in range(0, number.bit_length(), 7)]
    return bytes([*(group | 128 for group in groups[:-1]), groups[-1]])


def _varint_of_sqlite(number: int) -> bytes:
    most_first = _varint(number)[::-1]
    return bytes([*(group | 128 for group in most_first[:-1]), most_first[-1] & 127])


def _digest(name: str) -> Callable[[Marker], Ways]:
    def digests(marker: Marker) -> Ways:
        for content in _digested(marker):
            raw = hashlib.new(name, content, usedforsecurity=False).digest()
            yield raw[:_DIGEST_BYTES]
            yield raw.hex()[:_DIGEST_HEX].encode()
            yield raw.hex()[:_DIGEST_HEX].upper().encode()
            yield b64encode(raw)[:_DIGEST_BASE64]
            yield urlsafe_b64encode(raw)[:_DIGEST_BASE64]

    return digests


def _digested(marker: Marker) -> Ways:
    text = as_text(marker)
    yield from (text.encode(), text.lower().encode(), text.encode("utf-16-le"))
    if isinstance(marker.value, int):
        yield from (marker.value.to_bytes(_LONG, "little"), marker.value.to_bytes(_LONG, "big"))


WAYS: dict[str, Callable[[Marker], Ways]] = {
    "plain": _plain,
    "in a URL": _in_url,
    "base64": _base64,
    "hexadecimal": _hex,
    "UTF-16": _utf16,
    "JSON": _json,
    "repr": _repr,
    "reversed": _reversed,
    "packed": _packed,
    **{name: _digest(name) for name in _DIGESTS},
}
