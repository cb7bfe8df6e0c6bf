"""The parent's side of `_envrun`: the user's env.py and revisions, run in the user's own interpreter."""

from pgwright.interpreter.child import Interpreter
from pgwright.interpreter.results import (
    Compiled,
    Direction,
    Failure,
    Loaded,
    ModelClass,
    Ran,
    Recorded,
    Refused,
    Rendered,
    Revision,
    Sent,
    Statement,
    Target,
    Waiting,
)

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
