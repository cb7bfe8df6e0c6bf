"""Approvals that do not count: forged, stale, for something else, or signed by the wrong people."""

from __future__ import annotations

from pgwright.gate.bypass.case import Case

STEP = "ALTER TABLE {s}.users ADD COLUMN email text"


def opening(name: str, *checks: str, **more: object) -> Case:
    """The runner hands in an approval of one step; nothing else is tried."""
    return Case(f"approval-{name}", "opened", (), (STEP,), checks=checks, **more)  # type: ignore[arg-type]


CASES = (
    opening("unlisted-key", "listed", signed=("evil",)),
    opening("by-the-author", "author", signed=("mallory",)),
    opening("author-among-others", "author", signed=("alice", "mallory"), approval={"quorum": "2"}),
    opening("other-namespace", "namespace", signed=("alice/git",)),
    opening("expired", "expiry", approval={"expires": "2020-01-01T00:00:00Z"}),
    opening("expired-a-second-ago", "expiry", approval={"expires": "{second_ago}"}),
    opening("no-expiry", "required", approval={"expires": None}),
    opening("no-nonce", "required", approval={"nonce": None}),
    opening("no-cluster", "required", approval={"cluster": None}),
    opening("no-database", "required", approval={"database": None}),
    opening("no-plan", "plan", approval={"plan": None}),
    opening("other-cluster", "cluster", approval={"cluster": "1"}),
    opening("other-database", "database", approval={"database": "staging"}),
    opening("other-plan", "plan", approval={"plan": "00" * 32}),
    opening("other-format", "format", approval={"format": "signers/1"}),
    opening("quorum-one-person-twice", "quorum", "one-person-once", signed=("alice", "alice"), approval={"quorum": "2"}),
    opening("quorum-two-keys-of-one-person", "quorum", "one-person-once", signed=("alice", "alice2"), approval={"quorum": "2"}),
    opening("quorum-missed", "quorum", signed=("alice",), approval={"quorum": "3"}),
    opening("quorum-zero-no-signature", "quorum", signed=(), approval={"quorum": "0"}),
    opening("no-signature", "quorum", signed=()),
    opening("edited-after-signing", "signature", after=("what: ", "what: Do ")),
    opening("newline-added-after-signing", "signature", after=("format:", "\nformat:")),
    opening("nonce-changed-after-signing", "signature", after=("nonce: ", "nonce: 1")),
    opening("quorum-lowered-after-signing", "signature", after=("quorum: 2", "quorum: 1"), approval={"quorum": "2"}),
    opening("crlf", after=("\n", "\r\n"), signed=("alice/late",)),
    opening("said-twice", "said-twice", after=("author: ", "author: nobody\nauthor: "), signed=("mallory/late",)),
    opening("line-without-key", "line-form", after=("format:", "hello\nformat:"), signed=("alice/late",)),
    opening("touch-missing", "touch", signed=("carol/untouched",)),
    opening("touch-required-software-key", "touch", approval={"touch": "required"}),
    opening("touch-flag-flipped", "signature", signed=("carol/flipped",)),
    opening("touch-counter-changed", "signature", signed=("carol/counter",)),
    opening("touch-application-changed", "listed", "signature", signed=("carol/application",)),
    opening("touch-extra-bytes", "flags-and-counter", "signature", signed=("carol/extra",)),
    opening("armour-garbage", "preamble", signed=("/garbage",)),
    opening("armour-missing", signed=("/bare",)),
    opening("armour-not-base64", signed=("/dots",)),
    opening("armour-cut-off", signed=("alice/cut",)),
    opening("armour-cut-to-the-head", "cut-off", signed=("alice/head",)),
    opening("armour-trailing-bytes", "trailing-bytes", signed=("alice/trailing",)),
    opening("armour-other-version", "preamble", signed=("alice/version",)),
    opening("armour-key-type-swapped", "key-type", signed=("alice/type",)),
    opening("signature-malleable", "malleable", signed=("alice/malleable",)),
    opening("signature-of-other-text", "signature", signed=("alice/other",)),
    opening("raw-of-other-text", "signature", signed=("alice/raw-other",)),
    opening("raw-cut-off", signed=("alice/raw-cut",)),
    opening("rsa-key", signed=("/rsa",)),
    opening("ecdsa-key", signed=("/ecdsa",)),
    # these count
    opening("good", use=True),
    opening("good-raw", use=True, signed=("alice/raw",)),
    opening("good-sha256", use=True, signed=("alice/sha256",)),
    opening("good-touched", use=True, signed=("carol",)),
    opening("good-touch-required", use=True, signed=("carol",), approval={"touch": "required"}),
    opening("good-quorum", use=True, signed=("alice", "bob"), approval={"quorum": "2"}),
    opening("good-second-key", use=True, signed=("alice2",)),
    # nobody can tell: the key of another person that an agent may use
    opening("unlocked-agent-of-another-person", signed=("bob",)),
)  # fmt: skip
