"""Alembic's environment and migrations."""
