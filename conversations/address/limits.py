"""The limits of a report: how long an address may be, and how many addresses there may be."""

from typing import Final

from conversations.wire import report

MAXIMUM_ADDRESSES: Final = report.MAXIMUM_ADDRESSES
MAXIMUM_ADDRESS_LENGTH: Final = report.MAXIMUM_ADDRESS_LENGTH
