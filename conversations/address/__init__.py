"""Reported addresses: found in what people write, cleaned, compared and shown without danger; pure.

Read them in this order: `finding` (every address in a message) with `patterns` (how links look), `hosts` (which
part is the host) and `trimming` (where a link ends); `parts` (an address taken apart); `kinds` (what it leads
to); `sharer_parameters` (what names the sharer, and is removed); `canonical` (what counts as equal); `defanging`
(how an address is shown). Other packages import from this page alone.
"""

from conversations.address.canonical import CANONICALISER_VERSION, canonical, host
from conversations.address.defanging import defang
from conversations.address.finding import Found, find, read
from conversations.address.kinds import Address, AddressKind, Unreportable

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
