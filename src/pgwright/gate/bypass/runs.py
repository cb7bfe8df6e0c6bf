"""One approval of several revisions: what is not among them, out of turn, run twice, or left out of the middle."""

from __future__ import annotations

from hashlib import sha256

from pgwright.gate.bypass.case import Case

FIRST = ("ALTER TABLE {s}.users ADD COLUMN email text",)
SECOND = ("ALTER TABLE {s}.users ADD COLUMN phone text", "UPDATE {s}.users SET phone = ''")
THIRD = ("ALTER TABLE {s}.users ADD COLUMN fax text",)
OTHER = ("ALTER TABLE {s}.users DISABLE TRIGGER ALL",)
PLAIN = sha256(sha256(b"SELECT 1\0").hexdigest().encode()).hexdigest()  # of a plan whose one step is SELECT 1
HEX = "0" * 64
NONCE = "0123456789abcdef0123456789abcdef"


def run(name: str, steps: tuple[str, ...], *checks: str, **more: object) -> Case:
    """The runner hands in an approval of three revisions, with the steps of one."""
    given: dict[str, object] = {"parts": (FIRST, SECOND, THIRD), **more}
    return Case(f"run-{name}", "opened", given.pop("tries", ()), steps, checks=checks, **given)  # type: ignore[arg-type]


CASES = (
    run("not-listed", OTHER, "part"),
    run("no-part-at-all", OTHER, "part", parts=((),)),
    run("order-changed", SECOND, "turn"),
    run("last-one-first", THIRD, "turn"),
    run("dropped-from-the-middle", THIRD, "turn", ran=(0,)),
    run("after-one-that-was-given-up", SECOND, "turn", "came-to-its-end", given_up=(0,)),
    run("after-a-middle-one-that-was-given-up", THIRD, "turn", "came-to-its-end", ran=(0,), given_up=(1,)),
    run("first-one-twice", FIRST, "part", ran=(0,)),
    run("last-one-twice", THIRD, "part", "part-once", ran=(0, 1, 2)),
    run("middle-one-twice", SECOND, "part", ran=(0, 1)),
    run("given-up-one-again", FIRST, "part", "part-once", given_up=(0,)),
    run("steps-of-two-at-once", (*FIRST, *SECOND), "part"),
    run("half-of-one", SECOND[:1], "part", ran=(0,)),
    run("statement-of-the-next-one", FIRST, "content", tries=THIRD),
    run("statement-of-the-one-before", SECOND, "content", tries=FIRST, ran=(0,)),
    run("plan-line-instead-of-a-part", ("SELECT 1",), "part", approval={"plan": PLAIN}),
    run("part-added-after-signing", ("SELECT 1",), "signature", after=("part: ", f"part: {PLAIN} {HEX} r\npart: ")),
    run("order-changed-after-signing", FIRST, "signature", after=(" r0\n", " r9\n")),
    run("by-one-who-wrote-a-part", FIRST, "wrote", approval={"wrote": "Alice"}),
    run("by-the-author", FIRST, "author", signed=("mallory",)),
    run("expired", FIRST, "expiry", approval={"expires": "2020-01-01T00:00:00Z"}),
    run("no-signature", FIRST, "quorum", signed=()),
    run("nonce-of-another-run", FIRST, "nonce-form", approval={"nonce": f"{NONCE}:1"}),
    run("parts-in-an-approval-of-one", OTHER, "plan", approval={"format": "approval/1", "plan": PLAIN}, parts=(OTHER,)),
    run("other-format", FIRST, "plan", approval={"format": "run/2"}),
    # these count
    run("first-one", FIRST, tries=FIRST, use=True),
    run("second-one", SECOND, tries=SECOND, ran=(0,), use=True),
    run("third-one", THIRD, tries=THIRD, ran=(0, 1), use=True),
    run("same-statements-twice", FIRST, "part-once", parts=(FIRST, FIRST), ran=(0,), use=True),
    run("by-one-who-wrote-nothing", FIRST, tries=FIRST, approval={"wrote": "bob"}, use=True),
)
