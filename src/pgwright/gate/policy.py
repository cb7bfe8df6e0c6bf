"""The decision matrix, as data: which kind of step needs whose approval. The strictest step decides.

Source: the two specifications of the specialist (independent, ARCHITECT, human), and where they differ the stricter one:
a lock over 5 s, a run over 5 min, a data migration over 1,000 rows go to a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from pgwright.gate.approval_refusals import PolicyTooLoose

Tier = Literal["independent", "ARCHITECT", "human", "forbidden"]
BACKUPS = ("B0", "B1", "B2", "B3", "B4")  # run/backup/ladder.py says what each is worth
TIERS: tuple[Tier, ...] = ("independent", "ARCHITECT", "human", "forbidden")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of step: who decides, and in a few words about what."""

    kind: str
    tier: Tier
    words: str


RULES = (
    Rule("read", "independent", "a query"),
    Rule("session", "independent", "a setting of the session"),
    Rule("comment", "independent", "a comment"),
    Rule("set_comment", "independent", "a comment"),
    Rule("analyze", "independent", "statistics"),
    Rule("validate", "independent", "a constraint that exists is validated"),
    Rule("create_table", "ARCHITECT", "new table"),
    Rule("create_enum", "ARCHITECT", "new type"),
    Rule("alter_enum", "ARCHITECT", "type change"),
    Rule("add_enum_value", "ARCHITECT", "type change"),
    Rule("rename_enum_value", "ARCHITECT", "type change"),
    Rule("remove_enum_value", "ARCHITECT", "type change"),
    Rule("drop_enum", "ARCHITECT", "a view, function, trigger or type goes"),
    Rule("add_column", "ARCHITECT", "column change"),
    Rule("alter_default", "ARCHITECT", "column change"),
    Rule("widen_column", "ARCHITECT", "column change"),
    Rule("alter_column_type", "ARCHITECT", "column change"),
    Rule("change_type", "ARCHITECT", "column change"),
    Rule("set_identity", "ARCHITECT", "column change"),
    Rule("drop_identity", "ARCHITECT", "column change"),
    Rule("fill_column", "ARCHITECT", "rows are changed"),
    Rule("rename_column", "ARCHITECT", "column change"),
    Rule("rename_table", "ARCHITECT", "table change"),
    Rule("move_column", "ARCHITECT", "column change"),
    Rule("split_table", "ARCHITECT", "new table"),
    Rule("merge_tables", "human", "a table and its data go"),
    Rule("partition_table", "ARCHITECT", "table change"),
    Rule("rename", "ARCHITECT", "schema change"),
    Rule("add_foreign_key", "ARCHITECT", "relationship"),
    Rule("add_unique", "ARCHITECT", "constraint change"),
    Rule("add_check", "ARCHITECT", "constraint change"),
    Rule("add_exclusion", "ARCHITECT", "constraint change"),
    Rule("set_not_null", "ARCHITECT", "constraint change"),
    Rule("drop_not_null", "ARCHITECT", "constraint change"),
    Rule("drop_constraint", "ARCHITECT", "constraint change"),
    Rule("add_index", "ARCHITECT", "index change"),
    Rule("drop_index", "ARCHITECT", "index change"),
    Rule("replace_index", "ARCHITECT", "index change"),
    Rule("reindex", "ARCHITECT", "index change"),
    Rule("drop_code", "ARCHITECT", "a view, function, trigger or type goes"),
    Rule("put_view", "ARCHITECT", "schema change"),
    Rule("drop_view", "ARCHITECT", "a view, function, trigger or type goes"),
    Rule("put_function", "ARCHITECT", "schema change"),
    Rule("put_trigger", "ARCHITECT", "schema change"),
    Rule("drop_function", "ARCHITECT", "a view, function, trigger or type goes"),
    Rule("drop_trigger", "ARCHITECT", "a view, function, trigger or type goes"),
    Rule("add_extension", "ARCHITECT", "schema change"),
    Rule("set_expression", "ARCHITECT", "column change"),
    Rule("drop_expression", "ARCHITECT", "column change"),
    Rule("schema_change", "ARCHITECT", "schema change"),
    Rule("insert", "ARCHITECT", "rows are added"),
    Rule("update", "ARCHITECT", "rows are changed"),
    Rule("delete", "human", "rows are deleted"),
    Rule("truncate", "human", "a table is emptied"),
    Rule("drop_table", "human", "a table and its data go"),
    Rule("drop_column", "human", "a column and its data go"),
    Rule("drop_data", "human", "something that holds data goes"),
    Rule("primary_key", "human", "a primary key changes"),
    Rule("rewrite", "human", "a table is rewritten under an ACCESS EXCLUSIVE lock"),
    Rule("privilege", "human", "who may do what changes"),
    Rule("grant", "human", "who may do what changes"),
    Rule("revoke", "human", "who may do what changes"),
    Rule("put_policy", "human", "who may do what changes"),
    Rule("drop_policy", "human", "who may do what changes"),
    Rule("set_row_security", "human", "who may do what changes"),
    Rule("drop_extension", "human", "something that holds data goes"),
    Rule("opaque", "human", "a statement whose effect cannot be read"),
    Rule("long_lock", "human", "a lock is held longer than allowed"),
    Rule("long_run", "human", "it runs longer than allowed"),
    Rule("many_rows", "human", "more rows are changed than allowed"),
    Rule("production_rollback", "human", "production goes back"),
    Rule("failed_run", "human", "an earlier run failed in production"),
    Rule("edited", "forbidden", "an applied revision was edited"),
    Rule("deleted", "forbidden", "an applied revision was deleted"),
    Rule("direct_ddl", "forbidden", "a schema change outside of a revision"),
    Rule("unsigned_truncate", "forbidden", "TRUNCATE that no person signed"),
    Rule("unsigned_drop", "forbidden", "DROP that no person signed"),
)
BY_KIND = {one.kind: one for one in RULES}


