"""What upgrade() and downgrade() would send, message by message, with the Alembic operation and the line behind each."""

import os
import re
import sys
import warnings

from . import failure, offline
from .connection import NeedsRows, NoRows, stand_in

WANTS_ROWS = re.compile(r"^it (?:looks at|inspects) the ")
INVOKES = "alembic.operations.base"
REFUSED = ("Can't emit DROP CONSTRAINT",)  # what fails in SQLAlchemy itself, with a database as without one


class Recorder:
    """Takes the messages of one direction of one revision. `files` names the files whose lines are told."""

    def __init__(self, context, files):
        self.context, self.files = context, files
        self.sent = []
        self.looked = None  # the first look into a result, swallowed by the revision or not

    def take(self, text):
        text = text.strip()
        if not text:
            return
        file, line, operation = self._where()
        self.sent.append({"sql": text, "file": file, "line": line, "operation": operation})

    def end(self, how):
        """A transaction that the revision ends by itself; SQLAlchemy begins the next at once."""
        self.take(how)
        self.take("BEGIN;")

    def wanted(self, name):
        error = NeedsRows("it looks at the %s of a statement" % name)
        self.looked = self.looked or {"why": str(error), "line": self._where()[1]}
        return error

    def _where(self):
        """(file, line, operation): the innermost frame of a revision file, and the operation that Alembic invokes.

        A frame's code is an event of the audit hook, so it is looked at only where the module may be the right one.
        """
        frame, operation = sys._getframe(2), None
        while frame is not None:
            module = frame.f_globals
            file = module.get("__file__")
            if (file is None or file in self.files) and frame.f_code.co_filename in self.files:
                return frame.f_code.co_filename, frame.f_lineno, operation
            if operation is None and module.get("__name__") == INVOKES and frame.f_code.co_name == "invoke":
                operation = type(frame.f_locals["operation"]).__name__
            frame = frame.f_back
        return None, None, operation

    def run(self, call):
        """Runs upgrade() or downgrade(); whatever it raises is returned, not raised."""
        context = self.context
        output, connection, memo = context.impl.static_output, context.impl.connection, dict(context.impl.memo)
        own = context.connection
        context.impl._exec, context.impl.create_table = self._exec, _ordered(context.impl.create_table)
        context.impl.memo.clear()  # enums made by another revision must not hide a CREATE TYPE of this one
        context.impl.static_output = self.take
        context.impl.connection = context.connection = stand_in(self)
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "The engine provided as bind produced a connection")
                call()
        except (Exception, SystemExit) as error:
            return error
        finally:
            context.impl.static_output, context.impl.connection, context.connection = output, connection, own
            context.impl.memo.clear()
            context.impl.memo.update(memo)
            del context.impl._exec, context.impl.create_table
        return None

    def execute(self, statement, parameters=None):
        """Takes a statement as it would be sent, once for each set of parameters."""
        from sqlalchemy import text

        if isinstance(statement, str):
            statement = text(statement)
        for one in parameters if isinstance(parameters, (list, tuple)) else [parameters]:
            self.take(_compiled(self.context, statement, one))
        return NoRows(self)

    def _exec(self, construct, execution_options=None, multiparams=None, params=None):
        """Alembic's own refuses parameters and fails on values that it cannot write as SQL; this takes both."""
        self.execute(construct, multiparams or params)


def _ordered(create_table):
    """SQLAlchemy keeps a table's indexes in a set: by name, so that the same revision reads the same every time."""

    def ordered(table, **more):
        table.indexes = sorted(table.indexes, key=lambda one: str(one.name))
        return create_table(table, **more)

    return ordered


def _compiled(context, statement, parameters):
    """The statement as text with its values in place; a value that cannot be written as SQL becomes NULL."""
    from sqlalchemy.schema import DDLElement
    from sqlalchemy.sql.compiler import BIND_PARAMS_ESC

    if not parameters and getattr(statement, "_bindparams", None) == {} and isinstance(statement.text, str):
        return BIND_PARAMS_ESC.sub(lambda found: found.group(1), statement.text).strip() + ";"  # plain text, as it is
    if isinstance(statement, DDLElement):
        return _text(statement.compile(dialect=context.dialect))
    if parameters and hasattr(statement, "bindparams"):
        statement = statement.bindparams(**{k: v for k, v in dict(parameters).items() if k in statement._bindparams})
    elif parameters and hasattr(statement, "values"):
        statement = statement.values(**dict(parameters))
    try:
        return _text(statement.compile(dialect=context.dialect, compile_kwargs={"literal_binds": True}))
    except Exception:
        pass  # a value without a literal form, or none at all
    try:
        compiled = statement.compile(dialect=context.dialect, compile_kwargs={"render_postcompile": True})
    except Exception:
        return _headless(statement)
    sql = str(compiled)
    for name in sorted(compiled.params, key=len, reverse=True):
        for form in ("%%(%s)s", ":%s"):
            sql = sql.replace(form % name, "NULL")
    return _text(sql)


