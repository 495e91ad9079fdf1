"""The intake's side of the command line; each command imports what it runs when it is called.

- `intake`: `reportline intake`: every command, thin
- `serving`: serve the API
- `upgrading`: bring the database to this version's revision
- `access_keys`: add, list and revoke access keys
- `keys`: rotate and reindex
- `backup`: back up and restore
- `set_up`: from an empty folder to an intake that can start
- `checks`: what `reportline doctor` looks at
- `command_line`: how a command says what went wrong
"""
