"""Telegram, by polling or by webhooks: updates in, calls of the Bot API out.

- `raw_updates`: reads the bytes of updates
- `updates`: turns updates into arrivals; pure
- `calls`: turns answers into calls; pure
- `answers`: writes what a call gives along, and reads what is answered
- `chats`: handles each chat's updates in order
- `chat_queue`: the calls that wait for one chat
- `sending`: sends calls in order, and retries them
- `failures`: how a call fails, how long it is retried, and when a lasting fault is told
- `rate_limits`: limits how fast a bot calls
- `outage_notices`: knows which chats were told that the bot is away
- `in_hand`: says when an update is over, and waits for all of them at a stop
- `updates_in_hand`: says which updates may be confirmed
- `newer_token`: reads a bot's token again while Telegram refuses it
- `polling`: serves one bot by long polling (python-telegram-bot)
- `sender`: makes one bot's calls with aiogram, for a fleet
"""
