"""What is worth knowing about a tree, as plain values."""

import inspect
import json

FLAGS = [
    "include_schemas",
    "transaction_per_migration",
    "render_as_batch",
    "compare_type",
    "compare_server_default",
    "transactional_ddl",
    "literal_binds",
    "user_module_prefix",
    "alembic_module_prefix",
    "sqlalchemy_module_prefix",
]
HOOKS = ["include_object", "include_name", "render_item", "process_revision_directives", "on_version_apply"]


def revisions(script):
    """Every revision, parents before children."""
    return [_revision(one) for one in reversed(list(script.walk_revisions()))]


def _revision(one):
    return {
        "id": one.revision,
        "down_revisions": _listed(one.down_revision),
        "depends_on": _listed(one.dependencies),
        "labels": sorted(one.branch_labels or ()),
        "doc": one.doc or "",
        "file": one.path,
        "upgrade_line": _line(one.module, "upgrade"),
        "downgrade_line": _line(one.module, "downgrade"),
        "is_merge": one.is_merge_point,
        "is_base": one.is_base,
        "is_branch_point": one.is_branch_point,
        "is_head": one.is_head,
        "literal": _literal(getattr(one.module, "pgwright", None)),
    }


def _literal(value):
    """The module's `pgwright` when it is a dictionary of plain values, and not a module of that name."""
    try:
        return json.loads(json.dumps(value)) if isinstance(value, dict) else None
    except (TypeError, ValueError):
        return None


def _listed(value):
    return [value] if isinstance(value, str) else list(value or ())


def _line(module, name):
    code = getattr(inspect.unwrap(getattr(module, name, None)), "__code__", None) if hasattr(module, name) else None
    return code.co_firstlineno if code else None


def metadata_of(opts):
    """target_metadata is an object, a list of them, or nothing."""
    value = opts.get("target_metadata")
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def convention(metadata):
    """The naming convention as stable text: same convention, same text, in any process."""
    pairs = {_key(key): _value(value) for key, value in (metadata.naming_convention or {}).items()}
    return json.dumps(pairs, sort_keys=True)


def _key(key):
    return key if isinstance(key, str) else getattr(key, "__name__", repr(key))


def _value(value):
    if isinstance(value, str):
        return value
    return "%s.%s" % (getattr(value, "__module__", "?"), getattr(value, "__qualname__", type(value).__name__))


def context(one):
    """One configure() of env.py; a loop over tenants makes several."""
    opts = one.opts
    metadata = metadata_of(opts)
    return {
        "dialect": one.dialect.name,
        "driver": one.dialect.driver,
        "version_table": one.version_table,
        "version_table_schema": one.version_table_schema,
        "tables": sorted({table for each in metadata for table in each.tables}),
        "naming_conventions": [convention(each) for each in metadata],
        "has_metadata": bool(metadata),
        "hooks": [name for name in HOOKS if opts.get(name)],
        "flags": {name: _flag(opts[name]) for name in FLAGS if name in opts},
    }


def _flag(value):
    return value if value is None or isinstance(value, (bool, int, str)) else _value(value)


def config(config, script):
    """How the project wants its revision files written."""
    return {
        "directory": str(script.dir),
        "versions": [str(path) for path in _locations(script)],
        "file_template": script.file_template,
        "truncate_slug_length": script.truncate_slug_length,
        "timezone": str(script.timezone) if script.timezone else None,
        "sourceless": bool(script.sourceless),
        "recursive": bool(getattr(script, "recursive_version_locations", False)),
        "revision_environment": str(option(config, "revision_environment", "false")).lower()
        in ("true", "1", "yes", "on"),
        "post_write_hooks": _hooks(script),
    }


def _hooks(script):
    """The post-write hooks: a list since Alembic 1.16, before that the raw section of the ini file."""
    if hasattr(script, "hooks"):
        return [dict(hook) for hook in script.hooks or ()]
    section = script.hook_config or {}
    names = section.get("hooks", "").replace(",", " ").split()
    return [
        dict({key[len(name) + 1 :]: section[key] for key in section if key.startswith(name + ".")}, _hook_name=name)
        for name in names
    ]


def _locations(script):
    """`_version_locations` is the one property with absolute paths; plain `versions` is the fallback."""
    return getattr(script, "_version_locations", None) or [script.versions]


def option(config, name, default=None):
    """A main option, from the ini file or from pyproject.toml where this Alembic reads it."""
    read = getattr(config, "get_alembic_option", None) or config.get_main_option
    value = read(name, default)
    return default if value is None else value
