"""Stores open talks: sealed, under a blind key, and deleted after half an hour of silence.

- `store`: what every store promises, and the store in memory
- `sealing`: makes blind keys, and seals talks
- `filed_secrets`: keeps secrets in a private file, so that they survive a restart
- `valkey`: the store in Valkey
- `valkey_servers`: sends a command to the Valkey server that owns a key
"""
