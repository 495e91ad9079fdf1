"""What is kept in the database, and how it is opened; nothing here decides.

- `models`: the tables
- `columns`: the types of their columns
- `database`: how a database is opened, read and written
- `revision`: the database's revision, and the one that this version needs
- `schema`: the way from one revision to the next (Alembic)
- `audit`: the audit log, each entry chained to the last
- `access_keys`: access keys, of which only a hash is kept

`migrations/` holds the steps from one revision to the next.
"""
