"""Runs the migrations on the connection that `schema.py` passes, inside its transaction."""

from alembic import context

from intake_api.store.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
