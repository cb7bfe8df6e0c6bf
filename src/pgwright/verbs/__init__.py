"""The public verbs, each a short composition of rooms. They take a Project, return records and print nothing."""

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
