"""What to do: a typed request, or models that changed, becomes ordered, reversible, phased Alembic revisions."""
