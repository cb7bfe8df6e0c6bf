"""A PostgreSQL type that SQLAlchemy has no class for, as revisions define it in their head."""

from __future__ import annotations

from typing import Any

from sqlalchemy.types import UserDefinedType

SOURCE = '''\
class Native(sa.types.UserDefinedType):
    """A PostgreSQL type that SQLAlchemy has no class for, by its text."""

    cache_ok = True

    def __init__(self, text):
        self.text = text

    def get_col_spec(self, **kw):
        return self.text
'''


class Native(UserDefinedType[Any]):
    """The same class, for running a step's code in this process."""

    cache_ok = True

    def __init__(self, text: str) -> None:
        self.text = text

    def get_col_spec(self, **kw: Any) -> str:
        """The type as SQL."""
        return self.text
