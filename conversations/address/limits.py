"""How long an address may be, and how many of them a message may hold: what a report takes."""

from typing import Final

from conversations.wire import report

MAXIMUM_ADDRESSES: Final = report.MAXIMUM_ADDRESSES
MAXIMUM_ADDRESS_LENGTH: Final = report.MAXIMUM_ADDRESS_LENGTH
