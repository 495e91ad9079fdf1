"""The channels: each turns its platform's messages into events, and answers into its platform's messages.

- `telegram/`: Telegram, by polling or by webhooks
- `terminal`: a talk in a terminal
- `typed_lines`: reads a typed line, on every channel: a start link, a command or words
"""
