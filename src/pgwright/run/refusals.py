"""What this room refuses, and what to do next."""

from __future__ import annotations

from typing import ClassVar

from pgwright.errors import Refusal


class Pooled(Refusal):
    """
    A connection pooler stands between this machine and {environment}: the session is not the server's own.
    A pooler in transaction mode hands every transaction to another session, and then the advisory lock that keeps a
    second runner out holds nothing. Give pgwright the server's own address in {variable}.
    """

    code = "PW-RUN-05"


class InRecovery(Refusal):
    """
    {environment} is a replica in recovery: nothing can be written there.
    Put the address of the primary into {variable}.
    """

    code = "PW-RUN-06"


class WrongDatabase(Refusal):
    """
    {environment} is not the database that it was before: system identifier {seen}, recorded {recorded}.
    If it was moved on purpose, remove {record} and apply again.
    """

    code = "PW-RUN-07"


class NotProven(Refusal):
    """
    {revision} is not proven as it stands: {why}
    Prove it first: pgwright prove {revision}
    """

    code = "PW-RUN-08"


class OtherMajor(Refusal):
    """
    {revision} was proven on PostgreSQL {proven}, and {environment} runs {seen}: catalogs of two majors read differently.
    Prove it on the major that runs there: pgwright prove {revision} --major {seen}
    """

    code = "PW-RUN-09"


class Drifted(Refusal):
    """
    {environment} is not what {revision} was proven on: {count} {differences}
    Nothing was changed. Bring the database back, or make a revision of what was done by hand and prove again.
    """

    code = "PW-RUN-10"
    exit_status: ClassVar[int] = 1


class OtherRunner(Refusal):
    """
    Another run holds {environment} since {since}: {who}.
    Wait for it, or steer it: pgwright run status --env {environment}
    """

    code = "PW-RUN-11"
    exit_status: ClassVar[int] = 3


class JournalDisagrees(Refusal):
    """
    The journal of {environment} and its version table say different things: {what}
    Something other than pgwright moved the database in the middle of a run. {remedy}
    """

    code = "PW-RUN-12"


class ChangedInFlight(Refusal):
    """
    {revision} is half applied on {environment}, and its proof is no longer the one that it was begun with.
    Restore the revision file as it was and apply again; the journal goes on at step {step}.
    """

    code = "PW-RUN-13"


class HalfApplied(Refusal):
    """
    {revision} is half applied on {environment} ({state}, {done} of {steps} steps), and {wish} would pass it by.
    Finish it first: pgwright apply --env {environment} --to {revision}
    """

    code = "PW-RUN-14"


class NotOnTheWay(Refusal):
    """
    {target} does not lie {where} {environment}, which stands at {current}.
    {remedy}
    """

    code = "PW-RUN-15"


class LacksRights(Refusal):
    """
    The role {role} may not do what {revision} needs on {environment}: {what}
    Grant it, or put the address of a role that may into {variable}.
    """

    code = "PW-RUN-16"


class TooLittleDisk(Refusal):
    """
    {environment} has {free} free, and {what} is expected to need {needed}.
    Nothing was changed. Make room, or go on knowingly with --ignore disk.
    """

    code = "PW-RUN-17"


class StillLocked(Refusal):
    """
    waiting_for_lock: {revision} did not get its locks within {budget} ({tries} tries, each at most {timeout}): {blockers}
    Nothing of this step was changed, and nobody was ended. Apply again to go on where it stopped.
    """

    code = "PW-RUN-18"
    exit_status: ClassVar[int] = 3


class Paused(Refusal):
    """
    paused: {revision} stopped at step {step} as asked ({why}). What is done is committed and journalled.
    Go on: pgwright apply --env {environment}
    """

    code = "PW-RUN-19"
    exit_status: ClassVar[int] = 3


class Cancelled(Refusal):
    """
    cancelled: {revision} stopped at step {step} as asked ({why}). What is done is committed and journalled.
    Go on: pgwright apply --env {environment}. While no step is done: pgwright undo --env {environment} --to {parent}
    """

    code = "PW-RUN-20"
    exit_status: ClassVar[int] = 3


