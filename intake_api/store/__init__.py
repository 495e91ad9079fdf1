"""The database: its tables, its transactions, its migrations, the audit log and the access keys.

- `models`: the tables
- `columns`: the types of their columns
- `database`: opens, reads and writes a database (SQLite or PostgreSQL)
- `place`: returns where the database is, after a check
- `revision`: compares the database's revision with the one that this version needs
- `schema`: upgrades the database with Alembic
- `key_checks`: ties the keys to the database
- `processes`: the processes that serve, and which keys each has
- `audit`: the audit log, whose entries are chained
- `access_keys`: adds, revokes and checks access keys

`migrations/` holds Alembic's migrations.
"""
