"""Every rule, one line each. A file that is not here is not asked; a test tells."""

from pgwright.hazards.rule import Rule, rule
from pgwright.hazards.rules import (
    add_column_rewrite,
    add_fk_validated,
    data_loss,
    delete_cascade_victims,
    downgrade_fails,
    downgrade_irreversible,
    drop_column,
    hard_coded_ids,
    index_blocking,
    lossy_cast,
    on_conflict_missing,
    personal_data_literal,
    rename_column,
    replica_identity_lost,
    sequence_int4_overflow,
    set_not_null_scan,
    truncate,
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
    rule(rename_column),
    rule(drop_column),
    rule(truncate),
    rule(data_loss),
    rule(lossy_cast),
    rule(delete_cascade_victims),
    rule(replica_identity_lost),
    rule(sequence_int4_overflow),
    rule(personal_data_literal),
    rule(hard_coded_ids),
    rule(on_conflict_missing),
    rule(downgrade_irreversible),
    rule(downgrade_fails),
)
BY_SLUG = {one.slug: one for one in RULES}