def _text(compiled):
    return str(compiled).replace("\t", "    ").replace("%%", "%").strip() + ";"


def _headless(statement):
    """An INSERT that cannot be compiled is still an INSERT into that table."""
    table = getattr(statement, "table", None)
    return 'INSERT INTO "%s" DEFAULT VALUES;' % table.name if table is not None else str(statement) + ";"


class Modules:
    """The modules of the revisions: Alembic's own, or each file by itself when one of them cannot be imported."""

    def __init__(self, tree, files):
        self.tree, self.paths = tree, files
        self.broken = {}  # revision -> why it cannot be imported
        self.whole = None

    def of(self, revision):
        """The module, or None: then `broken` says why."""
        if self.whole is None:
            try:
                self.whole = {one.revision: one.module for one in self.tree.script.walk_revisions()}
            except (Exception, SystemExit):
                self.whole = {}
        if revision not in self.whole:
            self.whole[revision] = self._alone(revision)
        return self.whole[revision]

    def _alone(self, revision):
        from alembic.util import load_python_file

        path = self.paths[revision]
        try:
            return load_python_file(os.path.dirname(path), os.path.basename(path))
        except (Exception, SystemExit) as error:
            self.broken[revision] = failure.describe(error, self.tree.files)
            return None


def record(tree, wanted, files, convention=None):
    """For each (revision, direction): {"sent", "stopped", "transactional", "route"}. `files`: revision -> its file.

    With a `convention` (the naming convention, known from the source; {} for none) neither env.py nor the application
    runs, unless a revision turns out to need them. Without, env.py runs once, in its offline mode if it has one.
    """
    import gc

    gc.disable()  # a second of allocations and nothing to collect: a tenth of the time
    try:
        return _recorded(tree, wanted, files, convention)
    finally:
        gc.freeze()  # or the first collection afterwards walks all that was imported, for nothing
        gc.enable()


def _recorded(tree, wanted, files, convention):
    tree.files = {path: name for name, path in files.items()}
    modules = Modules(tree, files)

    def one(tree, context, revision, direction):
        return _one(tree, context, modules, revision, direction)

    if convention is not None:
        from sqlalchemy import MetaData

        tree.opts = {"target_metadata": MetaData(naming_convention=convention) if convention else MetaData()}
        found, route = offline.once(tree, wanted, one, "plain")
        if not any(_needs_env(each["stopped"]) for each in found):
            return [dict(each, route="source") for each in found]
        tree.opts, modules = None, Modules(tree, files)
    found, route = offline.once(tree, wanted, one)
    return [dict(each, route=route) for each in found]


def _needs_env(stopped):
    """True when it may be for want of env.py that a revision stopped: its import paths, operations, settings."""
    if stopped is None or stopped["reason"] == "raises":
        return False
    return stopped["reason"] == "cannot-import" or not WANTS_ROWS.search(stopped["why"])


def _one(tree, context, modules, revision, direction):
    module = modules.of(revision)
    recorder = Recorder(context, tree.files)
    transactional = bool(context.impl.transactional_ddl)
    if module is None:
        told = modules.broken[revision]
        why = "%s: %s" % (told["exception"], told["message"])
        stopped = {"reason": "cannot-import", "why": why, "line": told["line"]}
        return {"sent": [], "stopped": stopped, "transactional": transactional}
    call = getattr(module, "upgrade" if direction == "up" else "downgrade", None)
    error = recorder.run(call) if call else None
    return {"sent": recorder.sent, "stopped": _stopped(recorder, error, tree.files), "transactional": transactional}


def _stopped(recorder, error, files):
    if recorder.looked and (error is None or isinstance(error, NeedsRows)):
        return dict(recorder.looked, reason="reads-data")
    if error is None:
        return None
    if isinstance(error, NeedsRows):
        return {"reason": "reads-data", "why": str(error), "line": failure.describe(error, files)["line"]}
    if isinstance(error, SystemExit):
        return {"reason": "raises", "why": "it ends the process", "line": None}
    told = failure.describe(error, files)
    if told["exception"].endswith("NoInspectionAvailable"):
        return {"reason": "reads-data", "why": "it inspects the database", "line": told["line"]}
    why = "%s: %s" % (told["exception"], told["message"])
    reason = "raises" if told["message"].startswith(REFUSED) else offline.reason(told)
    return {"reason": reason, "why": why, "line": told["line"]}


def imported(root):
    """The project's own files that were imported on the way: what the rendering depends on beside the revisions."""
    found = set()
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and path.startswith(root) and failure.is_users(path):
            found.add(path)
    return sorted(found)
