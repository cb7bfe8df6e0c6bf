"""What stands below "Next Steps" in a Migration Report: everything that decides whether and how to deploy.

Durations and locks were seen on a throw-away server. Locks hold for production; durations do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pgwright.desk.entry import Entry, is_bookkeeping, one_line
from pgwright.desk.ran import ran
from pgwright.records import Change, Reason, Receipt, Tried
from pgwright.step import Finding, Observed, Phase

_DROPS = re.compile(r"\bDROP\s+(?:COLUMN|TABLE)\b", re.IGNORECASE)
_WHEN: dict[Phase, str] = {
    "expand": "before the new application; the old one keeps working",
    "backfill": "after expand, while old or new application runs",
    "enforce": "after the new application is out everywhere and the backfill is done",
    "switch": "together with the application that reads the new place",
    "contract": "after no instance of the old application is left",
}


def appendix(change: Change | None, found: Sequence[Entry], receipts: Sequence[Receipt] = ()) -> list[str]:
    """The sections that have something to say, in order."""
    sections = [
        ("Approval", _approval(change)),
        ("Where it ran", ran(found, receipts)),
        ("Reasons", [line for e in found if e.proof for r in e.proof.reasons for line in _reason(e.revision, r)]),
        ("Validation queries", _validation(found)),
        ("Deployment order", _order(found)),
        ("Old and new release, phase by phase", _releases(found)),
        ("Statements of the application, phase by phase", _sent(found)),
        ("Locks observed", _locks(found)),
        ("Timings (on the shadow, not production figures)", _timings(found)),
        ("Rollback plan", _rollback(found)),
        ("Model patch", ["```diff", change.model_patch.strip("\n"), "```"] if change and change.model_patch else []),
        ("Findings", [_finding(f) for e in found if e.proof for f in e.proof.findings]),
        ("What was not proven", _limits(found)),
    ]
    return ["\n".join([f"### {title}", "", *lines]) for title, lines in sections if lines]


def _approval(change: Change | None) -> list[str]:
    if change is None:
        return []
    lines = [f"Outstanding: {change.approval}." if change.approval else "None needed by the decision matrix."]
    return lines + [f'Claimed in the task: "{claim}". A claim is no approval.' for claim in change.task.claims]


def _reason(revision: str, reason: Reason) -> list[str]:
    where = f" ({reason.file}:{reason.line})" if reason.file and reason.line else ""
    lines = [f"- `{revision}`, {reason.phase}: {reason.code}: {one_line(reason.message)}{where}"]
    if reason.exception or reason.sqlstate:
        state = f", SQLSTATE {reason.sqlstate}" if reason.sqlstate else ""
        lines.append(f"  - {reason.exception or 'error'}{state}")
    if reason.statement:
        lines.append(f"  - statement: `{one_line(reason.statement, 300)}`")
    lines += [f"  - row: `{one_line(row, 200)}`" for row in reason.rows]
    if reason.cause:
        lines.append(f"  - cause: {one_line(reason.cause)}")
    if reason.repair:
        lines += ["  - repair:", "", "```", reason.repair.strip("\n"), "```"]
    return lines


def _validation(found: Sequence[Entry]) -> list[str]:
    """Each query counts violations: 0 is good. What it counted on the shadow stands behind it."""
    lines = []
    for entry in found:
        counted = dict(entry.proof.validation) if entry.proof else {}
        for query in entry.validation:
            seen = f"-- {entry.revision}: must be 0" + (f"; on the shadow {counted[query]}" if query in counted else "")
            lines += [seen, f"{query.strip().rstrip(';')};"]
    return ["```sql", *lines, "```"] if lines else []


def _order(found: Sequence[Entry]) -> list[str]:
    planned = [e for e in found if e.phase]
    return [f"{i}. `{e.revision}` ({e.phase}): {_WHEN[e.phase]}" for i, e in enumerate(planned, 1) if e.phase]


def _releases(found: Sequence[Entry]) -> list[str]:
    """What each release can do after each revision; the way down ends where the revision before it stands."""
    rows = []
    for entry in found:
        tried = [t for t in entry.proof.application if t.release != "app"] if entry.proof else []
        alike: dict[tuple[str, ...], list[str]] = {}
        for release, table in sorted({(t.release, t.table) for t in tried}):
            cells = {t.statement: t for t in tried if (t.release, t.table) == (release, table)}
            told = (release, *(_cell(cells.get(name)) for name in ("select", "insert", "update", "delete")))
            alike.setdefault(told, []).append(table)
        for (release, *cells_told), tables in alike.items():
            rows.append(" | ".join([f"| {entry.revision}", entry.phase or "-", release, ", ".join(tables), *cells_told]) + " |")
    head = ["| revision | phase | release | tables | select | insert | update | delete |", "|---|---|---|---|---|---|---|---|"]
    return [*head, *rows] if rows else []


def _sent(found: Sequence[Entry]) -> list[str]:
    """What the application sends (`prove --app-sql`): each statement that stopped working, and how many did not."""
    rows = []
    for entry in found:
        tried = [t for t in entry.proof.application if t.release == "app"] if entry.proof else []
        works = sum(t.before == t.after == "works" for t in tried)
        head = f"| {entry.revision} | {entry.phase or '-'} | "
        for t in (t for t in tried if t.before == "works" != t.after):
            words = one_line(t.after, 80).replace("|", "\\|")
            rows.append(f"{head}{t.statement} | {t.table} | works | {words} |")
        if tried:
            rows.append(f"{head}{works} of {len(tried)} | | works | works |")
    names = ["| revision | phase | statement | tables | before | after |", "|---|---|---|---|---|---|"]
    return [*names, *rows] if rows else []


def _cell(tried: Tried | None) -> str:
    if tried is None or tried.after == "-":
        return "-"
    if tried.after == "works":
        return "works"
    was = "worked before" if tried.before == "works" else "did not before"
    return f"fails ({was}): {one_line(tried.after, 80)}".replace("|", "\\|")


def _locks(found: Sequence[Entry]) -> list[str]:
    rows = []
    for entry in found:
        if entry.proof:
            for direction, messages in (("up", entry.proof.messages_up), ("down", entry.proof.messages_down)):
                rows += [_lock_row(entry.revision, direction, m) for m in messages if _worth_telling(m)]
    if not rows:
        return ["Not observed: the proof was made without trace."] if any(e.proof for e in found) else []
    head = [
        "| revision | way | statement | locks | rewrites | drops | rows read/written |",
        "|---|---|---|---|---|---|---|",
    ]
    return head + rows


def _worth_telling(seen: Observed) -> bool:
    """Alembic's own bookkeeping locks a table that nobody waits for."""
    return bool(seen.locks or seen.rewrites or seen.drops) and not is_bookkeeping(seen)


