"""The way in by path: `python .../_envrun/__main__.py`. Requests on standard input, replies on standard output."""

import importlib.util
import os
import sys

PACKAGE = "_pgwright_envrun"


def load():
    """This directory as the package `_pgwright_envrun`; the directory itself leaves `sys.path`."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here or not entry]
    spec = importlib.util.spec_from_file_location(
        PACKAGE, os.path.join(here, "__init__.py"), submodule_search_locations=[here]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)
    return importlib.import_module(PACKAGE + ".serve")


if __name__ == "__main__":
    load().main()
