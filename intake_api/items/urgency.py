"""How long an item may wait, by what its reporters said: the urgent comes first, and nothing starves."""

from datetime import datetime, timedelta
from enum import StrEnum

from conversations.address import read
from conversations.wire.report import Live, ReportedAddress, Seen
from intake_api.hand_in.reports import Content


class Urgency(StrEnum):
    """The classes of what a reporter said about an address, from the most urgent to the least."""

    LIVE = "live"
    TODAY = "today"
    ORDINARY = "ordinary"
    UNSURE_HOME = "unsure_home"
    PARTIAL = "partial"


# Hours from arrival until an item is due. The oldest due comes first, so an hour less is an hour's head start
# and never more: whatever arrives, each item's turn comes.
ALLOWANCE_HOURS = {
    Urgency.LIVE: 0,  # it may be going on, and is soon gone
    Urgency.TODAY: 4,  # most likely still there, and fresh pages spread
    Urgency.ORDINARY: 12,  # within an analyst's next working day
    Urgency.UNSURE_HOME: 48,  # often only the site's name, which costs a search that may find nothing
    Urgency.PARTIAL: 72,  # no analyst can open it as it stands
}


def urgency_of(content: Content, address: ReportedAddress) -> Urgency:
    """Put one address of a report into its class; being hard to find weighs more than being fresh."""
    known = read(address.given)
    if known is None or not address.complete:
        return Urgency.PARTIAL
    if known.home_page and address.whole_site is None:
        return Urgency.UNSURE_HOME
    if content.live is Live.YES:
        return Urgency.LIVE
    return Urgency.TODAY if content.seen is Seen.TODAY else Urgency.ORDINARY


def due_hour(arrival_hour: datetime, urgency: Urgency) -> datetime:
    """Give the hour from which an item of this class is overdue."""
    return arrival_hour + timedelta(hours=ALLOWANCE_HOURS[urgency])