def _lock_row(revision: str, direction: str, seen: Observed) -> str:
    locks = "<br>".join(f"{lock.mode} on {lock.relation}" for lock in seen.locks)
    rows = "<br>".join(f"{r.relation} {r.read}/{r.written}" for r in seen.rows)
    cells = [
        revision,
        direction,
        f"`{one_line(seen.message, 160)}`",
        locks,
        ", ".join(seen.rewrites),
        ", ".join(seen.drops),
        rows,
    ]
    return "| " + " | ".join(c.replace("|", "\\|") or "-" for c in cells) + " |"


def _timings(found: Sequence[Entry]) -> list[str]:
    timed = [e for e in found if e.proof and e.proof.timings]
    return [
        f"- `{e.revision}`: " + ", ".join(f"{t.phase} {t.seconds:.3f} s" for t in e.proof.timings)
        for e in timed
        if e.proof
    ]


def _rollback(found: Sequence[Entry]) -> list[str]:
    """Always to a named revision. A relative downgrade after a failed upgrade undoes the revision before it."""
    if not found:
        return []
    first = found[0].parent or "base"
    lines = [f"To where this change began (`{first}`), by Alembic:", "", "```", f"alembic downgrade {first}", "```"]
    if len(found) > 1:
        lines += ["", "One phase at a time, last first:", ""]
        lines += [f"- undo `{e.revision}`: `alembic downgrade {e.parent or 'base'}`" for e in reversed(found)]
    lines += ["", "By SQL: the downgrade script above, each revision followed by its change of `alembic_version`."]
    lost = [e for e in found if _drops(e)]
    if lost:
        names = ", ".join(d for e in lost for d in _dropped(e)) or "what the upgrade added"
        lines += ["", f"Going back drops {names}: what was written there since the upgrade is lost. Export it first."]
    return [
        *lines,
        "",
        "Never downgrade by a relative step (`-1`): after a failed upgrade it undoes the wrong revision.",
    ]


def _drops(entry: Entry) -> bool:
    return bool(_dropped(entry)) or any(_DROPS.search(s) for s in entry.downgrade)


def _dropped(entry: Entry) -> list[str]:
    """What holds data, by type and identity as the recorder names it: tables and columns, not their constraints."""
    seen = {d for m in entry.proof.messages_down for d in m.drops} if entry.proof else set()
    return sorted(
        d.removeprefix("table ") for d in seen if d.startswith(("table column ", "table ")) and "constraint" not in d
    )


def _finding(found: Finding) -> str:
    where = f" ({found.file}:{found.line})" if found.file and found.line else ""
    revision = f"`{found.revision}`: " if found.revision else ""
    instead = f" Instead: {one_line(found.instead)}" if found.instead else ""
    what = f"{found.severity} {found.code} {found.rule} ({found.confidence})"
    return f"- {what}: {revision}{one_line(found.message)}{where}{instead}"


def _limits(found: Sequence[Entry]) -> list[str]:
    lines = []
    for entry in found:
        proof = entry.proof
        if proof is None:
            lines.append(f"- `{entry.revision}`: nothing, there is no proof")
            continue
        if proof.rows_profile == "none":
            lines.append(f"- `{entry.revision}`: that rows survive; it was proven without rows")
        lines += [f"- `{entry.revision}`: rows of {table}: {why}" for table, why in proof.unfilled]
        lines += [f"- `{entry.revision}`: extension {name} is not on the shadow" for name in proof.extensions_missing]
        lines += [f"- `{entry.revision}`: extension {name} is a stand-in" for name in proof.shimmed]
        if proof.replayable is False:
            lines.append(
                f"- `{entry.revision}`: that it sends the same statements elsewhere; it reads data or the clock"
            )
    servers = sorted({e.proof.server for e in found if e.proof and e.proof.server})
    others = f"servers other than {', '.join(servers)}, and " if servers else ""
    return [*lines, f"- {others}durations under production's load"]
