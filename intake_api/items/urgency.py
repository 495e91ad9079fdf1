"""Says when an item is due by its reporters' answers: urgent items come first, and none waits for ever.

Every third claim goes by age alone (`queue_places.py`), whatever was tapped.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from conversations.address import read
from conversations.wire.report import Circumstance, Live, ReportedAddress, Seen
from intake_api.hand_in.reports import Content


class Urgency(StrEnum):
    """How urgent an address is by a reporter's answers, from the most urgent class to the least."""

    CHILD_NEAR = "child_near"
    OWN_CASE = "own_case"
    LIVE = "live"
    TODAY = "today"
    ORDINARY = "ordinary"
    UNSURE_HOME = "unsure_home"
    PARTIAL = "partial"


# Hours from arrival until an item is due. Items come in the order of their due hours, so an urgent class has
# a head start of some hours only: new reports cannot keep an older item waiting for ever.
ALLOWANCE_HOURS = {
    Urgency.CHILD_NEAR: 0,  # a child who can be found, perhaps today: nothing is worth more
    Urgency.OWN_CASE: 1,  # the reporter is the one who is harmed, and threats grow by the hour
    Urgency.LIVE: 2,  # it may be happening now, and is soon gone
    Urgency.TODAY: 4,  # most likely still there, and new pages spread
    Urgency.ORDINARY: 12,  # within an analyst's next working day
    Urgency.UNSURE_HOME: 48,  # often only the site's name, which costs a search that may find nothing
    Urgency.PARTIAL: 72,  # no analyst can open it as it stands
}


_CHILD_NEAR: Final = frozenset({Circumstance.DANGER_NOW, Circumstance.KNOWS_CHILD})


def urgency_of(content: Content, address: ReportedAddress) -> Urgency:
    """Return the class of an address; one that is hard to find stays low, even if it was seen today.

    A circumstance counts whatever the address: the reporter's words may help where the address does not.
    """
    if content.circumstances:
        return Urgency.OWN_CASE if _CHILD_NEAR.isdisjoint(content.circumstances) else Urgency.CHILD_NEAR
    known = read(address.given)
    if known is None or not address.complete:
        return Urgency.PARTIAL
    if known.home_page and address.whole_site is None:
        return Urgency.UNSURE_HOME
    if content.live is Live.YES:
        return Urgency.LIVE
    return Urgency.TODAY if content.seen is Seen.TODAY else Urgency.ORDINARY


def due_hour(arrival_hour: datetime, urgency: Urgency) -> datetime:
    """Return the hour from which an item of this class is overdue."""
    return arrival_hour + timedelta(hours=ALLOWANCE_HOURS[urgency])
