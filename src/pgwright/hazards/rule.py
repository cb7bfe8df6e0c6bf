"""A rule as one record, made from the constants of its module; and what a rule gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

from pgwright.hazards.acts import Act
from pgwright.hazards.example import Example
from pgwright.hazards.known import Known
from pgwright.hazards.statement import Phase, Revision, Statement
from pgwright.step import Severity

Seen = Literal["lock", "rewrite", "error", "rows", "catalog", "app", "text"]
EVERY = range(14, 100)  # majors
FAMILIES = {
    "1": "locks and work",
    "2": "certain failures",
    "3": "application compatibility",
    "4": "data",
    "5": "downgrade",
    "6": "backfill",
    "7": "authorisation",
    "8": "design",
}
NEVER_INLINE = frozenset({"authorisation"})  # and every rule with DATA_LOSS: only an approval accepts these


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: the statement, the facts that fill the braces of WHEN, EFFECT and INSTEAD.

    `severity` overrides the rule's. `unknown` names a fact that reading could not tell: the finding becomes at most a
    warning and says so. `statement` is None for a hit on the revision as a whole; `line` then says where.
    """

    statement: Statement | None
    facts: Mapping[str, object]
    severity: Severity | None = None
    unknown: str = ""
    phase: Phase | None = None
    line: int | None = None


def found(
    statement: Statement | None,
    *,
    severity: Severity | None = None,
    unknown: str = "",
    phase: Phase | None = None,
    line: int | None = None,
    **facts: object,
) -> Found:
    """A hit; what is given beyond the named arguments fills the braces of the rule's texts."""
    return Found(statement, facts, severity, unknown, phase, line)


Detect = Callable[[Statement, Known], Iterator[Found]]
DetectRevision = Callable[[Revision, Known], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Observation:
    """What the test looks for on a real server, beyond SEEN's own meaning (README.md, "SEEN")."""

    lock: str = ""  # mode that must be seen; empty: any that blocks writers, with work
    on: str = ""  # relation that it is looked for on, "public.orders"; empty: any that stood before
    error: str = ""  # SQLSTATE; empty: any
    query: str = ""  # its first value is true when the harm is there
    app: tuple[str, ...] = ()  # statements of the running release, which worked before
    after: Literal["up", "down", "reup", "again"] = "up"  # when to look; "again": upgrade once more, as after a failure
    short: bool = False  # the lock alone is the harm, without work proportional to rows


@dataclass(frozen=True, slots=True, eq=False)  # there is one of each; a hash over all its texts took a tenth of a check
class Rule:
    """One hazard: texts, examples, the observation that proves it, and the function that finds it."""

    slug: str
    code: str
    severity: Severity
    seen: Seen
    when: str
    effect: str
    instead: str
    before: str
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    versions: range = EVERY
    phases: tuple[Phase, ...] = ("upgrade",)
    observe: Observation = field(default_factory=Observation)
    acts: tuple[type[Act], ...] = ()  # statements with none of these are not shown to `detect`; empty: all are
    data_loss: bool = False
    instead_sql: str = ""  # what is printed for SQL files; without it, `instead`
    source: str = ""
    detect: Detect | None = None
    detect_revision: DetectRevision | None = None

    @property
    def family(self) -> str:
        """In words, by the first digit of the code."""
        return FAMILIES[self.code[2]]

    @property
    def can_be_allowed(self) -> bool:
        """Whether a comment beside the statement can accept it."""
        return not self.data_loss and self.family not in NEVER_INLINE


def rule(module: ModuleType | str) -> Rule:
    """The Rule that a module of `rules/` describes; its name is the slug. Raises AttributeError for a missing constant.

    Named by its file (`rule("index_blocking")`), a rule needs one line in the registry and no import beside it.
    """
    if isinstance(module, str):
        module = import_module(f"pgwright.hazards.rules.{module}")
    optional: dict[str, Any] = {
        name.lower(): getattr(module, name)
        for name in ("VERSIONS", "PHASES", "OBSERVE", "ACTS", "DATA_LOSS", "INSTEAD_SQL")
        if hasattr(module, name)
    }
    made = Rule(
        slug=module.__name__.rpartition(".")[2].replace("_", "-"),
        code=module.CODE,
        severity=module.SEVERITY,
        seen=module.SEEN,
        when=module.WHEN,
        effect=module.EFFECT,
        instead=module.INSTEAD,
        before=module.BEFORE,
        bad=_examples(module.BAD),
        good=_examples(module.GOOD),
        source=(module.__doc__ or "").strip(),
        detect=getattr(module, "detect", None),
        detect_revision=getattr(module, "detect_revision", None),
        **optional,
    )
    if made.detect is None and made.detect_revision is None:
        raise AttributeError(f"{module.__name__} needs detect or detect_revision")
    return made


def _examples(value: Example | tuple[Example, ...]) -> tuple[Example, ...]:
    return value if isinstance(value, tuple) else (value,)
