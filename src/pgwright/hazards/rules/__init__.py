"""Every rule, one line each. A file that is not here is not asked; a test tells."""

from pgwright.hazards.rule import Rule, rule
from pgwright.hazards.rules import (
    add_check_validated,
    add_column_rewrite,
    add_exclusion_blocking,
    add_fk_validated,
    add_pk_blocking,
    add_unique_blocking,
    drop_column,
    drop_index_blocking,
    index_blocking,
    index_on_partitioned_blocking,
    invalid_index_kept,
    reindex_blocking,
    rename_column,
    set_not_null_scan,
    validate_same_txn,
    work_after_lock,
)

RULES: tuple[Rule, ...] = (
    rule(index_blocking),
    rule(drop_index_blocking),
    rule(reindex_blocking),
    rule(invalid_index_kept),
    rule(index_on_partitioned_blocking),
    rule(add_column_rewrite),
    rule(add_check_validated),
    rule(set_not_null_scan),
    rule(add_unique_blocking),
    rule(add_fk_validated),
    rule(add_pk_blocking),
    rule(add_exclusion_blocking),
    rule(validate_same_txn),
    rule(work_after_lock),
    rule(rename_column),
    rule(drop_column),
)
BY_SLUG = {one.slug: one for one in RULES}
