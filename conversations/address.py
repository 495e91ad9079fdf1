"""Reported addresses: found in what people write, cleaned of the sharer, compared, and shown without danger.

Pure, and safe on any text. `address_finding` finds, `address_kinds` tells what was found, `sharers` cleans,
`address_canonical` compares (its list says what counts as equal), `address_defanging` shows.
"""

from conversations.address_canonical import CANONICALISER_VERSION, canonical, host
from conversations.address_defanging import defang
from conversations.address_finding import Found, find, read
from conversations.address_kinds import Address, AddressKind, Unreportable

__all__ = [
    "CANONICALISER_VERSION",
    "Address",
    "AddressKind",
    "Found",
    "Unreportable",
    "canonical",
    "defang",
    "find",
    "host",
    "read",
]
