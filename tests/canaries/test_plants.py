"""The planted updates are complete: they have every field of every class of an update of the Bot API."""

import json
import typing
from typing import Any

import pytest
from telegram import Bot, TelegramObject, Update

from bot.channels.telegram.updates import UnreadableUpdateError
from bot.exchange import Arrival
from tests.canaries.bot_api_updates import (
    Class,
    Planter,
    fields_of,
    kinds_of_update,
    needed,
    updates,
    variants_of,
)
from tests.canaries.markers import BITS, Marker, Mint
from tests.canaries.planted_reporter import BOT, damaged, outcome_of, written_by_persons

SEEN_KINDS, SEEN_CLASSES, SEEN_FIELDS = 25, 140, 780


@pytest.fixture(scope="module")
def planter() -> Planter:
    """Plant updates of every kind."""
    planter = Planter(Mint())
    for _ in updates(planter):
        pass
    return planter


def _classes_within(annotation: Any) -> set[Class]:
    if isinstance(annotation, type) and issubclass(annotation, TelegramObject):
        return set(variants_of(annotation))
    return {found for inner in typing.get_args(annotation) for found in _classes_within(inner)}


def _reachable() -> set[Class]:
    found: set[Class] = set()
    ahead = set(kinds_of_update().values())
    while ahead:
        found |= ahead
        within = {
            inner for kind in ahead for hint in fields_of(kind).values() for inner in _classes_within(hint)
        }
        ahead = within - found
    return found


def test_every_field_of_every_class_is_planted(planter: Planter) -> None:
    """Whatever an update can hold, however deep, was built with each of its fields."""
    missing = {
        f"{kind.__name__}.{name}"
        for kind in _reachable()
        for name in fields_of(kind).keys() - planter.planted[kind]
    }
    # An element of a passport holds text here, and never what the text is once it is decrypted.
    decrypted = {"PersonalDetails", "IdDocumentData", "ResidentialAddress"}
    assert {one for one in missing if one.partition(".")[0] not in decrypted} == set()


def test_no_kind_of_update_is_left_out() -> None:
    """The kinds are those of the library's update, and the Bot API's own list of kinds is among them."""
    assert set(Update.ALL_TYPES) <= kinds_of_update().keys()
    assert {next(iter(update.keys() - {"update_id"})) for update in updates(Planter(Mint()))} == set(
        kinds_of_update()
    )


def test_there_are_as_many_kinds_and_fields_as_there_were(planter: Planter) -> None:
    """A change of the library that hides classes or fields from us is noticed."""
    assert len(kinds_of_update()) >= SEEN_KINDS
    assert len(planter.planted) >= SEEN_CLASSES
    assert sum(map(len, planter.planted.values())) >= SEEN_FIELDS


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
def test_what_is_planted_is_an_update() -> None:
    """The library reads each update as Telegram's, with no field that it does not know."""
    bot = Bot(f"{BOT}:token")
    for update in updates(Planter(Mint())):
        read = Update.de_json(update, bot)
        (kind,) = update.keys() - {"update_id"}
        assert not read.api_kwargs
        assert not getattr(read, kind).api_kwargs


class Tomorrow(TelegramObject):
    """What a later version of the Bot API may bring."""

    def __init__(self, passport_scan: str, *, seat: int | None = None, api_kwargs: Any = None) -> None:
        super().__init__(api_kwargs=api_kwargs)
        self.passport_scan, self.seat = passport_scan, seat


def test_a_field_of_tomorrow_is_planted_by_itself() -> None:
    """A class that is new to the tests is filled, and the search knows its markers."""
    planter = Planter(Mint())
    told = json.loads(planter.whole(Tomorrow).to_json())
    values = {marker.value for marker in planter.mint.markers.values()}
    assert {told["passport_scan"], told["seat"]} == values


def test_markers_are_fresh() -> None:
    """No two runs have a marker in common, so that no code can know one."""
    one, other = Planter(Mint()), Planter(Mint())
    for planter in (one, other):
        assert list(updates(planter))
    first, second = ({marker.value for marker in run.mint.markers.values()} for run in (one, other))
    assert not first & second


def test_numbers_have_fifty_two_bits(planter: Planter) -> None:
    """Numbers that name chats, persons and messages are as long as Telegram says that they may become."""
    numbers = [planter.mint.markers[name].value for name in ("Chat.id", "User.id", "Message.message_id")]
    assert [int(number).bit_length() for number in numbers] == [BITS] * 3


def test_all_that_a_person_fills_in_goes_with_each_message() -> None:
    """Messages of the talks carry more than forty fields besides their text, and are answered."""
    names = written_by_persons(Planter(Mint()))
    wanted = {"forward_origin", "reply_to_message", "external_reply", "quote", "via_bot", "sender_chat"}
    wanted |= {"contact", "location", "venue", "photo", "sticker", "from_user", "author_signature"}
    assert wanted | needed(kinds_of_update()["message"]) <= names
    assert len(names) > 40


def test_damaged_updates_are_refused_and_answered() -> None:
    """Of the updates that are damaged some cannot be read at all, and some can in part."""
    whole = next(update for update in updates(Planter(Mint())) if "callback_query" in update)
    outcomes = [_outcome(update) for update in damaged(whole)]
    assert {"refused", "answered"} <= set(outcomes)


def _outcome(update: dict[str, Any]) -> str:
    try:
        return "answered" if isinstance(outcome_of({**update, "update_id": 1}), Arrival) else "ignored"
    except UnreadableUpdateError:
        return "refused"


def test_a_marker_tells_where_it_was_planted(planter: Planter) -> None:
    """What the search finds is named by class and field."""
    assert isinstance(planter.mint.markers["Contact.phone_number"], Marker)
    assert isinstance(planter.mint.markers["Location.latitude"].value, float)
