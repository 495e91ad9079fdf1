"""Who helps is named under their country; without them the people near; without a country it is asked."""

import dataclasses
from datetime import date

from msgspec.structs import replace

from conversations.flow.cards import card
from conversations.flow.contacts import contacts, if_any, no_contact, take_it_down
from conversations.portals.model import Contact, Portal, Purpose, Sourced
from conversations.state import State
from conversations.talk import Phrase
from conversations.turns.submission import report_of
from tests.talking import MOMENT, PORTALS, Replay, new_state

STATE = new_state()
BARE = dataclasses.replace(PORTALS["international"], contacts=(), countries=())
TODAY = MOMENT.date()
LINE = Phrase("contact.line", (("name", "Helpers"), ("reach", "116 111")))


def _contact(purpose: Purpose, **known: object) -> Contact:
    reach = Sourced("116 111", "https://helpers.example/", date(2025, 11, 24))
    return dataclasses.replace(Contact(purpose, "Helpers", reach, "XX", tried=TODAY), **known)  # type: ignore[arg-type]


def _with(*given: Contact, **known: object) -> Portal:
    return dataclasses.replace(BARE, contacts=given, **known)  # type: ignore[arg-type]


def _said(portal: Portal, purpose: Purpose, state: State = STATE) -> tuple[Phrase, ...]:
    return contacts(purpose)(state, portal)  # type: ignore[operator]


def _names(said: tuple[Phrase, ...]) -> list[str]:
    return [phrase.words for phrase in said]


def test_the_country_stands_above_its_contacts_and_the_worldwide_ones_below() -> None:
    world = _contact(Purpose.THREATS, region=None, name="World")
    [national, worldwide] = _said(_with(_contact(Purpose.THREATS), world), Purpose.THREATS)
    assert national == Phrase("contacts.list", (("country", "XX"),), ((LINE,),))
    assert (worldwide.words, len(worldwide.lines)) == ("contacts.world", 1)


def test_a_line_says_price_hours_area_and_that_nobody_tried_it() -> None:
    always = _contact(Purpose.HURT, free=True, hours="24/7", area="Punjab", tried=None)
    [listed, _] = _said(_with(always), Purpose.HURT)
    [line] = listed.lines
    assert _names(line) == [
        *("contact.line", "contact.free", "contact.always", "contact.area", "contact.untried")
    ]
    assert line[-1].values == (("year", "2025"),)


def test_what_holds_for_all_of_several_is_said_once_below_them() -> None:
    untried = _contact(Purpose.THREATS, tried=None)
    portal = _with(untried, dataclasses.replace(untried, region=None))
    assert _names(_said(portal, Purpose.THREATS)) == ["contacts.list", "contacts.world", "contact.untried"]
    tried = dataclasses.replace(untried, region=None, tried=TODAY)
    [national, worldwide] = _said(_with(untried, tried), Purpose.THREATS)
    assert "contact.untried" in _names(national.lines[0])
    assert worldwide.lines == ((LINE,),)


def test_hours_are_said_with_whether_it_is_open_now() -> None:
    open_now = _contact(Purpose.HURT, hours="16:00-18:00", timezone="Asia/Karachi")
    for contact, says in (
        (open_now, "contact.open"),
        (dataclasses.replace(open_now, hours="09:00-16:00"), "contact.closed"),
    ):
        [listed, _] = _said(_with(contact), Purpose.HURT)
        assert listed.lines[0][1] == Phrase(says, (("hours", contact.hours),))


def test_the_trace_of_a_call_is_told_where_somebody_near_may_be_the_danger() -> None:
    for purpose in Purpose:
        traced = "contacts.trace" in _names(_said(_with(_contact(purpose)), purpose))
        assert traced == (purpose in {Purpose.DANGER, Purpose.HURT, Purpose.DESPAIR})
    page = dataclasses.replace(_contact(Purpose.HURT).reach, text="helpers.example")
    assert _names(_said(_with(_contact(Purpose.HURT, reach=page)), Purpose.HURT)) == ["contacts.list"]


def test_without_a_contact_the_people_near_come_first() -> None:
    nobody = no_contact(Purpose.HURT, after="talk.near")
    national = dataclasses.replace(BARE, region="XX")
    assert _names(nobody(STATE, national)) == ["talk.near", "contacts.none"]  # type: ignore[operator]
    assert nobody(STATE, _with(_contact(Purpose.HURT))) == ()  # type: ignore[operator]


def test_a_sentence_above_contacts_is_said_only_where_there_are_any() -> None:
    call = if_any(Purpose.DANGER, "danger.call")
    assert call(STATE, BARE) == ()  # type: ignore[operator]
    assert _names(call(STATE, _with(_contact(Purpose.DANGER)))) == ["danger.call"]  # type: ignore[operator]


def test_take_it_down_is_offered_only_where_it_is_listed() -> None:
    assert not take_it_down(STATE, BARE)
    assert take_it_down(STATE, _with(_contact(Purpose.OWN_IMAGES, name="Take It Down")))


def _replay(*given: Contact) -> Replay:
    portal = dataclasses.replace(PORTALS["international"], countries=(("XX", given),))
    return Replay(new_state(), {"international": portal})


def _shown(replay: Replay) -> list[str]:
    return _names(card(replay.state, replay.portals["international"]).phrases)


def test_a_country_is_chosen_on_an_exit_for_its_contacts_alone_and_forgotten_with_it() -> None:
    replay = _replay(_contact(Purpose.DANGER))
    replay.tap("danger")
    assert "country.ask" in _shown(replay)
    replay.tap("country")
    assert replay.choices()[:2] == ["country_xx", "not_here"]
    chosen = replay.tap("country_xx").state
    assert (chosen.step, chosen.country) == ("danger", "XX")
    assert "contacts.list" in _shown(replay)
    replay.tap("talk")
    assert replay.state.country == "XX"
    replay.tap("back")
    assert replay.tap("back").state.country == ""


def test_a_chosen_country_is_never_handed_in() -> None:
    plain = replace(STATE, draft=replace(STATE.draft, addresses=("https://forum.example/1",), revision=1))
    assert report_of(replace(plain, country="XX"), MOMENT) == report_of(plain, MOMENT)


def test_the_same_countries_are_offered_at_every_exit() -> None:
    replay = _replay(_contact(Purpose.HURT))
    replay.tap("danger")
    assert "contacts.list" not in _shown(replay)
    replay.tap("country")
    assert "country_xx" in replay.choices()


def test_whose_country_is_not_listed_is_told_that_there_is_no_number_and_is_not_asked_again() -> None:
    replay = _replay(_contact(Purpose.DANGER))
    replay.tap("danger")
    replay.tap("country")
    replay.tap("not_here")
    assert replay.state.step == "danger"
    assert "contacts.none" in _shown(replay)
    assert "country.ask" not in _shown(replay)
    assert "country" in replay.choices()


def test_where_there_is_no_number_to_call_the_card_says_so_and_promises_nobody() -> None:
    portal = _with(_contact(Purpose.THREATS), region="XX", languages=("en",))
    replay = Replay(new_state(), {"international": portal})
    replay.tap("talk")
    assert _shown(replay)[0] == "talk.none"
    assert "contacts.none" in _shown(replay)
    with_number = Replay(new_state(), {"international": _with(_contact(Purpose.SUPPORT), region="XX")})
    with_number.tap("talk")
    assert _shown(with_number)[0] == "talk.card"
