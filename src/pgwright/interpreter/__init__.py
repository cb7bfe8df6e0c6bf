"""The parent's side of `_envrun`: the user's env.py and revisions, run in the user's own interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgwright.interpreter.child import Interpreter
from pgwright.interpreter.recorded import Direction, Failure, Recorded, Refused, Rendered, Sent

if TYPE_CHECKING:
    from pgwright.interpreter.results import Compiled, Loaded, ModelClass, Ran, Revision, Statement, Target, Waiting

__all__ = [
    "Compiled",
    "Direction",
    "Failure",
    "Interpreter",
    "Loaded",
    "ModelClass",
    "Ran",
    "Recorded",
    "Refused",
    "Rendered",
    "Revision",
    "Sent",
    "Statement",
    "Target",
    "Waiting",
]


def __getattr__(name: str) -> Any:
    """Results of running revisions, loaded when they are named: reading alone does without them."""
    if name not in __all__:
        raise AttributeError(name)
    from pgwright.interpreter import results

    return getattr(results, name)
