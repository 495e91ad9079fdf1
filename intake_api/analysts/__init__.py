"""Analysts claim items, read them and record decisions; their exposure is limited.

- `routes`: the analysts' routes
- `transactions`: opens one transaction for each request, and applies the guard of exposure
- `analyst_request`: the session, the analyst and the time of one request
- `claims`: claim, prolong and release items
- `released`: when an analyst gets again what they released
- `guard`: limits how long an analyst is exposed
- `exposure`: calculates what the limits still allow
- `showing`: builds the answers that show items
- `item_reports`: pages through an item's reports, and finds what was named together with it
- `assessing`: records decisions and corrections, and overwrites none
- `decision`: the fields of a decision, and the rules between them
- `vocabulary`: the terms that a decision may use
- `searching`: finds items by address or host
- `spoilt_rows`: passes over what somebody spoilt in the database
- `shapes`: the bodies of these routes' requests and answers
- `examples`: an example of each

`vocabularies/` holds the vocabulary's versions.
"""
