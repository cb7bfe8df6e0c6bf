"""Findings told by reading, joined with what a proof of the same text saw on a server: confirmed, refuted, or left as they are.

Confirmed: the statement was seen to do what the rule says. Refuted: it ran on filled tables and did not; the finding is then
information, with what was seen. Only rules whose harm a server shows by locks, rewrites or errors are judged, and never those
about lost data or authorisation: that nothing was lost on rows of ours says nothing about others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pgwright.hazards.locks import BLOCKS_WRITES
from pgwright.hazards.rule import Rule
from pgwright.step import Finding, Observed


@dataclass(frozen=True, slots=True)
class Seen:
    """Of a proof: the messages of the upgrade, the tables that were filled before it with their rows."""

    messages: tuple[Observed, ...]
    filled: Mapping[str, int]
    refutes: bool = True  # False: it ran on another major than those that the findings are for

    @property
    def is_traced(self) -> bool:
        """False for a proof without a trace: it says nothing about locks."""
        return any(one.locks for one in self.messages)


SHOWN = ("lock", "rewrite", "error")  # what a kept proof can show


def can_be_joined(finding: Finding, rules: Mapping[str, Rule]) -> bool:
    """False where no proof can change the finding: then none is looked for."""
    rule = rules.get(finding.rule)
    if rule is None or not rule.can_be_allowed or finding.phase != "upgrade" or not finding.statement:
        return False
    return rule.seen in SHOWN


def joined(findings: Iterable[Finding], seen: Seen, rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """The findings of one revision with the evidence of its proof."""
    return tuple(_joined(one, seen, rules[one.rule]) if can_be_joined(one, rules) else one for one in findings)


def _joined(finding: Finding, seen: Seen, rule: Rule) -> Finding:
    at = _message(finding, seen.messages)
    if at is None:
        return finding
    harm, said = {"lock": _lock, "rewrite": _rewrite, "error": _error}[rule.seen](at, seen, rule)
    if harm:
        return replace(finding, confidence="measured", why=f"{finding.why} Seen by prove: {said}.")
    if not said or not seen.refutes:
        return finding
    why = f"{finding.why} Not so when it was proven: {said}."
    return replace(finding, confidence="measured", severity="info", why=why)


def _message(finding: Finding, messages: Sequence[Observed]) -> int | None:
    """Which message the finding's statement was: by its text, else the only one of its line."""
    wanted = _plain(finding.statement or "")
    by_text = [number for number, one in enumerate(messages) if _plain(one.message) == wanted]
    by_line = [number for number, one in enumerate(messages) if finding.line and one.line == finding.line]
    found = by_text or by_line
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip("; ").lower()


def _lock(at: int, seen: Seen, rule: Rule) -> tuple[bool, str]:
    """A lock that blocks writers on a filled table, taken by now in this transaction, while the statement works on its rows."""
    message = seen.messages[at]
    before = [one for one in seen.messages[: at + 1] if one is message or _together(one, message)]
    held = sorted(
        {(lock.mode, lock.relation) for one in before for lock in one.locks if _blocks(lock.mode, lock.relation, seen)}
    )
    work = [rows for rows in message.rows if max(rows.read, rows.written) >= seen.filled.get(rows.relation, 1 << 62)]
    if held and (rule.observe.short or work or message.rewrites):
        # not the rows that were counted: a second scan or a dead version of a row counts once more
        done = ", ".join(f"all {seen.filled[one.relation]} rows of {one.relation}" for one in work)
        return True, f"{held[0][0]} on {held[0][1]}" + (f" over {done}" if done else "")
    if not seen.is_traced or rule.observe.short or not _touches_filled(message, seen):
        return False, ""
    return False, "no filled table was read or written whole under a lock that blocks its writers"


def _together(one: Observed, message: Observed) -> bool:
    return message.transaction is not None and one.transaction == message.transaction


def _blocks(mode: str, relation: str, seen: Seen) -> bool:
    return mode in BLOCKS_WRITES and relation in seen.filled


def _touches_filled(message: Observed, seen: Seen) -> bool:
    return any(seen.filled.get(lock.relation, 0) > 0 for lock in message.locks)


def _rewrite(at: int, seen: Seen, rule: Rule) -> tuple[bool, str]:
    message = seen.messages[at]
    if message.rewrites:
        return True, f"{', '.join(message.rewrites)} was written anew"
    if seen.is_traced and _touches_filled(message, seen):
        return False, "no table was written anew"
    return False, ""


def _error(at: int, seen: Seen, rule: Rule) -> tuple[bool, str]:
    message = seen.messages[at]
    if message.error:
        return True, f"the server refused it with {message.error}"
    if seen.filled:
        return False, "the server took it, with rows in the tables"
    return False, ""
