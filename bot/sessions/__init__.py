"""Where an open talk lives: sealed, under a blind key, gone after half an hour of silence.

- `store`: what a store promises, and the one in memory
- `sealing`: blind keys, and the seal of a talk
- `filed_secrets`: secrets that survive a restart, in one private file
- `valkey`: open talks in Valkey
- `valkey_servers`: one command to the Valkey server that owns a key
"""
