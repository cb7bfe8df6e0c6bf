"""Rows for proofs: seeding them, and telling what became of them."""

from pgwright.shadow.rows.blame import blame
from pgwright.shadow.rows.demand import Profile
from pgwright.shadow.rows.difference import RowDifference, lost
from pgwright.shadow.rows.seed import Seeded, seed
from pgwright.shadow.rows.state import RowState, TableState, row_state
from pgwright.shadow.rows.touched import touched

__all__ = [
    "Profile",
    "RowDifference",
    "RowState",
    "Seeded",
    "TableState",
    "blame",
    "lost",
    "row_state",
    "seed",
    "touched",
]
