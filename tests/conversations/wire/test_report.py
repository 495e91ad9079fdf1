"""A report names no reporter and no time finer than an hour; a receipt is read however it was typed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from conversations.wire.report import (
    SHAPES,
    Access,
    Circumstance,
    Depiction,
    Live,
    Reached,
    Report,
    ReportedAddress,
    Seen,
    read_receipt,
    write_receipt,
)
from tests.times import HOUR

# Every field and every word of a shape: an intake that does not know one of them refuses the report.
FIELDS_OF_SHAPES = {
    1: (
        "draft_id revision receipt portal channel language hour advice_version withdrawn addresses "
        "circumstances depiction reached referer access page_password position seen live note "
        "given whole_site complete "
        "looks_real drawn unsure channel search advert sent page open join log_in pay password "
        "today this_week earlier yes no unsure knows_child own_pictures threatened danger_now"
    )
}
RANDOM_BYTES = st.binary(min_size=10, max_size=10)


def a_report(**changes: object) -> Report:
    """Give a report that is fine, with changes."""
    fields: dict[str, object] = {
        "draft_id": "0" * 32,
        "revision": 1,
        "receipt": write_receipt(bytes(10)),
        "portal": "international",
        "channel": "telegram",
        "language": "en",
        "hour": HOUR,
        "advice_version": 1,
        "addresses": (ReportedAddress(given="https://forum.example/1"),),
    }
    return Report.model_validate({**fields, **changes})


@given(RANDOM_BYTES)
def test_a_receipt_is_read_back_however_it_is_typed(random_bytes: bytes) -> None:
    receipt = write_receipt(random_bytes)
    typed = receipt.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_receipt(typed) == receipt
    assert read_receipt(receipt.replace("-", "")) == receipt


@given(RANDOM_BYTES, st.integers(0, 15), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_digit_is_noticed(random_bytes: bytes, place: int, digit: str) -> None:
    digits = write_receipt(random_bytes).replace("-", "")
    wrong = digits[:place] + digit + digits[place + 1 :]
    assert (read_receipt(wrong) is None) == (wrong != digits)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_receipts(text: str) -> None:
    read = read_receipt(text)
    assert read is None or read_receipt(read) == read


def test_different_random_bytes_give_different_receipts() -> None:
    receipts = {write_receipt(number.to_bytes(10, "big")) for number in range(2000)}
    assert len(receipts) == 2000


def test_a_receipt_needs_exactly_ten_bytes() -> None:
    with pytest.raises(ValueError, match="10 bytes"):
        write_receipt(bytes(9))


@pytest.mark.parametrize("finer", [timedelta(minutes=1), timedelta(seconds=1), timedelta(microseconds=1)])
def test_a_time_finer_than_an_hour_is_refused(finer: timedelta) -> None:
    with pytest.raises(ValidationError, match="finer than an hour"):
        a_report(hour=HOUR + finer)


def test_an_hour_is_kept_in_utc() -> None:
    there = datetime(2026, 11, 24, 10, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert a_report(hour=there).hour == HOUR
    assert a_report(hour=there).hour.tzinfo is UTC


def test_a_report_has_no_field_for_a_reporter() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        a_report(reporter="anybody")


def test_a_withdrawn_report_has_no_addresses_and_any_other_has_some() -> None:
    assert a_report(withdrawn=True, addresses=()).withdrawn
    with pytest.raises(ValidationError):
        a_report(withdrawn=True)
    with pytest.raises(ValidationError):
        a_report(addresses=())


def test_neither_a_report_nor_its_error_shows_content() -> None:
    secret = "https://secret.example/page"
    report = a_report(addresses=(ReportedAddress(given=secret),), note=secret, referer=secret)
    assert "secret" not in repr(report)
    with pytest.raises(ValidationError) as caught:
        a_report(note=secret * 100)
    assert "secret" not in str(caught.value)


def test_whoever_changes_what_a_report_holds_gives_its_shape_a_new_number() -> None:
    """A bot and an intake of two versions compare these numbers before a report is sent."""
    words = (word for kind in (Depiction, Reached, Access, Seen, Live, Circumstance) for word in kind)
    fields = [*Report.model_fields, *ReportedAddress.model_fields, *words]
    assert " ".join(fields) == FIELDS_OF_SHAPES[SHAPES[-1]]
    assert set(FIELDS_OF_SHAPES) == set(SHAPES)
