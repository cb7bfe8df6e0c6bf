"""Where a change ran: a line per receipt, and for a guarded database the head of its ledger after it.

With the head in a report that is kept elsewhere, a ledger whose end was cut off, or that was written anew, is told.
"""

from __future__ import annotations

from collections.abc import Sequence

from pgwright.desk.entry import Entry
from pgwright.records import Receipt


def ran(found: Sequence[Entry], receipts: Sequence[Receipt]) -> list[str]:
    """A line per receipt of these revisions in the order in which they ended, then each ledger's last head."""
    order = {entry.revision: at for at, entry in enumerate(found)}
    mine = sorted((r for r in receipts if r.revision in order), key=lambda r: _when(r, order[r.revision]))
    lines = [_line(one) for one in mine]
    last = {one.environment: one.ledger for one in mine if one.ledger}
    for environment, head in last.items():
        number, _, hash = head.partition(" ")
        lines.append(f"- head of the ledger of {environment} after it: line {number}, `{hash}`")
        lines.append(f"  - is that line still there: `pgwright ledger verify --env {environment}`")
    return lines


def _when(receipt: Receipt, place: int) -> tuple[str, int, int]:
    """Receipts say whole seconds: within one, the ledger's number decides, and without a ledger the order of the change."""
    number = receipt.ledger.partition(" ")[0]
    return receipt.ended, int(number) if number else 0, place if receipt.direction == "up" else -place


def _line(one: Receipt) -> str:
    way = "applied" if one.direction == "up" else "undone"
    whose = f", tenant {one.tenant}" if one.tenant else ""
    where = f"{one.environment} (database {one.database}{whose})"
    many = len(one.approvals)
    signed = f"; {many} approval{'s' if many != 1 else ''}" if many else ""
    ledger = f"; ledger line {one.ledger.partition(' ')[0]}" if one.ledger else "; not guarded, so no ledger"
    return f"- `{one.revision}` {way} in {where}: {one.state}, {one.ended}{signed}{ledger}"
