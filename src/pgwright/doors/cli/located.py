"""The options of verbs that go to a database as somebody else than the runner."""

from __future__ import annotations

import click

from pgwright.doors.cli.call import F

_ADMIN = "Variable with the address of a login that may do this; by default the environment's own."


def located(function: F) -> F:
    """Which database, and as whom."""
    for option in (
        click.option("--admin-env", metavar="VARIABLE", help=_ADMIN),
        click.option("--env", "env", required=True, metavar="ENV", help="Environment of pgwright.toml."),
    ):
        function = option(function)
    return function
