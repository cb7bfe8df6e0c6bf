"""Which function reads which kind of statement: one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pgwright.hazards.acts import Act
from pgwright.hazards.reading import access, alter_table, block, drop, index, maintain, rows, table, things

READERS: Mapping[str, Callable[[Any], Iterable[Act]]] = {
    "create_stmt": table.create,
    "create_foreign_table_stmt": table.create_foreign,
    "create_table_as_stmt": table.create_as,
    "view_stmt": table.view,
    "refresh_mat_view_stmt": table.refresh,
    "alter_table_stmt": alter_table.read,
    "index_stmt": index.create,
    "reindex_stmt": index.reindex,
    "drop_stmt": drop.drop,
    "drop_role_stmt": drop.drop_role,
    "rename_stmt": drop.rename,
    "alter_object_schema_stmt": drop.move,
    "create_enum_stmt": things.create_enum,
    "alter_enum_stmt": things.alter_enum,
    "create_domain_stmt": things.create_domain,
    "create_function_stmt": things.create_function,
    "create_trig_stmt": things.create_trigger,
    "create_seq_stmt": things.create_sequence,
    "alter_seq_stmt": things.alter_sequence,
    "create_publication_stmt": things.publication,
    "alter_publication_stmt": things.publication,
    "create_extension_stmt": things.create_extension,
    "create_schema_stmt": things.create_schema,
    "create_policy_stmt": access.create_policy,
    "grant_stmt": access.grant,
    "grant_role_stmt": access.grant_role,
    "alter_default_privileges_stmt": access.default_privileges,
    "insert_stmt": rows.insert,
    "update_stmt": rows.update,
    "delete_stmt": rows.delete,
    "merge_stmt": rows.merge,
    "truncate_stmt": rows.truncate,
    "copy_stmt": rows.copy,
    "select_stmt": rows.select,
    "lock_stmt": rows.lock,
    "do_stmt": block.do,
    "variable_set_stmt": maintain.set_variable,
    "transaction_stmt": maintain.transaction,
    "vacuum_stmt": maintain.vacuum,
    "cluster_stmt": maintain.cluster,
    "alter_system_stmt": maintain.alter_system,
    "createdb_stmt": maintain.create_database,
    "dropdb_stmt": maintain.drop_database,
    "create_table_space_stmt": maintain.create_tablespace,
    "drop_table_space_stmt": maintain.drop_tablespace,
    "create_subscription_stmt": maintain.create_subscription,
    "drop_subscription_stmt": maintain.drop_subscription,
}
