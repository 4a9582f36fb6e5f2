"""Alembic's entry: runs the history on the connection it is handed."""

from __future__ import annotations

from alembic import context

from labstudio.store.tables import metadata

if hasattr(context, "config"):  # Alembic runs this file; tools that look at every file merely import it
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table="labstudio_version",
        transactional_ddl=True,  # SQLite can: a killed migration leaves nothing behind
    )
    with context.begin_transaction():
        context.run_migrations()
