"""An analyst works: claims items, reads them, decides; exposure is limited.

- `routes`: the analysts' routes
- `transactions`: one request of an analyst: one transaction, under the guard
- `desk`: what an analyst works with during one request
- `claims`: claim, prolong, release
- `guard`: how long anybody may look
- `showing`: items as an analyst reads them
- `assessing`: decisions are added, never overwritten
- `decision`: what is decided
- `vocabulary`: the words in which it is decided
- `searching`: items found by address or host
- `shapes`: what these routes take and give
- `examples`: an example of each

`vocabularies/` holds the vocabulary's versions.
"""
