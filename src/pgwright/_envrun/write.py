"""A new revision file, made as `alembic revision` makes it: template, file name, time zone, hooks."""

import ast
import os
import pprint


def revision(
    tree,
    rev_id,
    message,
    head=None,
    splice=False,
    branch_label=None,
    version_path=None,
    upgrades="",
    downgrades="",
    imports="",
    depends_on=None,
    literal=None,
):
    """Writes the file and returns its path. Hooks (black, ruff) run last, over the finished text."""
    script = tree.script
    name = "hooks" if hasattr(script, "hooks") else "hook_config"  # hook_config: Alembic before 1.16
    hooks = getattr(script, name)
    setattr(script, name, None)
    try:
        made = script.generate_revision(
            rev_id,
            message,
            head=head or "head",
            splice=splice,
            branch_labels=branch_label,
            version_path=version_path,
            depends_on=depends_on,
            upgrades=_indented(upgrades),
            downgrades=_indented(downgrades),
            imports=imports,
            config=tree.config("revision"),
        )
    finally:
        setattr(script, name, hooks)
    path = os.path.realpath(str(made.path))
    if literal is not None:
        _insert(path, "pgwright = " + pprint.pformat(literal, width=110, sort_dicts=False), script.output_encoding)
    if hooks:
        _run_hooks(path, hooks)
    made.module = type(made)._from_path(script, path).module  # lines have moved since it was first imported
    tree.files[path] = made.revision
    return path


def _indented(body):
    """The body of a function for the template, which puts four spaces before the first line only."""
    lines = body.strip("\n").splitlines() or ["pass"]
    return "\n".join([lines[0]] + [("    " + line) if line.strip() else "" for line in lines[1:]])


def _insert(path, text, encoding):
    """Puts a module-level line after `depends_on`, or after the last of Alembic's identifiers that the template has."""
    with open(path, encoding=encoding) as file:
        source = file.read()
    after = 0
    for node in ast.parse(source).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        named = [inner for t in targets for inner in ast.walk(t)]
        if {getattr(t, "id", "") for t in named} & {"revision", "down_revision", "branch_labels", "depends_on"}:
            after = node.end_lineno
    lines = source.split("\n")
    lines[after:after] = [text]
    with open(path, "w", encoding=encoding) as file:
        file.write("\n".join(lines))


def _run_hooks(path, hooks):
    from alembic.script import write_hooks

    write_hooks._run_hooks(os.fspath(path), hooks)
