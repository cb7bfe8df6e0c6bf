"""From what a revision would send to a Script: commands, transactions, lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgwright.hazards.acts import Transaction
from pgwright.hazards.checked import Read
from pgwright.hazards.reading import Command, Unparsable, commands
from pgwright.hazards.statement import Broken, Phase, Script, Statement
from pgwright.interpreter import Recorded, Sent


class Transactions:
    """Counts transactions while commands go by."""

    def __init__(self, inside: bool) -> None:
        """Begin inside a transaction, as Alembic's revisions do, or in autocommit."""
        self._last = 1 if inside else 0
        self.current: int | None = 1 if inside else None

    def take(self, command: Command) -> None:
        """A BEGIN, COMMIT or ROLLBACK moves on; anything else changes nothing."""
        for act in command.acts:
            if isinstance(act, Transaction):
                if act.what == "begin" and self.current is None:
                    self.current = self.fresh()
                elif act.what in ("commit", "rollback", "prepare"):
                    self.current = None

    def fresh(self) -> int:
        """A number that no transaction had."""
        self._last += 1
        return self._last


def script(recorded: Recorded) -> Script:
    """The Script of one direction, as far as it could be rendered."""
    phase: Phase = "upgrade" if recorded.direction == "up" else "downgrade"
    statements: list[Statement] = []
    broken: list[Broken] = []
    transactions = Transactions(recorded.transactional)
    for number, sent in enumerate(recorded.sent):
        for command, transaction in of_message(commands(sent.sql), transactions):
            if isinstance(command, Unparsable):
                broken.append(_broken(sent, command))
                continue
            statements.append(
                Statement(
                    command.text,
                    command.acts,
                    len(statements),
                    transaction,
                    number,
                    phase,
                    recorded.revision,
                    sent.file,
                    sent.line,
                    sent.operation,
                )
            )
    file = next((sent.file for sent in recorded.sent if sent.file), None)
    raised = recorded.reason == "raises"
    read: Read = {"": "full", "raises": "full", "cannot-import": "failed"}.get(recorded.reason, "needs-shadow")  # type: ignore[assignment]
    return Script(
        tuple(statements),
        phase,
        recorded.revision,
        file,
        read,
        "" if raised else recorded.why,
        recorded.line,
        recorded.why if raised else "",
        tuple(broken),
    )


def of_message(
    found: Sequence[Command | Unparsable], transactions: Transactions
) -> Iterator[tuple[Command | Unparsable, int | None]]:
    """The commands of one message, each with its transaction, those that open or close one left out.

    Several commands in one message outside a transaction are one implicit transaction to the server.
    Source: PostgreSQL documentation, "Multiple Statements in a Simple Query".
    """
    implicit = transactions.fresh() if len(found) > 1 and transactions.current is None else None
    for command in found:
        if isinstance(command, Command):
            before = transactions.current
            transactions.take(command)
            if any(isinstance(act, Transaction) for act in command.acts):
                if before != transactions.current:
                    implicit = None
                continue
        yield command, transactions.current if transactions.current is not None else implicit


def _broken(sent: Sent, piece: Unparsable) -> Broken:
    """Where it stands: the line of the revision that sends it, and the column within the SQL text."""
    return Broken(piece.text, piece.why, sent.line or 1, piece.at - piece.offset + 1)
