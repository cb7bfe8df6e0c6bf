"""`process_revision_directives` of the project's env.py: not asked when a plan is written, and that is said."""

from __future__ import annotations

import pytest
from test_validation import TEMPLATE
from tiny_project import ENV, TABLE, Tiny

from pgwright import project, verbs
from pgwright.records import Change, Task

HOOK = """
def emptied(context, revision, directives):
    open({told!r}, "a").write("asked")
    directives[:] = []

"""
REQUEST = {"kind": "add_column", "table": "customers", "column": "fax", "type": "text"}


def planned(tiny: Tiny) -> Change:
    """One new column, written into the project."""
    tiny.add("a1", *TABLE)
    (tiny.root / "alembic" / "script.py.mako").write_text(TEMPLATE)
    return verbs.plan(project.find(tiny.root), lambda loaded, classes: Task("fax", (REQUEST,)))


@pytest.mark.parametrize("revision_environment", [False, True])
def test_a_hook_that_empties_revisions_is_bypassed_and_named(tiny: Tiny, revision_environment: bool) -> None:
    told = tiny.root / "told"
    env = ENV.replace("\nengine", HOOK.format(told=str(told)) + "\nengine", 1)
    env = env.replace("target_metadata=MetaData()", "target_metadata=MetaData(), process_revision_directives=emptied")
    (tiny.root / "alembic" / "env.py").write_text(env)
    if revision_environment:
        ini = tiny.root / "alembic.ini"
        ini.write_text(ini.read_text() + "revision_environment = true\n")
    change = planned(tiny)
    assert [note for note in change.notes if "process_revision_directives" in note]
    (revision,) = change.revisions
    assert "op.add_column" in (tiny.root / revision.file).read_text() and not told.exists()


def test_without_one_nothing_is_said(tiny: Tiny) -> None:
    assert not [note for note in planned(tiny).notes if "process_revision_directives" in note]
