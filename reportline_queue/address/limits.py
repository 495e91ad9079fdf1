"""How long an address may be, and how many of them a report takes: the same as in the intake."""

from typing import Final

MAXIMUM_ADDRESSES: Final = 20
MAXIMUM_ADDRESS_LENGTH: Final = 2048
