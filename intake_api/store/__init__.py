"""What is kept in the database, and how it is opened; nothing here decides.

- `models`: the tables
- `columns`: the types of their columns
- `database`: how a database is opened, read and written
- `schema`: the database's revision, and the way to the next
- `audit`: the audit log, each entry chained to the last
- `access_keys`: access keys, of which only a hash is kept

`migrations/` holds the steps from one revision to the next.
"""
