"""How a report leaves this host: sealed on disk first, then handed in until the intake has it.

- `outbox`: sealed reports on disk
- `courier`: brings them to the intake, for as long as it takes
- `intake`: the intake's API as a client, and its twin in memory
- `outbox_state`: what an operator may know of an outbox
"""
