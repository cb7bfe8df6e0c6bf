"""The public verbs, each a short composition of rooms. They take a Project, return records and print nothing.

A verb is loaded when it is asked for: all of them together take longer to load than one revision to prove.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgwright.verbs.apply import apply
    from pgwright.verbs.approval import outstanding
    from pgwright.verbs.doctor import Doctor, doctor
    from pgwright.verbs.execution import Executed, How
    from pgwright.verbs.foresight import preview, script
    from pgwright.verbs.init import init
    from pgwright.verbs.plan import TaskOf, plan
    from pgwright.verbs.prove import prove
    from pgwright.verbs.refusals import BrokenHistory, Heads, HeadUnreachable, NothingToDo, NothingToReport
    from pgwright.verbs.report import latest
    from pgwright.verbs.rewrite import rewrite
    from pgwright.verbs.session import Wish, session
    from pgwright.verbs.status import RevisionStatus, Status, status
    from pgwright.verbs.undo import undo
    from pgwright.verbs.watch import Watched, watch

__all__ = [
    "BrokenHistory",
    "Doctor",
    "Executed",
    "HeadUnreachable",
    "Heads",
    "How",
    "NothingToDo",
    "NothingToReport",
    "RevisionStatus",
    "Status",
    "TaskOf",
    "Watched",
    "Wish",
    "apply",
    "doctor",
    "init",
    "latest",
    "outstanding",
    "plan",
    "preview",
    "prove",
    "rewrite",
    "script",
    "session",
    "status",
    "undo",
    "watch",
]

_ELSEWHERE = {  # in a file of another name than its own
    "Doctor": "doctor", "Executed": "execution", "How": "execution", "RevisionStatus": "status", "Status": "status",
    "TaskOf": "plan", "Watched": "watch", "Wish": "session", "latest": "report", "outstanding": "approval",
    "preview": "foresight", "script": "foresight",
    **dict.fromkeys(("BrokenHistory", "HeadUnreachable", "Heads", "NothingToDo", "NothingToReport"), "refusals"),
}  # fmt: skip


class _Verbs(ModuleType):
    """`verbs.apply` is the verb, not the file of that name, whoever imported that first."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in __all__):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"{self.__name__}.{_ELSEWHERE.get(name, name)}"), name)
        setattr(self, name, found)
        return found


sys.modules[__name__].__class__ = _Verbs
