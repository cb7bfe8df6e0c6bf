"""Every rule, one line each. A file that is not here is not asked; a test tells."""

from pgwright.hazards.rule import Rule, rule
from pgwright.hazards.rules import (
    add_column_rewrite,
    add_fk_validated,
    add_required_column,
    concurrently_in_txn,
    dependency_blocked,
    drop_column,
    enum_value_used_in_txn,
    index_blocking,
    invalid_statement,
    missing_object,
    missing_using_cast,
    no_txn_statement,
    rename_column,
    set_not_null_scan,
    unsupported_on_version,
    validate_same_txn,
    work_after_lock,
)

RULES: tuple[Rule, ...] = (
    rule(index_blocking),
    rule(add_column_rewrite),
    rule(set_not_null_scan),
    rule(add_fk_validated),
    rule(validate_same_txn),
    rule(work_after_lock),
    rule(concurrently_in_txn),
    rule(no_txn_statement),
    rule(enum_value_used_in_txn),
    rule(dependency_blocked),
    rule(missing_using_cast),
    rule(unsupported_on_version),
    rule(invalid_statement),
    rule(add_required_column),
    rule(missing_object),
    rule(rename_column),
    rule(drop_column),
)
BY_SLUG = {one.slug: one for one in RULES}