@dataclass(frozen=True, slots=True)
class Policy:
    """The matrix of a project: the rules, its thresholds, and how approvals are given. Limits in seconds, rows, days."""

    tiers: Mapping[str, Tier] = field(default_factory=lambda: {one.kind: one.tier for one in RULES})
    lock: float = 5.0
    run: float = 300.0
    rows: int = 1000
    days: int = 7  # until an approval expires
    quorum: int = 1
    touch: bool = False  # only hardware keys that were touched
    backup: str = "B0"  # what the backup on record must be worth before anything is applied in production
    backup_for_loss: str = "B0"  # the same where data is lost
    backup_hours: float = 24.0  # until a backup, and a restore of it, is stale


DEFAULT = Policy()


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the matrix sees it."""

    kind: str
    what: str  # the statement or the fact, shortened
    tier: Tier
    words: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, and which steps made it so."""

    tier: Tier
    steps: tuple[Step, ...] = ()

    @property
    def words(self) -> str:
        """As reports name what is outstanding: the tier, and what about."""
        about = sorted({one.words for one in self.steps if one.tier == self.tier})
        return f"{self.tier} ({', '.join(about)})" if about else self.tier


def decide(kinds: Iterable[tuple[str, str]], policy: Policy = DEFAULT) -> Decision:
    """The decision over (kind, what) pairs. A kind that the matrix does not know is a schema change."""
    steps = tuple(_step(kind, what, policy) for kind, what in kinds)
    worst = max((TIERS.index(one.tier) for one in steps), default=0)
    return Decision(TIERS[worst], steps)


def policy_of(table: Mapping[str, Any]) -> Policy:
    """The policy of `[policy]` in pgwright.toml: the house's, made stricter. Raises PolicyTooLoose."""
    known = {one.name for one in fields(Policy)} - {"tiers"}
    changes: dict[str, Any] = {}
    for key, given in table.items():
        if key == "tiers":
            continue
        if key not in known:
            raise PolicyTooLoose(key=f"policy.{key}", given=given, rule=f"known are {', '.join(sorted(known))}, tiers")
        _require_stricter(key, given)
        changes[key] = given
    return replace(DEFAULT, tiers=_tiers(table.get("tiers", {})), **changes)


def _require_stricter(key: str, given: Any) -> None:
    house = getattr(DEFAULT, key)
    is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
    if key == "touch":
        fits, rule = isinstance(given, bool) and given >= house, "true asks for hardware keys"
    elif key in ("backup", "backup_for_loss"):
        fits, rule = given in BACKUPS, f"one of {', '.join(BACKUPS)}"
    elif key == "quorum":
        fits, rule = is_number and isinstance(given, int) and given >= house, f"at least {house} people"
    else:
        fits, rule = is_number and 0 <= given <= house, f"at most {house:g}"
    if not fits:
        raise PolicyTooLoose(key=f"policy.{key}", given=given, rule=rule)


def _tiers(table: Any) -> Mapping[str, Tier]:
    tiers = dict(DEFAULT.tiers)
    for kind, given in (table if isinstance(table, dict) else {}).items():
        if kind not in tiers or given not in TIERS or TIERS.index(given) < TIERS.index(tiers[kind]):
            raise PolicyTooLoose(key=f"policy.tiers.{kind}", given=given, rule=tiers.get(kind, "no such kind of step"))
        tiers[kind] = given
    return tiers


def _step(kind: str, what: str, policy: Policy) -> Step:
    rule = BY_KIND.get(kind, BY_KIND["schema_change"])
    return Step(rule.kind, what, policy.tiers[rule.kind], rule.words)


def worst_first(steps: Sequence[Step]) -> list[Step]:
    """The steps, strictest first, otherwise in their order."""
    return sorted(steps, key=lambda one: -TIERS.index(one.tier))
