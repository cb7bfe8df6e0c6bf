"""The paper that goes to an ARCHITECT or to a person: what is asked, the options, the risk, the way back, who and by when.

The headings are those that the specification of the ARCHITECT prints. Everything below them is taken from the proof and the
decision; nothing is judged that was not measured or read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pgwright.gate.policy import Decision, worst_first
from pgwright.records import Proof
from pgwright.step import Observed

SEVERITY = {"human": "High Risk", "ARCHITECT": "Tier 1", "forbidden": "High Risk", "independent": "None"}
LOSES = ("drop_table", "drop_column", "drop_data", "truncate", "delete")


def escalation(proof: Proof, decision: Decision, *, agent: str, today: date, due: date, title: str = "") -> str:
    """The paper in Markdown."""
    blocks = [
        f"## Architecture Escalation: {title or proof.revision}",
        "\n".join(
            [
                f"**Agent:** {agent}",
                f"**Date:** {today.isoformat()}",
                f"**Severity:** {SEVERITY[decision.tier]}",
            ]
        ),
        "### Context\n" + _context(proof),
        "### Analysis\n" + "\n".join(f"{n}. {one}" for n, one in enumerate(_options(decision), 1)),
        "### Recommendation\n" + _recommendation(proof, decision),
        "### Risk Assessment\n" + _listed(_risks(proof, decision)),
        "### Rollback Plan\n" + _way_back(proof),
        "### Required Approval\n"
        + _listed([f"Who: {decision.words}, somebody else than the author", f"By: {due.isoformat()}"]),
    ]
    return "\n\n".join(blocks) + "\n"


def _context(proof: Proof) -> str:
    return f"Revision `{proof.revision}` (`{proof.file}`) would send:\n\n```sql\n{_script(proof.messages_up)}\n```"


def _script(messages: Sequence[Observed]) -> str:
    return "\n".join(f"{one.message.strip().rstrip(';')};" for one in messages) or "-- nothing"


def _options(decision: Decision) -> list[str]:
    found = ["Apply it as it is proven: `pgwright request`, `pgwright approve`, then apply."]
    if any(one.kind in LOSES for one in decision.steps):
        found.append(
            "Leave the data where it is and release only what reads it no more; come back with this revision later."
        )
    found.append("Do not apply it: the revision stays unapplied, and what depends on it waits.")
    return found


def _recommendation(proof: Proof, decision: Decision) -> str:
    if decision.tier == "forbidden":
        return "Do not apply it: the rules of the house forbid it to everybody."
    if proof.verdict != "proven":
        return f"Do not decide yet: the proof says {proof.verdict}."
    if any(one.kind in LOSES for one in decision.steps):
        return "Decide only when somebody has said that the data is not needed, and a backup was restored for a test."
    return "Option 1: the proof went up, down and up again without a difference."


def _risks(proof: Proof, decision: Decision) -> list[str]:
    found = [f"{one.words}: `{one.what}`" for one in worst_first(decision.steps) if one.tier == decision.tier]
    locks = sorted(
        {lock.relation for one in proof.messages_up for lock in one.locks if lock.mode == "AccessExclusiveLock"}
    )
    if locks:
        found.append(f"ACCESS EXCLUSIVE lock on {', '.join(f'`{one}`' for one in locks)}")
    found += [f"{one.rule}: {one.message}" for one in proof.findings]
    return found


def _way_back(proof: Proof) -> str:
    drops = [drop for one in proof.messages_down for drop in one.drops]
    lost = f"\n\nGoing back loses what was written since: {', '.join(f'`{one}`' for one in drops)}." if drops else ""
    parents = ", ".join(proof.identity.parents) if proof.identity else ""
    script = f"```sql\n{_script(proof.messages_down)}\n```"
    return f"To the recorded revision {parents or 'base'}, never a relative step:\n\n{script}{lost}"


def _listed(rows: Sequence[str]) -> str:
    return "\n".join(f"- {one}" for one in rows) or "- None"
