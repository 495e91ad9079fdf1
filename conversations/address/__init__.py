"""Reported addresses: found in what people write, cleaned, compared and shown without danger; pure.

- `finding`: every address in a message
- `patterns`: how links look in a text
- `hosts`: which part of what was typed is the host
- `trimming`: where a link ends and the sentence goes on
- `parts`: an address taken apart
- `url_standard`, `public_suffixes`: the libraries ada-url and publicsuffixlist
- `limits`: how long an address may be, and how many a report takes
- `kinds`: where an address leads, and what is no address
- `sharer_parameters`: parameters that name the sharer, and are removed
- `canonical_form`: which addresses count as equal
- `defanging`: how an address is shown

Other packages import the names below, and no module of this package. `reportline_queue/address` has links to
these files, but a `limits`, `public_suffixes` and `url_standard` of its own; so these files import one
another relatively.
"""

from conversations.address.canonical_form import CANONICALISER_VERSION, canonical, host
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
