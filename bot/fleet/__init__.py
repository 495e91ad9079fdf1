"""Serves many portals' bots behind one webhook server.

- `host`: builds a fleet from its settings, and serves it
- `bots_file`: reads bots.toml
- `bots`: the bots that are served, each with its chats
- `webhooks`: the server that takes updates
- `webhook_keys`: the path and secret of each bot's webhook
- `numbers`: the fleet's metrics
- `sync`: compares a bot's settings at Telegram with what they should be
- `sync_calls`: asks Telegram for these settings, and sets those that differ
- `chosen_bots`: reads the bots that a command names
- `invitations`: makes the links for a portal's web page
"""
