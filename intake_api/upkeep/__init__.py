"""Keys and copies are renewed by an operator.

- `rotation`: new keys while the intake runs
- `reindexing`: new keyed hashes while it does not
- `backup`: a backup while the intake runs
- `backup_files`: the two files of a backup
- `restoring`: a backup comes back into an empty place
"""
