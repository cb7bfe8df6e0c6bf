"""The way in behind a command prefix, where our files are not there: the sources arrive as the first line of input.

The parent sends `python -c BOOTSTRAP` and then one JSON line {module name: source}. See `interpreter.process`.
"""

import importlib.abc
import importlib.util
import sys

PACKAGE = "_pgwright_envrun"


class Carried(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of one package in a dictionary of sources."""

    def __init__(self, sources):
        self.sources = sources

    def find_spec(self, name, path=None, target=None):
        if name != PACKAGE and not name.startswith(PACKAGE + "."):
            return None
        return importlib.util.spec_from_loader(name, self, is_package=name == PACKAGE)

    def exec_module(self, module):
        short = module.__name__[len(PACKAGE) + 1 :] or "__init__"
        code = compile(self.sources[short], "<pgwright>/%s.py" % short, "exec")
        exec(code, module.__dict__)  # noqa: S102 - the sources are our own, sent by the parent


def load(sources):
    """The serving module, made from `sources`."""
    sys.meta_path.insert(0, Carried(sources))
    return importlib.import_module(PACKAGE + ".serve")
