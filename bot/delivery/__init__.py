"""Delivers reports: stores them sealed on this disk, then hands them in until the intake has them.

- `outbox`: stores sealed reports on disk
- `courier`: hands them in to the intake, for as long as it takes
- `intake`: the client of the intake's API, and an intake in memory
- `intake_match`: whether the intake that answers is this bot's, and what an operator does if it is not
- `intake_watch`: asks the intake about itself, and remembers what it said
- `outbox_state`: counts the reports that wait
- `outbox_watch`: says whether a report is taken now, and whether one has waited for hours
"""
