"""Telegram, by polling or by webhooks: updates in, calls of the Bot API out.

- `updates`: an update becomes an arrival, an answer becomes calls; pure
- `chats`: each chat's updates one after another
- `chat_queue`: what one chat still waits for
- `sending`: calls go out in order, and are tried again
- `failures`: how a call fails, and how long it is tried again
- `rate_limits`: how fast a bot may call
- `outage_notices`: which chats were told that we are away
- `polling`: one bot by long polling (python-telegram-bot)
- `sender`: one bot's calls by aiogram, for a fleet
"""
