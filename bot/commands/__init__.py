"""The bot's side of the command line; each command imports what it runs when it is called.

- `bot`: serve a bot, look at the talk, check portals, write previews
- `fleet`: a fleet's bots at Telegram
- `outbox`: the reports that wait on this host
- `checks`: what `reportline doctor` looks at
"""
