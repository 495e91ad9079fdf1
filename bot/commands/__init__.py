"""The bot's commands; each imports what it runs when it is called.

- `bot`: hold talks: one polled bot, a fleet, a talk in this terminal
- `flow`: show the talk as data
- `portal`: check the portals' files; print links to their chats
- `preview`: write pages for those who review a language
- `outbox`: count the reports that wait on this host; send them now
- `fleet`: compare a fleet's bots at Telegram with bots.toml
- `checks`: checks the bot host for `reportline doctor`
- `polled_checks`: checks the polled bot for it, at Telegram and on this machine
- `command_line`: ends a command with a sentence on a fault, or when told to stop
"""
