"""The database: its tables, its transactions and its migrations.

- `models`: the tables
- `columns`: the types of their columns
- `away`: why a database cannot be used
- `database`: reads and writes a database (SQLite or PostgreSQL)
- `sqlite`, `postgresql`: open each of them
- `journal`: empties SQLite's write-ahead log every hour
- `read_json`: reads JSON, whatever somebody has written into it
- `place`: returns where the database is, after a check
- `revision`: compares the database's revision with the one that this version needs
- `schema`: upgrades the database with Alembic
- `wrong_values`: finds values that are of another type than their column

`migrations/` holds Alembic's migrations.
"""
