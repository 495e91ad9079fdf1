"""The bot host: it holds talks with reporters, stores no identity and loses no report.

- `channels/`: turns a platform's messages into events, and answers into its messages
- `talks/`: loads, advances and saves a talk, and translates its card
- `sessions/`: stores open talks
- `delivery/`: delivers sealed reports to the intake
- `exchange`: the types that a channel and a talk exchange
- `settings`: the settings of the bot host
- `assembly`: builds the bot host from its settings
- `polled/`: serves the polled bot, and its health and numbers
- `fleet/`: serves many portals' bots by webhooks
- `tools/`: pages and measures for operators and translators
- `commands/`: the bot's commands

`portals/` holds the portals' files (TOML).
"""
