"""What env.py registered with alembic-utils, as data: the statements that make it, in the library's own words."""

import sys


def registered():
    """One dictionary for each entity, in the order of registration; none where the library was never imported."""
    library = sys.modules.get("alembic_utils.replaceable_entity")
    if library is None:
        return []
    wanted = library.registry.entity_types  # empty: every type
    return [_entity(one) for one in library.registry.entities() if not wanted or type(one) in wanted]


def _entity(one):
    return {
        "kind": getattr(one, "type_", type(one).__name__),
        "schema": one.schema,
        "signature": one.signature,
        "identity": one.identity,
        "sql": _text(one.to_sql_statement_create()),
    }


def _text(clause):
    """The text as the server would get it; this style of parameters doubles no percent sign."""
    from sqlalchemy.dialects import postgresql

    return str(clause.compile(dialect=postgresql.dialect(paramstyle="named")))
