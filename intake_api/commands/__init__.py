"""The intake's commands; each imports what it runs when it is called, so that the other commands start fast.

- `intake`: declares every command of `reportline intake`
- `serving`: serves the API
- `upgrading`: brings the database to this version's revision
- `access_keys`: adds, lists and revokes access keys
- `keys`: rotates keys and reindexes
- `backup`: backs up and restores
- `set_up`: makes keys, database and first access keys
- `checks`: checks the intake for `reportline doctor`
- `changing`: opens the database for what adds to the audit log, and keeps the log's head
- `command_line`: turns an error into a sentence and exit status 1
"""
