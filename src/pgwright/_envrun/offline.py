"""Revisions as SQL text, without a database: through the project's env.py where it has an offline mode."""

import io
import os
import re

from . import failure

NEEDS_RESULTS = re.compile(
    r"NoneType|NoInspectionAvailable|inspect|MockConnection|MockEngine|offline|as_sql|literal|Session|bind", re.I
)


def render(tree, wanted):
    """For each (revision, direction): {"sql": [...]} or {"reason": ..., "why": ...}. Rendered twice: some vary."""
    first, route = once(tree, wanted, _one)
    second, _ = once(tree, wanted, _one, route)
    return [_agreed(one, other, route) for one, other in zip(first, second)]  # noqa: B905 - strict= came with Python 3.10


def _agreed(one, other, route):
    if "reason" in one:
        return dict(one, route=route)
    if "reason" in other or one["sql"] != other["sql"]:
        return {"reason": "volatile", "why": "two renderings differ", "route": route}
    return dict(one, route=route)


def once(tree, wanted, one, route=None):
    """`one(tree, context, revision, direction)` for all of them, in one run of env.py; and the route taken.

    When env.py cannot run offline, in a plain context with the options that it configured.
    """
    results = []

    def work(heads, context):
        del results[:]
        results.extend(one(tree, context, revision, direction) for revision, direction in wanted)
        return []

    if route != "plain":
        try:
            tree.run(work, sql=True, starting_rev="base", dont_mutate=True)
        except (Exception, SystemExit) as error:
            del results[:]
            tree.opts = tree.opts or _named_on_the_way(error)
        if results or not wanted:
            return results, "env.py"
    _plain(tree, work)
    return results, "plain"


def _named_on_the_way(error):
    """`target_metadata` as env.py had set it when it failed: naming conventions come from there."""
    frame = error.__traceback__
    while frame is not None:
        if os.path.basename(frame.tb_frame.f_code.co_filename) == "env.py":
            metadata = frame.tb_frame.f_globals.get("target_metadata")
            if metadata is not None:
                return {"target_metadata": metadata}
        frame = frame.tb_next
    return None


def _plain(tree, work):
    from alembic.operations import Operations
    from alembic.runtime.environment import EnvironmentContext

    names = ("target_metadata", "user_module_prefix", "render_as_batch", "version_table", "version_table_schema")
    opts = {name: tree.opts[name] for name in names if tree.opts and tree.opts.get(name) is not None}
    config = tree.config(sql=True)
    environment = EnvironmentContext(config, tree.script, fn=work, as_sql=True, starting_rev="base", tag=None)
    with environment:
        environment.configure(
            dialect_name="postgresql",
            literal_binds=True,
            output_buffer=io.StringIO(),
            dialect_opts={"paramstyle": "named"},
            **opts,
        )
        with Operations.context(environment.get_context()):
            work((), environment.get_context())


def _one(tree, context, revision, direction):
    """What upgrade() or downgrade() sends, without Alembic's own bookkeeping."""
    module = tree.script.get_revision(revision).module
    context.impl.memo.clear()  # enums made by another revision must not hide a CREATE TYPE of this one
    sent, previous = [], context.impl.static_output
    context.impl.static_output = sent.append
    try:
        (module.upgrade if direction == "up" else module.downgrade)()
    except Exception as error:
        return _reason(error, tree.files)
    finally:
        context.impl.static_output = previous
    return {"sql": [text.strip() for text in sent if text.strip()]}


def _reason(error, files):
    told = failure.describe(error, files)
    why = "%s: %s" % (told["exception"], told["message"])
    return {"reason": reason(told), "why": why, "line": told["line"]}


def reason(told):
    """`raises` for what the revision raises by itself, else `reads-data`: it wants what only a database can give."""
    needs = NEEDS_RESULTS.search("%s %s" % (told["exception"], told["message"])) or not told["raised_there"]
    return "reads-data" if needs else "raises"
