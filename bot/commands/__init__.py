"""The bot's side of the command line; each command imports what it runs when it is called.

- `bot`: hold talks: one polled bot, a fleet, a talk in this terminal
- `flow`: the talk as data
- `portal`: check the portals' files; what invites to their chats
- `preview`: pages for those who review a language
- `outbox`: the reports that wait on this host
- `fleet`: a fleet's bots at Telegram, compared with bots.toml
- `checks`: what `reportline doctor` looks at
- `command_line`: how a command says what is wrong, and stops
"""
