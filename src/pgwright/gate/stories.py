"""What can be wrong with a history: each story under its name, in the words that a person gets.

The stories are those that real projects tell (a revision renamed after it was applied, a parent that exists only in a
database). `{...}` is filled in by whoever found it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pgwright.step import Finding, Severity

SEAL = "Seal it as it is now: pgwright history seal {revision}"
NEW = (
    "Say it in a new revision. To change the record of an applied one takes a signature: pgwright history supersede {revision}"
)


@dataclass(frozen=True, slots=True)
class Story:
    """A name, a code, what to say, and what to do."""

    name: str
    code: str
    message: str
    instead: str
    severity: Severity = "error"


STORIES = (
    Story("edited", "PW901", "{revision} is frozen and was edited", NEW),
    Story("renamed", "PW902", "{revision} is frozen and was renamed to {other}: databases still say {revision}",
          "Give it back its id. A database that already says {other}: pgwright history stamps"),
    Story("rewired", "PW903", "{revision} is frozen and follows {now} instead of {was}",
          "Give it back its down_revision; a new revision follows the head. Your own: pgwright history rebase"),
    Story("deleted", "PW904", "{revision} is frozen and its file {gone} is gone: what it made stays in every database",
          "Bring the file back from git; to undo what it did, write a new revision"),
    Story("moved", "PW905", "{revision} is frozen and its file moved from {was} to {now}", "Move it back."),
    Story("import-changed", "PW906", "{revision} is frozen and means something else since a file that it imports changed",
          "Write what it needs into the revision as it was, or undo the change of that file"),
    Story("convention-changed", "PW907", "{revision} is frozen and names things otherwise since the naming convention changed",
          "Keep the old convention for old names, or give the new one to new metadata only"),
    Story("meaning-changed", "PW908", "{revision} is frozen and compiles to other SQL, though nothing that it reads directly "
          "changed", "Something behind its imports changed: look at what they import"),
    Story("rendering-changed", "PW909", "{revision} compiles to other SQL under {now} than under {was}",
          "Nobody edited it; compare the two and seal it again", "warning"),
    Story("line-rewritten", "PW910", "the line of {revision} in migrations.sum was rewritten, and it is frozen",
          "Take that line from the main branch. " + NEW),
    Story("line-missing", "PW911", "the line of {revision} is gone from migrations.sum, and it is frozen",
          "Seal again; frozen lines come back as they were: pgwright history seal"),
    Story("sums-deleted", "PW912", "migrations.sum is gone, and the main branch has it",
          "Bring it back: git checkout the main branch's file, then pgwright history seal"),
    Story("sums-conflict", "PW913", "migrations.sum holds the marks of a git conflict: two branches added revisions",
          "One follows the other (pgwright history rebase) or a merge joins them (pgwright history merge)"),
    Story("sums-head", "PW914", "the head line of migrations.sum does not fit the lines below it",
          "Somebody edited it by hand or merged it unseen. Look at the lines, then: pgwright history seal"),
    Story("unsealed", "PW915", "{revision} is in no line of migrations.sum", SEAL),
    Story("changed-since-sealed", "PW916", "{revision} was changed after it was sealed ({what})", SEAL),
    Story("unapplied-rendering-changed", "PW917", "{revision} compiles to other SQL than when it was sealed", SEAL),
    Story("no-file", "PW918", "migrations.sum has {revision}, and no file declares it",
          "In an image or a container: the versions folder is not the one that was sealed (masked by a volume, or stale). "
          "Here: you deleted an unapplied revision; seal again"),
    Story("two-heads", "PW920", "the history has {count} heads: {heads}",
          "Put yours after the other (pgwright history rebase), or join them (pgwright history merge)"),
    Story("orphan-parent", "PW921", "{message}",
          "It must follow a revision that is a file here. A revision that only a database knows: pgwright history stamps"),
    Story("unreadable", "PW922", "{message}", "Correct the file: Alembic would stumble over it as well"),
    Story("id-too-long", "PW923", "the id {revision} has {length} characters, alembic_version holds {width}",
          "Give it a shorter id, or widen version_num in a revision before it"),
)  # fmt: skip
BY_NAME = {one.name: one for one in STORIES}


def finding(
    name: str,
    revision: str | None,
    *,
    why: str = "",
    file: Path | None = None,
    line: int | None = None,
    **facts: object,
) -> Finding:
    """The story of that name as a Finding."""
    story = BY_NAME[name]
    filled = {"revision": revision or "", **facts}
    return Finding(
        rule=story.name,
        code=story.code,
        severity=story.severity,
        confidence="read",
        message=story.message.format(**filled),
        why=why,
        instead=story.instead.format(**filled),
        revision=revision,
        file=str(file) if file else None,
        line=line,
    )
