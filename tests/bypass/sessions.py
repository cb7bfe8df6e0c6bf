"""Attempts that take several sessions, real commits or a second text: each returns what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
from scenes import Scene

from pgwright.gate.bypass.case import REFUSED, Case
from pgwright.gate.bypass.play import approved, digests

Connection = psycopg.Connection[tuple[Any, ...]]
EMAIL = "ALTER TABLE shop.users ADD COLUMN email text"
AGE = "ALTER TABLE shop.users ADD COLUMN age integer"
INDEX = "CREATE INDEX CONCURRENTLY by_name ON shop.users (name)"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something tried over several sessions, what must come of it, and the checks that decide it."""

    play: Callable[[Scene], None]
    t1: str
    t2: str
    checks: tuple[str, ...] = ()


ATTEMPTS: dict[str, Attempt] = {}


def attempt(t1: str, t2: str, *checks: str) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    def kept(play: Callable[[Scene], None]) -> Callable[[Scene], None]:
        ATTEMPTS[play.__name__.replace("_", "-")] = Attempt(play, t1, t2, checks)
        return play

    return kept


def outcome(one: Attempt, scene: Scene) -> str:
    """`use` when nothing was refused: the table of the attempt says whether that is a gap."""
    try:
        one.play(scene)
    except psycopg.Error as error:
        return "refused" if error.sqlstate in REFUSED else f"error-{error.sqlstate}"
    return "passes"


def case(*steps: str, **more: Any) -> Case:
    return Case("attempt", "opened", (), steps, **more)


def enter(conn: Connection, scene: Scene, *steps: str, texts: tuple[str, list[str]] | None = None) -> int:
    """Open and become the owner, as the runner does, with a real commit. Returns the step to go on with."""
    document, signatures = texts or approved(case(*steps), scene)
    with conn.transaction():
        [(at,)] = conn.execute("SELECT pgwright.open(%s, %s, %s)", (document, signatures, digests(steps))).fetchall()
        conn.execute("SET ROLE pgwright_owner")
    return int(at)


@attempt("refused", "refused", "seal-revokes")
def second_session_while_one_is_open(scene: Scene) -> None:
    with scene.connect("runner") as one, scene.connect("runner") as two:
        enter(one, scene, EMAIL)
        two.execute("SET ROLE pgwright_owner")


@attempt("refused", "refused")
def second_session_before_the_commit(scene: Scene) -> None:
    with scene.connect("runner") as one, scene.connect("runner") as two:
        document, signatures = approved(case(EMAIL), scene)
        with one.transaction():
            one.execute("SELECT pgwright.open(%s, %s, %s)", (document, signatures, digests([EMAIL])))
            two.execute("SET ROLE pgwright_owner")


@attempt("refused", "refused", "seal-revokes")
def open_in_autocommit_then_set_role(scene: Scene) -> None:
    with scene.connect("runner") as one:
        document, signatures = approved(case(EMAIL), scene)
        one.execute("SELECT pgwright.open(%s, %s, %s)", (document, signatures, digests([EMAIL])))
        one.execute("SET ROLE pgwright_owner")


@attempt("refused", "refused", "seal-revokes")
def role_again_after_the_commit(scene: Scene) -> None:
    with scene.connect("runner") as one:
        enter(one, scene, EMAIL)
        one.execute("RESET ROLE")
        one.execute("SET ROLE pgwright_owner")


@attempt("refused", "refused", "seal-revokes")
def constraints_made_immediate_before_opening(scene: Scene) -> None:
    """The seal would come before what it takes back, if the membership were lent after the seat is taken."""
    document, signatures = approved(case(EMAIL), scene)
    with scene.connect("runner") as one, scene.connect("runner") as two:
        with one.transaction():
            one.execute("SET CONSTRAINTS ALL IMMEDIATE")
            one.execute("SELECT pgwright.open(%s, %s, %s)", (document, signatures, digests([EMAIL])))
        two.execute("SET ROLE pgwright_owner")


@attempt("refused", "refused", "seal-revokes")
def opened_twice_in_one_transaction(scene: Scene) -> None:
    texts = approved(case(EMAIL), scene)
    with scene.connect("runner") as one, scene.connect("runner") as two:
        with one.transaction():
            for _ in range(2):
                one.execute("SELECT pgwright.open(%s, %s, %s)", (*texts, digests([EMAIL])))
                one.execute("SET CONSTRAINTS ALL IMMEDIATE")
        two.execute("SET ROLE pgwright_owner")


@attempt("refused", "refused")
def open_rolled_back_to_a_savepoint(scene: Scene) -> None:
    with scene.connect("runner") as one, one.transaction():
        one.execute("SAVEPOINT before")
        document, signatures = approved(case(EMAIL), scene)
        one.execute("SELECT pgwright.open(%s, %s, %s)", (document, signatures, digests([EMAIL])))
        one.execute("SET ROLE pgwright_owner")
        one.execute("ROLLBACK TO before")
        one.execute(EMAIL.encode())


