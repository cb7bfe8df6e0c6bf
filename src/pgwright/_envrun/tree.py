"""One Alembic tree: its configuration, its env.py, its revisions. Loaded once, run many times."""

import contextlib
import gc
import io
from argparse import Namespace

from . import describe, failure, redirect, running


class Tree:
    """`ini`, `toml` and `section` as the alembic command would take them, `x` its -x arguments."""

    def __init__(self, ini=None, toml=None, section="alembic", x=(), options=None):
        self.ini, self.toml, self.section, self.x = ini, toml, section, list(x)
        self.options = dict(options or {})
        self.files = {}  # path of a revision file -> revision
        self.contexts = []  # MigrationContexts of the last run
        self.opts = None  # the options of the first context, kept for offline rendering
        self.dialect = None
        self.way = running.plain
        self._script = None

    def config(self, command="upgrade", sql=False):
        """A fresh Config, with the whole command-line Namespace that env.py files read."""
        from alembic.config import Config

        config = Config(self.ini, ini_section=self.section, **({"toml_file": self.toml} if self.toml else {}))
        config.cmd_opts = Namespace(
            x=self.x or None,
            cmd=(_named(command), ["revision"], []),
            autogenerate=False,
            sql=sql,
            tag=None,
            name=self.section,
            config=self.ini,
            raiseerr=True,
            quiet=False,
            verbose=False,
            revision="head",
        )
        for name, value in self.options.items():
            config.set_main_option(name, value)
        return config

    @property
    def script(self):
        """The ScriptDirectory. Kept: importing a few hundred revisions and the application with them takes seconds."""
        if self._script is None:
            from alembic.script import ScriptDirectory

            self._script = ScriptDirectory.from_config(self.config())
        return self._script

    def run(self, work, sql=False, **options):
        """Runs env.py once, with fresh Config and contexts; `work(heads, context)` gives the steps for each context."""
        from alembic.runtime.environment import EnvironmentContext

        self.contexts = []
        config = self.config(sql=sql)
        if sql:
            config.output_buffer = io.StringIO()

        def fn(heads, context):
            self.contexts.append(context)
            return work(heads, context)

        options.setdefault("destination_rev", "head")
        with EnvironmentContext(
            config, self.script, fn=fn, as_sql=sql, tag=None, **dict({"starting_rev": None}, **options)
        ):
            self.way(self.script.run_env)
        return config

    def load(self):
        """env.py first, with nothing to do, and only then the revisions: real projects break in the other order."""
        with _code("env"):
            config = self._first()
        if self.contexts:
            self.opts, self.dialect = dict(self.contexts[0].opts), self.contexts[0].dialect
        with _code("revisions"):
            found = describe.revisions(self.script)
            self.files = {one["file"]: one["id"] for one in found}
        reply = {
            "revisions": found,
            "heads": list(self.script.get_heads()),
            "bases": list(self.script.get_bases()),
            "contexts": [describe.context(context) for context in self.contexts],
            "config": describe.config(config, self.script),
            "connections": sorted("%s+%s" % pair for pair in redirect.State.drivers),
        }
        gc.freeze()  # the application's modules live for ever: later collections need not walk them
        return reply

    def _first(self):
        """The first run of env.py, again as long as an error teaches another way to run it."""
        while True:
            try:
                return self.run(lambda heads, context: [], dont_mutate=True)
            except Exception as error:
                if not running.learnt(self, error):
                    raise

    def metadata(self):
        """The MetaData objects that env.py named, in order."""
        return describe.metadata_of(self.opts or {})


def _named(command):
    """What Alembic keeps in `cmd_opts.cmd[0]`: the command's function."""
    from alembic import command as commands

    return getattr(commands, command)


@contextlib.contextmanager
def _code(code):
    """Marks what is raised inside with the code under which it is told, and with the settings it seems to miss."""
    try:
        yield
    except (Exception, SystemExit) as error:
        error.pgwright_code = code
        error.pgwright_missing = failure.missing_settings(error) if code == "env" else []
        raise
