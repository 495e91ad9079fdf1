"""The tables are safe, calm and complete in 60 columns and in 200, with any text of a reporter."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime
from io import StringIO
from itertools import chain
from typing import Any, Literal

import pytest
from rich.cells import cell_len
from rich.console import Console

from intake_api.analysts.decision import Decision
from reportline_queue import items, tables
from reportline_queue.errors import NotDone
from reportline_queue.intake.answers import (
    AuditEntry,
    Claim,
    ClaimShown,
    DecisionShown,
    Exposure,
    HeldClaim,
    ItemFound,
    ItemsFound,
    ItemShown,
    NamedTogether,
    ReportShown,
    ReportsShown,
    Summary,
)
from reportline_queue.tables import Shown
from reportline_queue.text import clean, safe, shown_address
from reportline_queue.vocabulary.terms import newest
from reportline_queue.vocabulary.words import list_named, near
from tests.cases import for_every
from tests.intake_api.running_api import NOON

COMMANDS = "[red]third[/red] \x1b[2J\x07\u202epost\u2066\r\nsecond \U000e0041line"
HOSTILE = f"{COMMANDS}, at https://example.org/3 and @example"
AT = datetime(2026, 3, 1, 12, 34, 56, tzinfo=UTC)
ITEM, ASSESSMENT, CLAIM, KEY = "0" * 31 + "1", "a" * 32, "0123456789abcdef", "c" * 12
SUMMED: dict[str, Any] = {
    "circumstances": ("danger_now", "own_pictures"),
    "item_id": ITEM,
    "kind": "web",
    "reports": 12,
    "portals": ("ar", "international"),
    "languages": ("en", "es", "ur"),
    "first_hour": NOON,
    "last_hour": NOON.replace(hour=15),
    "changed_on": NOON.date(),
    "changed_words": ("access", "note", "page_password", "position", "referer"),
}
DECIDED = DecisionShown(
    assessment_id=ASSESSMENT,
    vocabulary=2,
    assessed_at=AT,
    assessed_by=KEY,
    corrects="b" * 32,
    outcome="baseline",
    severity="B",
    youngest_child="pre_pubescent",
    gender="both",
    site_type="image_host",
    hosting_country="NL",
    commerciality="commercial",
    payment_method="visa",
    non_photographic=False,
    flags=("virtual", "user_generated"),
    action="reported_to_isp",
    action_reason="link_expired",
    note=HOSTILE,
)
ADDRESSES: dict[str, Any] = {
    "address_given": "HTTPS://example.com/1?a=b#c",
    "address_canonical": "https://example.com/1?a=b#c",
}
SAID: dict[str, Any] = {
    "note": HOSTILE,
    "position": HOSTILE,
    "page_password": COMMANDS,
    "referer": "https://example.net/x\x1b[2J",
}
REPORT = ReportShown(
    portal="international",
    channel="telegram",
    language="ur",
    hour=NOON,
    advice_version=1,
    withdrawn=False,
    **SAID,
)
WORDS: dict[str, Any] = {
    "summary": Summary(seen_today=1, live=2, passwords=3, positions=4, notes=5),
    "details": (REPORT,),
    "next_details": f"1{'0' * 16}",
    "together": (NamedTogether(item_id=ITEM, address_given="https://example.org/2\x1b[2J"),),
}
EXPOSURE = Exposure(
    minutes_today=95,
    minutes_left=25,
    limit="break",
    closed=False,
    opens_at=None,
    break_minutes=10,
    lifted_until=None,
    time_zone="UTC",
)
CLAIMED = ClaimShown(
    number=7,
    shown=True,
    exposure=EXPOSURE,
    claim_id=CLAIM,
    lease_expires=AT,
    needs_joining=True,
    history=(DECIDED,),
    **WORDS,
    **SUMMED,
    **ADDRESSES,
)
ITEM_SHOWN = ItemShown(
    needs_joining=False,
    state="waiting",
    outcome="baseline",
    history=(DECIDED,),
    **WORDS,
    **SUMMED,
    **ADDRESSES,
)
FOUND = ItemsFound(
    items=(ItemFound(state="assessed", outcome="baseline", **SUMMED),), more=True, next=f"1-{ITEM}"
)
HELD = HeldClaim(claim_id=CLAIM, lease_expires=AT, held_by=KEY, holder=HOSTILE, claimed_at=AT, **SUMMED)
AUDITED = [
    AuditEntry(sequence=number, at=AT, who=KEY, what="assessed_not_assessable", subject=ITEM)
    for number in (9, 123456)
]


def _printed(*parts: Shown, width: int = 60) -> str:
    """Print as the client does, without breaking text."""
    printed = StringIO()
    console = Console(file=printed, width=width, highlight=False, color_system=None)
    for part in parts:
        console.print(part, markup=False, soft_wrap=isinstance(part, str))
    return printed.getvalue()


def _together(parts: Iterable[tables.Part]) -> list[Shown]:
    return list(chain.from_iterable(parts))


def _claimed(shown: ClaimShown, *, plain_addresses: bool = False) -> list[Shown]:
    drawn = items.claimed(shown, plain_addresses=plain_addresses)
    return [*drawn.head, *_together(drawn.parts)]


def _item(shown: ItemShown, *, plain_addresses: bool = False) -> list[Shown]:
    drawn = items.item(shown, plain_addresses=plain_addresses)
    return [*drawn.head, *_together(drawn.parts)]


def _everything(*, plain_addresses: bool = False) -> dict[str, Iterable[Shown]]:
    drawn: dict[str, Iterable[Shown]] = {
        "claims": [
            tables.claims(
                [
                    Claim(claim_id=CLAIM, lease_expires=AT, number=number, shown=False, host=host, **SUMMED)
                    for number, host in ((1, "multi.example"), (17, "a" * 60), (999, None))
                ]
            )
        ],
        "claimed": _claimed(CLAIMED, plain_addresses=plain_addresses),
        "item": _item(ITEM_SHOWN, plain_addresses=plain_addresses),
        "found": _together(tables.found(FOUND)),
        "held": tables.held([HELD, HELD], AT),
        "reports": _together(
            items.report_parts(
                ReportsShown(reports=(REPORT,), next=f"1{'0' * 16}"), plain_addresses=plain_addresses
            )
        ),
        "audited": [tables.audited(AUDITED)],
        "lists": [tables.lists(newest().lists)],
    }
    return drawn | {name: tables.words(listed) for name, listed in newest().lists.items()}


@for_every(name=_everything(), width=[60, 80, 200])
def test_nothing_that_is_drawn_is_wider_than_the_terminal(name: str, width: int) -> None:
    lines = _printed(*_everything()[name], width=width).splitlines()
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("name", ["claimed", "item"])
def test_what_somebody_wrote_neither_commands_the_terminal_nor_is_clicked(name: str) -> None:
    shown = _printed(*_everything()[name])
    assert "[red]third[/red]" in shown
    assert not {"\x1b", "\x07", "\u202e", "\u2066", "\r", "\U000e0041"} & set(shown)
    assert "://" not in shown.replace("hxxps://", "")
    assert "example.o" not in shown
    assert " @" not in shown


@pytest.mark.parametrize("name", ["claimed", "item"])
def test_a_plain_address_stands_alone_on_its_line(name: str) -> None:
    lines = _printed(*_everything(plain_addresses=True)[name]).splitlines()
    assert {"HTTPS://example.com/1?a=b#c", "https://example.com/1?a=b#c"} <= set(lines)


@pytest.mark.parametrize("width", [60, 200])
def test_what_has_to_be_copied_is_never_broken(width: int) -> None:
    for name, copied in (
        ("claims", "999"),
        ("found", ITEM),
        ("item", ASSESSMENT),
        ("item", ITEM),
        ("audited", ITEM),
    ):
        assert copied in _printed(*_everything()[name], width=width)


def test_every_word_is_whole_in_60_columns() -> None:
    for listed in newest().lists.values():
        lines = _printed(*tables.words(listed)).splitlines()
        assert set(listed.values) <= {line.split()[0] for line in lines if line.strip()}


def test_the_history_shows_every_field_of_a_decision() -> None:
    shown = _printed(*_everything()["item"], width=200)
    told = Decision.model_fields.keys()
    assert {line.split()[0] for line in shown.splitlines() if line[:3].strip()} >= {"address", "assessment"}
    for field in told:
        assert f"\n  {field.replace('_', '-')} " in shown
    assert "virtual, user_generated" in shown


def _said(**answers: Any) -> ReportShown:
    return replace(REPORT, **answers)


def test_a_claim_shows_every_answer_of_its_reports() -> None:
    bare = _said(**dict.fromkeys(SAID))
    answers = [field.name for field in fields(ReportShown) if field.default is None]
    assert SAID.keys() <= set(answers)
    for name in answers:
        answered = _said(**dict.fromkeys(SAID) | {name: "words"})
        drawn, without = (
            _printed(*_claimed(replace(CLAIMED, details=(report,)))) for report in (answered, bare)
        )
        assert drawn != without, f"{name} is not drawn"


@pytest.mark.parametrize("name", ["claimed", "item"])
def test_what_reporters_tapped_is_drawn_first(name: str) -> None:
    first, *_ = _printed(*_everything()[name], width=100).splitlines()
    assert first.split("  ")[1:3] == [
        "a reporter",
        "says that there is danger now, is in the pictures, or a friend is",
    ]
    assert "danger now" in _printed(*_everything()["claims"]).replace("\n", " ")


def test_where_nothing_was_tapped_nothing_is_said_of_it() -> None:
    shown = _printed(*_claimed(replace(CLAIMED, circumstances=())))
    assert shown.startswith("address")


def test_what_was_not_recorded_is_not_shown() -> None:
    bare = DecisionShown(
        assessment_id=ASSESSMENT, vocabulary=2, assessed_at=AT, assessed_by=KEY, outcome="ignore"
    )
    shown = _printed(*_item(replace(ITEM_SHOWN, history=(bare,))))
    assert shown.partition(ASSESSMENT)[2].split() == ["made", "2026-03-01,", "by", KEY, "outcome", "ignore"]


@pytest.mark.parametrize(
    ("state", "outcome", "shown"),
    [
        ("waiting", None, "waiting"),
        ("assessed", "ignore", "assessed as ignore"),
        ("waiting", "ignore", "waiting; was ignore"),
    ],
)
def test_an_item_tells_where_it_is(
    state: Literal["waiting", "assessed"], outcome: str | None, shown: str
) -> None:
    items = (ItemFound(state=state, outcome=outcome, **SUMMED),)
    assert f" {shown} " in _printed(*_together(tables.found(ItemsFound(items=items, more=False))))


def test_hours_of_reports_stay_hours() -> None:
    assert "2026-03-01 12h UTC to 2026-03-01 15h UTC" in _printed(*_everything()["found"])


def test_an_address_is_isolated_from_the_direction_of_what_is_around() -> None:
    assert shown_address("https://example.com/1", plain=False) == "\u2068hxxps://example[.]com/1\u2069"
    assert shown_address("https://example.com/\u202e1", plain=True) == "https://example.com/1"


def test_an_onion_service_keeps_the_scheme_that_was_given() -> None:
    """Its canonical form has https, so that both are one item; but mostly only http opens it."""
    given: dict[str, Any] = {
        "address_given": "http://EXAMPLE.onion/a",
        "address_canonical": "https://example.onion/a",
    }
    shown = _printed(*_claimed(replace(CLAIMED, **given), plain_addresses=True))
    assert "\nhttp://example.onion/a\n" in shown
    assert "https://example.onion" not in shown
    same: dict[str, Any] = given | {"address_given": "http://example.onion/a"}
    assert "canonical" not in _printed(*_claimed(replace(CLAIMED, **same)))


def test_an_item_outside_the_queue_tells_that_it_needs_joining() -> None:
    assert "web, needs joining" in _printed(*_item(replace(ITEM_SHOWN, needs_joining=True)))


def test_the_head_of_an_item_tells_how_it_was_decided_before() -> None:
    head = _printed(*items.claimed(CLAIMED, plain_addresses=False).head, width=80)
    assert "once, last as baseline on 2026-03-01" in head
    assert len(head.splitlines()) <= 24 - 3


def test_joiners_that_a_script_needs_are_kept() -> None:
    assert clean("می\u200cروم क्\u200dष\n") == "می\u200cروم क्\u200dष\n"


def test_an_address_within_a_sentence_is_defanged() -> None:
    shown = safe("see (https://example.com/a), or 3.5 pages on")
    assert shown == "see (https[:]//example[.]com/a), or 3.5 pages on"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("hxxp://x[.]example/y", "hxxp://x[.]example/y"),
        ("(hxxps://x[.]example/y)", "(https[:]//x[.]example/y)"),
        ("file:///etc/passwd", "file[:]///etc/passwd"),
        ("user@mail.example", "user[@]mail[.]example"),
        ("mailto:user@mail.example", "mailto[:]user[@]mail[.]example"),
        ("tel:+123456789", "tel[:][+]123456789"),
        ("www.x", "www[.]x"),
        ("12:30, see: 3.5", "12:30, see: 3.5"),
    ],
)
def test_what_a_terminal_makes_a_link_of_is_defanged_once(written: str, shown: str) -> None:
    assert safe(written) == shown


@pytest.mark.parametrize(
    ("list_name", "typed", "meant"),
    [
        ("hosting_country", "nl", ["NL"]),
        ("hosting_country", "Netherlands", ["NL"]),
        ("hosting_country", "Germny", ["DE", "GG"]),
        ("hosting_country", "guinea-bissau", ["GW"]),
        ("hosting_country", "uk", ["GB", "UA", "VG"]),
        ("severity", "b", ["B"]),
        ("severity", "d", []),
        ("youngest_child", "pre-pubescent", ["pre_pubescent"]),
        ("action_reason", "404", ["error_404_not_found_or_site_down"]),
        ("action_reason", "", []),
        ("outcome", "qqq", []),
    ],
)
def test_who_types_another_word_is_told_the_near_ones(list_name: str, typed: str, meant: list[str]) -> None:
    assert [term.value for term in near(list_name, typed)] == meant


def test_no_more_words_are_told_than_can_be_read() -> None:
    assert len(near("hosting_country", "an")) == 5


def test_a_list_is_named_as_it_is_or_as_its_option_is() -> None:
    for name in newest().lists:
        assert list_named(name) is list_named(name.replace("_", "-")) is newest().lists[name]
    with pytest.raises(NotDone, match="The lists are outcome, severity,"):
        list_named("colours")
