"""Finds reported addresses in messages, cleans and compares them, and shows them without danger; pure.

- `finding`: finds every address in a message
- `message`: makes a message readable: entities, fullwidth signs, what nobody sees
- `patterns`: the patterns of links in a text
- `reading`: reads one link at its place: scheme, host, and what follows
- `tails`: reads what follows a host, as far as the link goes
- `spoken`: reads addresses that were dictated, or typed with spaces
- `hosts`: finds the host in a typed text
- `trimming`: finds where a link ends and the sentence goes on
- `parts`: takes an address apart
- `url_standard`, `public_suffixes`: the libraries ada-url and publicsuffixlist
- `limits`: how long an address may be, and how many a report takes
- `kinds`: tells where an address leads, and which links are no address
- `listed_parameters`: parameters that name the sharer, and those of campaigns, each with its source
- `sharer_parameters`: takes them out of a link
- `lists`: compares ours with a newer copy of a public list; the client has no need of it
- `canonical_form`: writes equal addresses in the same way
- `defanging`: writes an address so that it is no link

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
