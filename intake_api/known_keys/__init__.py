"""What the database knows of keys: those of callers, the intake's own, and which process holds which.

- `access_keys`: adds, revokes and checks the access keys of channels, analysts and leads
- `checks`: ties the intake's own keys to the database, and says which are in use
- `processes`: the processes that serve, and the keys that each has
"""
