"""What the metadata declares with sqlalchemy-declarative-extensions, as data; and create_all without it."""

import contextlib
import sys

LIBRARY = "sqlalchemy_declarative_extensions"
KINDS = ("view", "function", "trigger", "procedure", "grant")


def registered(metadata):
    """One dictionary for each schema, function, view, trigger, procedure and grant of the MetaData objects."""
    if LIBRARY not in sys.modules:
        return []
    return [one for each in metadata for one in _declared(each)]


def _declared(metadata):
    from sqlalchemy.dialects import postgresql
    from sqlalchemy_declarative_extensions import Views
    from sqlalchemy_declarative_extensions.dialects import postgresql as house

    dialect = postgresql.dialect(paramstyle="named")  # doubles no percent sign
    info = metadata.info
    for one in info.get("schemas") or ():
        name = dialect.identifier_preparer.quote_identifier(one.name)
        yield _entity("schema", one.name, "CREATE SCHEMA IF NOT EXISTS %s" % name, info["schemas"])
    for kind, house_class in (("function", house.Function), ("procedure", house.Procedure)):
        for one in info.get(kind + "s") or ():
            concrete = getattr(house_class, "from_unknown_" + kind)(one).normalize()
            yield _entity(kind, one.qualified_name, " ".join(concrete.to_sql_create()), info[kind + "s"])
    views = Views.extract(metadata)
    for one in views or ():
        concrete = _view(house.View.coerce_from_unknown(one), metadata, dialect)
        yield _entity("view", concrete.qualified_name, " ;".join(concrete.to_sql_create(dialect)), views)
    for one in info.get("triggers") or ():
        yield _entity("trigger", "%s on %s" % (one.name, one.on), one.to_sql_create(), info["triggers"])
    for one in info.get("grants") or ():
        text = str(one.to_sql().compile(dialect=dialect))
        yield _entity("grant", text, text, info["grants"])


def _view(view, metadata, dialect):
    """The view with its indexes as the library's own classes."""
    from dataclasses import replace

    from sqlalchemy_declarative_extensions.dialects.postgresql import MaterializedOptions
    from sqlalchemy_declarative_extensions.view.base import ViewIndex

    indexes = [
        ViewIndex.from_unknown(one, view, dialect, metadata.naming_convention) for one in view.constraints or ()
    ]
    options = MaterializedOptions.from_value(view.materialized)
    return replace(view, constraints=indexes or None, materialized=options)


def _entity(kind, name, sql, collection):
    return {
        "kind": kind,
        "schema": "",
        "signature": name,
        "identity": "%s %s" % (kind, name),
        "sql": sql,
        "only_adds": bool(getattr(collection, "ignore_unspecified", False)),
    }


@contextlib.contextmanager
def apart(metadata):
    """Without the listeners with which create_all would make these objects as well (schemas and roles stay)."""
    modules = {"%s.%s.ddl" % (LIBRARY, kind) for kind in KINDS}
    taken = []
    if LIBRARY in sys.modules:
        from sqlalchemy import event

        for each in metadata:
            for name in ("before_create", "after_create"):
                for one in list(getattr(each.dispatch, name)):
                    if getattr(one, "__module__", None) in modules:
                        event.remove(each, name, one)
                        taken.append((each, name, one))
    try:
        yield
    finally:
        for each, name, one in taken:
            event.listen(each, name, one)
