"""Runs the user's env.py and revisions in the user's interpreter.

Python 3.8 syntax, the standard library and the user's own Alembic and SQLAlchemy. Nothing of pgwright is imported here,
and this package is loaded under a private name, so that no module of the user's can be shadowed by one of ours.
"""
