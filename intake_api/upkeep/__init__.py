"""An operator's maintenance: rotating keys, reindexing, backing up and restoring.

- `sealed_columns`: the columns of sealed values, and whether keys open them
- `upgrading`: brings a database to this version, and ties it to its keys
- `rotation`: makes new keys and reseals the stored values, while the intake runs
- `locks`: keeps apart, on one host, what may not run at the same time
- `reindexing`: makes new keyed hashes, while no intake runs
- `audit_checks`: compares the database with the audit log
- `row_checks`: compares items and reports with their own sealed values
- `item_checks`: compares the columns of items with the rows that they were computed from
- `backup`: makes a backup, while the intake runs
- `backup_files`: writes and reads the two files of a backup
- `restoring`: restores a backup into an empty folder and database
"""