class StepFailed(Refusal):
    """
    failed: {revision}, step {step} of {steps}: {message} (SQLSTATE {sqlstate})
    The step was rolled back, and the steps before it are kept: {state}. Remove the cause, then apply again.
    """

    code = "PW-RUN-21"
    exit_status: ClassVar[int] = 1


class OutOfTurn(Refusal):
    """
    Another runner moved the backfill of {table} meanwhile: its cursor is not where this one left it.
    This one stopped without writing. Only one may run; see: pgwright run status --env {environment}
    """

    code = "PW-RUN-22"


class RowsLeft(Refusal):
    """
    failed: the backfill of {table} went over it {passes} times, and {count} rows still match {where}
    Something writes such rows while they are filled. A fill trigger on every INSERT and UPDATE keeps them out.
    """

    code = "PW-RUN-23"
    exit_status: ClassVar[int] = 1


class CannotWalk(Refusal):
    """
    {table} cannot be filled in batches: {why}
    {remedy}
    """

    code = "PW-RUN-24"


class AwaitsApproval(Refusal):
    """
    {revision} waits for an approval before it may run on {environment}: {what}
    Nothing was changed.
    """

    code = "PW-RUN-25"
    exit_status: ClassVar[int] = 3


class NoScript(Refusal):
    """
    {revision} cannot be written as a script: {why}
    Apply it over a connection: pgwright apply --env {environment} --to {revision}
    """

    code = "PW-RUN-26"


class Declared(Refusal):
    """
    {revision} has no way back that was proven: {why}
    pgwright undo goes only where the proof has been.
    """

    code = "PW-RUN-27"


class Disconnected(Refusal):
    """
    connection_lost: the server of {environment} went away between two steps: {why}
    What was committed is in the journal. Apply again: it looks there first and goes on.
    """

    code = "PW-RUN-29"


class NotInOneSession(Refusal):
    """
    {revision} cannot run in the guarded database of {environment}: {why}
    It would run in the project's own connection, and the guard lends the owner to one session only. Rewrite it so that it
    sends the same statements whatever the rows are (pgwright prove says `replayable`), or fill rows in a planned backfill.
    """

    code = "PW-RUN-33"


class NoJournal(Refusal):
    """
    The guarded database of {environment} has no journal for runs, and nobody but the installer may make one.
    Lay the guard again, it adds what is missing: pgwright gate install --env {environment} --yes
    """

    code = "PW-RUN-34"


class LostConnection(Refusal):
    """
    connection_lost: {revision}, step {step} of {steps}: {message}
    Whether the last commit arrived is in the journal. Apply again: it looks there first and goes on.
    """

    code = "PW-RUN-28"


class OutsideWindow(Refusal):
    """
    The maintenance window of {environment} ({window}) is closed.
    Nothing was changed. Apply again while it is open, or go on knowingly with --ignore window.
    """

    code = "PW-RUN-30"
    exit_status: ClassVar[int] = 3


class NotPerTenant(Refusal):
    """
    {revision} cannot be applied tenant by tenant: {why}
    Nothing was changed. Apply it by alembic, which runs env.py's own loop, or write it so that every tenant gets the same.
    """

    code = "PW-RUN-31"


class UnknownTenant(Refusal):
    """
    {environment} has no tenant {tenant}.
    It has: {known}.
    """

    code = "PW-RUN-32"


class HeldBack(Refusal):
    """
    paused: nothing begins on {environment}, as asked ({why}).
    Go on: pgwright run resume --env {environment}
    """

    code = "PW-RUN-35"
    exit_status: ClassVar[int] = 3


class CalledOff(Refusal):
    """
    cancelled: nothing more begins on {environment}, as asked ({why}).
    What is done is committed and journalled. Go on: pgwright apply --env {environment}
    """

    code = "PW-RUN-36"
    exit_status: ClassVar[int] = 3


class NoRoomLeft(Refusal):
    """
    The disk of {environment} is full: {message}
    It happened between two steps: what was committed is in the journal, and nothing is half done. Make room, then apply again.
    """

    code = "PW-RUN-37"
    exit_status: ClassVar[int] = 1
