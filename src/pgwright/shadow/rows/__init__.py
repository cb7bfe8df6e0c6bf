"""Rows for proofs: seeding them, and telling what became of them."""

from pgwright.shadow.rows.seed import Seeded, seed

__all__ = ["Seeded", "seed"]
