"""A sealed report opens with the intake's private key, and with nothing else."""

import base64

import pytest

from conversations.wire.report import Report, ReportedAddress, SealedReport
from conversations.wire.sealing import (
    NotOpened,
    UnknownShape,
    new_private_key,
    public_half,
    seal,
    unseal,
)
from tests.conversations.wire.test_report import a_report

PRIVATE = new_private_key()
PUBLIC = public_half("k1", PRIVATE)


def test_what_was_sealed_is_opened_whole() -> None:
    report = a_report(note="top left", live="no")
    assert unseal(seal(report, PUBLIC), {"k1": PRIVATE}) == report


def test_the_key_that_sealed_cannot_open() -> None:
    with pytest.raises(NotOpened):
        unseal(seal(a_report(), PUBLIC), {"k1": PUBLIC.raw})


def test_an_unknown_key_opens_nothing() -> None:
    with pytest.raises(NotOpened):
        unseal(seal(a_report(), PUBLIC), {"k2": PRIVATE})


def test_one_changed_bit_breaks_the_seal() -> None:
    sealed = seal(a_report(), PUBLIC)
    content = bytearray(base64.b64decode(sealed.sealed))
    content[-1] ^= 1
    changed = SealedReport(key_id="k1", sealed=base64.b64encode(content).decode())
    with pytest.raises(NotOpened):
        unseal(changed, {"k1": PRIVATE})


def test_the_length_does_not_tell_one_short_address_from_another() -> None:
    lengths = {
        len(seal(a_report(addresses=(ReportedAddress(given="https://a.example/" + "x" * n),)), PUBLIC).sealed)
        for n in (1, 50, 200)
    }
    assert len(lengths) == 1


def test_sealing_twice_gives_different_bytes() -> None:
    assert seal(a_report(), PUBLIC).sealed != seal(a_report(), PUBLIC).sealed


def test_the_error_shows_no_content() -> None:
    with pytest.raises(NotOpened) as caught:
        unseal(SealedReport(key_id="k1", sealed="QUJD"), {"k1": PRIVATE})
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


class Newer(Report):
    """A report as a later version may write it."""

    mood: str = ""


def test_a_newer_report_is_no_broken_seal_and_its_error_shows_no_content() -> None:
    newer = Newer.model_validate(a_report().model_dump() | {"mood": "marker"})
    with pytest.raises(UnknownShape) as caught:
        unseal(seal(newer, PUBLIC), {"k1": PRIVATE})
    assert "marker" not in str(caught.value)
    assert caught.value.__suppress_context__
