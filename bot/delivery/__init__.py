"""Delivers reports: stores them sealed on this disk, then hands them in until the intake has them.

- `outbox`: stores sealed reports on disk
- `courier`: hands them in to the intake, for as long as it takes
- `intake`: the client of the intake's API, and an intake in memory
- `outbox_state`: counts the reports that wait
"""