@attempt("refused", "refused", "replay")
def approval_again_after_close(scene: Scene) -> None:
    texts = approved(case(EMAIL), scene)
    with scene.connect("runner") as one:
        enter(one, scene, EMAIL, texts=texts)
        one.execute(EMAIL.encode())
        one.execute("SELECT pgwright.done(1)")
        one.execute("SELECT pgwright.close('{}')")
    with scene.connect("runner") as two:
        enter(two, scene, EMAIL, texts=texts)


@attempt("refused", "refused", "one-seat")
def approval_in_two_sessions_at_once(scene: Scene) -> None:
    texts = approved(case(EMAIL), scene)
    with scene.connect("runner") as one, scene.connect("runner") as two:
        enter(one, scene, EMAIL, texts=texts)
        enter(two, scene, EMAIL, texts=texts)


@attempt("refused", "refused", "one-seat")
def same_part_of_a_run_in_two_sessions(scene: Scene) -> None:
    texts = approved(case(EMAIL, parts=((EMAIL,), (AGE,))), scene)
    with scene.connect("runner") as one, scene.connect("runner") as two:
        enter(one, scene, EMAIL, texts=texts)
        enter(two, scene, EMAIL, texts=texts)


@attempt("refused", "refused", "turn")
def next_part_of_a_run_while_one_is_open(scene: Scene) -> None:
    texts = approved(case(EMAIL, parts=((EMAIL,), (AGE,))), scene)
    with scene.connect("runner") as one, scene.connect("runner") as two:
        enter(one, scene, EMAIL, texts=texts)
        one.execute(EMAIL)
        one.execute("SELECT pgwright.done(1)")
        enter(two, scene, AGE, texts=texts)


@attempt("refused", "refused", "replay")
def same_nonce_for_another_plan(scene: Scene) -> None:
    nonce = secrets.token_hex(8)
    with scene.connect("runner") as one:
        for step in (EMAIL, AGE):
            enter(one, scene, step, texts=approved(case(step, approval={"nonce": nonce}), scene))
            one.execute("RESET ROLE")


@attempt("passes", "refused", "content")
def pipeline_smuggles_a_second_message(scene: Scene) -> None:
    with scene.connect("runner") as one:
        enter(one, scene, EMAIL)
        with one.pipeline():
            one.execute(EMAIL.encode())
            one.execute(AGE.encode())


@attempt("passes", "refused", "content")
def prepared_statement_of_something_else(scene: Scene) -> None:
    with scene.connect("runner") as one:
        enter(one, scene, EMAIL)
        one.execute(AGE.encode(), prepare=True)


@attempt("passes", "refused", "session")
def seat_of_a_backend_number_used_again(scene: Scene) -> None:
    """The seat's row names this backend's number, but a session that began before."""
    with scene.connect("runner") as one:
        enter(one, scene, EMAIL)
        with scene.connect("superuser") as admin:
            admin.execute("UPDATE pgwright.seat SET started = started - interval '1 second'")
        one.execute(EMAIL.encode())


@attempt("refused", "refused", "used-twice")
def signed_suspend_twice(scene: Scene) -> None:
    texts = _signed(scene, "suspend/1")
    with scene.connect("runner") as one:
        one.execute("SELECT pgwright.suspend(%s, %s)", texts)
        one.execute("SELECT pgwright.suspend(%s, %s)", texts)


@attempt("refused", "refused", "quorum")
def suspend_signed_by_one(scene: Scene) -> None:
    with scene.connect("runner") as one:
        one.execute("SELECT pgwright.suspend(%s, %s)", _signed(scene, "suspend/1", ("alice",)))


@attempt("refused", "refused", "format")
def approval_used_to_suspend(scene: Scene) -> None:
    with scene.connect("runner") as one:
        one.execute("SELECT pgwright.suspend(%s, %s)", approved(case(EMAIL, signed=("alice", "bob")), scene))


@attempt("refused", "refused", "quorum")
def signer_added_by_one(scene: Scene) -> None:
    with scene.connect("runner") as one:
        one.execute("SELECT pgwright.change_signers(%s, %s)", _signed(scene, "signers/1", ("alice",), add=_line(scene)))


@attempt("refused", "refused", "key-kind")
def signer_with_an_rsa_key(scene: Scene) -> None:
    with scene.connect("runner") as one:
        texts = _signed(scene, "signers/1", add="eve ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7")
        one.execute("SELECT pgwright.change_signers(%s, %s)", texts)


@attempt("refused", "refused", "one-key-one-person")
def one_key_for_two_people(scene: Scene) -> None:
    with scene.connect("runner") as one:
        texts = _signed(scene, "signers/1", add=f"eve {' '.join(scene.signer.public('alice'))}")
        one.execute("SELECT pgwright.change_signers(%s, %s)", texts)


@attempt("refused", "refused", "last-signer")
def all_signers_removed(scene: Scene) -> None:
    people = ("alice", "alice2", "bob", "mallory", "carol")
    lines = "\n".join(f"remove: {one} {' '.join(scene.signer.public(one))}" for one in people)
    texts = _signed(scene, "signers/1", more=lines)
    with scene.connect("runner") as one:
        one.execute("SELECT pgwright.change_signers(%s, %s)", texts)


