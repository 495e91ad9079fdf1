"""The database: its tables, its transactions, its migrations, the audit log and the access keys.

- `models`: the tables
- `columns`: the types of their columns
- `away`: why a database cannot be used
- `database`: opens, reads and writes a database (SQLite or PostgreSQL)
- `journal`: empties SQLite's write-ahead log every hour
- `place`: returns where the database is, after a check
- `revision`: compares the database's revision with the one that this version needs
- `schema`: upgrades the database with Alembic
- `key_checks`: ties the keys to the database
- `processes`: the processes that serve, and which keys each has
- `audit`: the audit log, whose entries are chained
- `audit_head`: keeps the log's newest head in a file, so that a cut log shows
- `bound_assessments`: compares assessments with their entries in the log
- `audit_counts`: counts reports and assessments into the log, once an hour
- `access_keys`: adds, revokes and checks access keys

`migrations/` holds Alembic's migrations.
"""
