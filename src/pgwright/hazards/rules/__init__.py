"""Every rule, one line each. A file that is not here is not asked; a test tells."""

from pgwright.hazards.rule import Rule, rule
from pgwright.hazards.rules import (
    add_column_rewrite,
    add_fk_validated,
    drop_column,
    index_blocking,
    rename_column,
    set_not_null_scan,
    validate_same_txn,
    work_after_lock,
)

RULES: tuple[Rule, ...] = (
    rule(index_blocking),
    rule(add_column_rewrite),
    rule(set_not_null_scan),
    rule(add_fk_validated),
    rule(validate_same_txn),
    rule(rename_column),
    rule(drop_column),
    rule(work_after_lock),
)
BY_SLUG = {one.slug: one for one in RULES}
