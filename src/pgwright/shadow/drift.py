"""Model drift: what the models say against the state that the head revision makes.

The models are created on the shadow and read back by the same catalog reader, so equal things have equal text. What the
metadata cannot say (triggers, policies, grants, storage) and tables that it does not know are no drift. It never refutes:
a revision may be right and the models late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

import psycopg
from psycopg import sql

from pgwright.interpreter import Revision
from pgwright.interpreter.refusals import CallFailed
from pgwright.schema.diff import diff
from pgwright.schema.model import Difference, Relation, Schema
from pgwright.shadow.finding import measured
from pgwright.shadow.stage import EMPTY, Stage
from pgwright.step import Finding

MODELS = "pgwright_models"
SHOWN = 12  # differences told per object
PROPERTIES: Mapping[str, frozenset[str]] = {
    "column": frozenset({"type", "not_null", "default", "identity", "generated", "collation", "comment"}),
    "constraint": frozenset({"definition", "name"}),
    "index": frozenset({"definition", "name"}),
    "table": frozenset({"comment"}),
    "enum": frozenset({"labels"}),
}


def model_drift(stage: Stage, revision: Revision, head: Schema) -> Iterator[Finding]:
    """Findings for the head revision, one per table or enum; nothing for any other, or where env.py names no metadata."""
    if len(stage.loaded.heads) != 1 or not revision.is_head or not any(c.has_metadata for c in stage.loaded.contexts):
        return
    if not stage.loaded.tables:  # an empty MetaData() is how projects without models fill the argument
        return
    known = [r for r in head.tables() if is_known(r, stage.loaded.tables)]
    tables = [r for r in head.tables() if r.qualified not in stage.ignored and r.partition_bound is None]
    if len(known) * 2 < len(tables):
        yield _incomplete(revision, len(known), len(tables))
    try:
        models = _created(stage, head)
    except (CallFailed, psycopg.Error) as error:
        yield _not_created(revision, str(error).splitlines()[0])
        return
    differences = [d for d in diff(models, head, ignore=stage.ignored) if _counts(d, models, head, stage.loaded.tables)]
    for owner, group in groupby(sorted(differences, key=_owner), key=_owner):
        yield _drifted(revision, owner, list(group))


def models_created(stage: Stage, head: Schema) -> Schema | None:
    """What the models make on the shadow; None where env.py names none, or they cannot be created."""
    if not any(c.has_metadata for c in stage.loaded.contexts) or not stage.loaded.tables:
        return None
    try:
        return _created(stage, head)
    except (CallFailed, psycopg.Error):
        return None


def is_known(relation: Relation, tables: frozenset[str]) -> bool:
    """True when the metadata has the table: by its qualified name, or by its name alone where models give no schema."""
    return relation.qualified in tables or relation.name in tables


def _created(stage: Stage, head: Schema) -> Schema:
    """What create_all makes, on what the set-up makes, with the extensions that the history has by now."""
    stage.drop(MODELS)
    stage.clone(MODELS, template=EMPTY)
    try:
        with stage.connected(MODELS) as conn:
            for thing in head.of_kind("extension"):
                conn.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE").format(sql.Identifier(thing.identity))
                )
        stage.interpreter.create_all(stage.target(MODELS))
        return stage.capture(MODELS).schema
    finally:
        stage.drop(MODELS)


def _counts(d: Difference, models: Schema, head: Schema, tables: frozenset[str]) -> bool:
    """True for what metadata can say, of objects that it knows; a default that only the database has harms nobody."""
    known = PROPERTIES.get(d.object.rpartition(" ")[2])  # "partitioned table" is a table
    if known is None or not d.refutes:
        return False
    if d.object == "enum":
        return d.kind == "changed" or (d.kind == "missing" and _used(d.identity, models, tables))
    relation = _relation(d, models) or _relation(d, head)
    if relation is None or not is_known(relation, tables):
        return False
    if d.kind == "changed" and d.what in ("default", "identity"):
        return d.what == "default" and d.before is not None and not _numbers(d, models, head)
    return d.kind != "changed" or d.what in known


def _relation(d: Difference, schema: Schema) -> Relation | None:
    return schema.relation(_owner(d))


def _owner(d: Difference) -> str:
    """`schema.table` of a table or of a part of one; the identity itself of an enum."""
    return ".".join(d.identity.split(".")[:2])


def _used(enum: str, models: Schema, tables: frozenset[str]) -> bool:
    return any(c.type_oid_name == enum for r in models.tables() if is_known(r, tables) for c in r.columns)


def _numbers(d: Difference, models: Schema, head: Schema) -> bool:
    """serial on one side and identity on the other give numbers alike."""
    name = d.identity.rpartition(".")[2]
    columns = [r.column(name) for r in (_relation(d, models), _relation(d, head)) if r is not None]
    return all(c is not None and (c.identity or (c.default or "").startswith("nextval(")) for c in columns)


def _told(d: Difference) -> str:
    subject = f"{d.object} {d.identity}"
    if d.kind == "missing":
        return f"{subject} is in the models alone" + (f" ({d.before})" if d.before else "")
    if d.kind == "extra":
        return f"{subject} is in the database alone" + (f" ({d.after})" if d.after else "")
    if d.kind == "renamed":
        return f"{subject} is named {d.after} in the database"
    ours, theirs = d.before or "absent", d.after or "absent"
    return f"{subject}: {d.what.replace('_', ' ')} is {ours} in the models, {theirs} in the database"


def _drifted(revision: Revision, owner: str, differences: list[Difference]) -> Finding:
    semantic = any(d.weight == "semantic" for d in differences)
    told = [f"[{d.weight}] {_told(d)}" for d in differences[:SHOWN]]
    more = [f"and {len(differences) - SHOWN} more"] if len(differences) > SHOWN else []
    return measured(
        revision,
        "model-drift",
        "PW491",
        "warning" if semantic else "info",
        f"the head is not what the models say of {owner}: " + "; ".join(told + more),
        None,
        why="The application expects the models; a database that is built from the history differs.",
        instead="Plan what is missing: pgwright plan --models. Or correct the model.",
    )


def _incomplete(revision: Revision, known: int, all_: int) -> Finding:
    return measured(
        revision,
        "metadata-incomplete",
        "PW492",
        "info",
        f"metadata incomplete: target_metadata knows {known} of the {all_} tables at the head",
        None,
        why="Drift is looked for in known tables only, and no drop is ever proposed from such models.",
        instead="Import every module with models in env.py, so that target_metadata holds them.",
    )


def _not_created(revision: Revision, why: str) -> Finding:
    return measured(
        revision,
        "models-not-created",
        "PW493",
        "info",
        f"the models could not be created on the shadow, so drift is not known: {why}",
        None,
        why="create_all makes tables and enum types; schemas, functions and other types may come from revisions alone.",
        instead="Let setup_sql in pgwright.toml make what create_all needs.",
    )
