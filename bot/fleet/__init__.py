"""Many portals' bots behind one webhook server.

- `host`: a fleet put together from its settings, and served
- `bots_file`: the bots of bots.toml
- `bots`: the bots that are served, each with its chats
- `webhooks`: the server that takes updates
- `webhook_keys`: the path and secret of each bot's webhook
- `numbers`: the fleet's metrics
- `sync`: what Telegram keeps of a bot, beside what it should keep
- `sync_calls`: asks Telegram for that, and sets what differs
- `chosen_bots`: the bots that a command is about
- `invitations`: the links that a portal's web page needs
"""
