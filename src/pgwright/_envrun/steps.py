"""Exactly these steps, in one run of env.py; stamping; and creating what the metadata says."""

from . import failure, watch


def run(tree, steps, trace, wire):
    """Every context that env.py configures (a loop over tenants makes several) gets all the steps, in that order."""
    from alembic.runtime.migration import MigrationStep

    script = tree.script
    versions = []

    def work(heads, context):
        table = {"table": context.version_table, "schema": context.version_table_schema, "before": list(heads or ())}
        versions.append(table)
        for direction, revision in steps:
            one = script.get_revision(revision)
            make = MigrationStep.upgrade_from_script if direction == "up" else MigrationStep.downgrade_from_script
            yield make(script.revision_map, one)
        table["after"] = _heads(context)

    with watch.watching(tree.files, trace, wire) as statements:
        try:
            tree.run(work)
        except (Exception, SystemExit) as error:
            error.pgwright_partial = {"statements": statements, "versions": versions}
            error.pgwright_missing = failure.missing_settings(error, of_a_step=True)
            raise
    return {"statements": statements, "versions": versions}


def _heads(context):
    """The version table as this run leaves it, read before the last commit on the same connection."""
    from sqlalchemy import text

    prepare = context.dialect.identifier_preparer
    schema = prepare.quote(context.version_table_schema) + "." if context.version_table_schema else ""
    query = "/* pgwright */ SELECT version_num FROM %s%s ORDER BY 1" % (schema, prepare.quote(context.version_table))
    return [row[0] for row in context.connection.execute(text(query))]


def stamp(tree, revisions):
    """Writes the version table without running a revision; what was there before is replaced."""
    script = tree.script
    versions = []

    def work(heads, context):
        versions.append(
            {"table": context.version_table, "schema": context.version_table_schema, "before": list(heads or ())}
        )
        return script._stamp_revs(tuple(revisions), heads)

    tree.run(work)
    return {"versions": versions}


def create_all(tree, alone=False):
    """`create_all` of every target_metadata on the user's own connection, inside the transaction env.py opens.

    `alone`: without what a library declares beside the tables, which is made afterwards.
    """
    from sqlalchemy.schema import CreateSchema

    from . import declarative
    from .describe import metadata_of

    made = []

    def work(heads, context):
        metadata = metadata_of(context.opts)
        with context.begin_transaction(_per_migration=True):
            for schema in sorted({t.schema for each in metadata for t in each.tables.values() if t.schema}):
                if not context.dialect.has_schema(context.connection, schema):
                    context.connection.execute(CreateSchema(schema))
            with declarative.apart(metadata if alone else ()):
                for each in metadata:
                    each.create_all(context.connection)
                    made.extend(each.tables)
        return []

    tree.run(work, dont_mutate=True)
    return {"tables": sorted(made)}