@attempt("passes", "passes")
def signer_added_by_two_counts(scene: Scene) -> None:
    with scene.connect("runner") as one:
        one.execute("SELECT pgwright.change_signers(%s, %s)", _signed(scene, "signers/1", add=_line(scene)))
        enter(one, scene, EMAIL, texts=approved(case(EMAIL, signed=("evil",)), scene))


@attempt("passes", "passes")
def suspended_then_resumed(scene: Scene) -> None:
    with scene.connect("runner") as one, scene.connect("superuser") as admin:
        one.execute("SELECT pgwright.suspend(%s, %s)", _signed(scene, "suspend/1"))
        admin.execute(AGE.encode())
        one.execute("SELECT pgwright.resume(%s, %s)", _signed(scene, "resume/1"))


@attempt("passes", "refused", "session")
def guarded_again_after_resume(scene: Scene) -> None:
    suspended_then_resumed(scene)
    with scene.connect("superuser") as admin:
        admin.execute(EMAIL.encode())


@attempt("passes", "passes")
def killed_between_two_steps_goes_on(scene: Scene) -> None:
    texts = approved(case(EMAIL, AGE), scene)
    with scene.connect("runner") as one, scene.connect("superuser") as admin:
        enter(one, scene, EMAIL, AGE, texts=texts)
        one.execute(EMAIL.encode())
        ended(admin, one)
    with scene.connect("runner") as two:
        at = enter(two, scene, EMAIL, AGE, texts=texts)
        if at == 1:  # T1: the server saw nothing, so the runner looks for itself and declares
            two.execute("SELECT pgwright.done(1)")
        two.execute(AGE.encode())


@attempt("passes", "refused", "content")
def killed_after_a_step_does_not_repeat_it(scene: Scene) -> None:
    step = "CREATE TABLE IF NOT EXISTS shop.n (i integer)"
    texts = approved(case(step), scene)
    with scene.connect("runner") as one, scene.connect("superuser") as admin:
        enter(one, scene, step, texts=texts)
        one.execute(step.encode())
        ended(admin, one)
    with scene.connect("runner") as two:
        enter(two, scene, step, texts=texts)
        two.execute(step.encode())


@attempt("passes", "passes")
def killed_in_concurrently_cleans_up_and_repeats(scene: Scene) -> None:
    texts = approved(case(INDEX), scene)
    _leave_invalid(scene, texts)
    with scene.connect("runner") as two:
        assert enter(two, scene, INDEX, texts=texts) == 1
        two.execute("DROP INDEX CONCURRENTLY IF EXISTS shop.by_name")
        two.execute(INDEX.encode())
        [(valid,)] = two.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'shop.by_name'::regclass").fetchall()
        assert valid


@attempt("passes", "refused", "content")
def clean_up_of_a_valid_index(scene: Scene) -> None:
    texts = approved(case(INDEX), scene)
    _leave_invalid(scene, texts)
    with scene.connect("runner") as two:
        enter(two, scene, INDEX, texts=texts)
        two.execute("DROP INDEX CONCURRENTLY IF EXISTS shop.orders_user")


def _leave_invalid(scene: Scene, texts: tuple[str, list[str]]) -> None:
    """The backend ends while its CONCURRENTLY waits for a writer: the index is there and invalid."""
    import threading

    with ExitStack() as stack:
        writer, one, admin = (stack.enter_context(scene.connect(who)) for who in ("app", "runner", "superuser"))
        with writer.transaction(force_rollback=True):
            writer.execute("INSERT INTO shop.users (name) VALUES ('z')")
            enter(one, scene, INDEX, texts=texts)
            building = threading.Thread(target=_until_ended, args=(one, INDEX))
            building.start()
            waits = "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted"
            while not admin.execute(waits, (one.info.backend_pid,)).fetchone():
                pass
            ended(admin, one)
            building.join()


def _until_ended(conn: Connection, step: str) -> None:
    try:
        conn.execute(step.encode())
    except psycopg.OperationalError:
        return
    raise AssertionError("it was not ended")


def ended(admin: Connection, conn: Connection) -> None:
    """End a backend, and wait until it has gone."""
    pid = conn.info.backend_pid
    admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
    while admin.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone():
        pass


def _line(scene: Scene) -> str:
    return f"evil {' '.join(scene.signer.public('evil'))}"


def _signed(
    scene: Scene, form: str, people: tuple[str, ...] = ("alice", "bob"), *, add: str = "", more: str = ""
) -> tuple[str, list[str]]:
    """A signed text that is not an approval."""
    document = (
        f"format: {form}\ncluster: {scene.cluster}\ndatabase: {scene.database}\nexpires: 2099-01-01T00:00:00Z\n"
        f"nonce: {secrets.token_hex(8)}\n{f'add: {add}' if add else ''}{more}\n"
    ).replace("\n\n", "\n")
    return document, [scene.signer.sign(one, document) for one in people]
