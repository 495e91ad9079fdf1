"""Cleans and compares reported addresses, tells where they lead, and shows them without danger; pure.

- `finding/`: finds the addresses in a message; it has a facade of its own
- `kinds`: tells where an address leads, and which links are no address
- `canonical_form`: writes equal addresses in the same way
- `sharer_parameters`: takes the parameters that name the sharer out of a link
- `listed_parameters`: those parameters, and those of campaigns, each with its source
- `parts`: takes an address apart
- `url_standard`, `public_suffixes`: the libraries ada-url and publicsuffixlist
- `limits`: how long an address may be, and how many a report takes
- `defanging`: writes an address so that it is no link
- `lists/`: compares our parameters with a newer copy of a public list; the client has no need of it

Other packages import the names below and those of `finding`, and no module of either.
`reportline_queue/address` has links to these files and to `finding`, but a `limits`, `public_suffixes` and
`url_standard` of its own; so these files import one another relatively.
"""

from conversations.address.canonical_form import CANONICALISER_VERSION, canonical, host
from conversations.address.defanging import defang, refang
from conversations.address.kinds import Address, AddressKind, Unreportable, read

__all__ = [
    "CANONICALISER_VERSION",
    "Address",
    "AddressKind",
    "Unreportable",
    "canonical",
    "defang",
    "host",
    "read",
    "refang",
]
