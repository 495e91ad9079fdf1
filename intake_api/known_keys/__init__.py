"""What the database knows of keys: those of callers, the intake's own, and which process holds which.

- `access_keys`: adds, revokes and checks the access keys of channels, analysts and leads
- `checks`: ties the intake's own keys to the database, and says which are in use
- `logged`: which keys the database must know, by the audit log
- `processes`: the processes that serve, and the keys that each has
"""
