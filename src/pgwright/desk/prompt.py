"""The delegation prompt: `Task:`, `Context:` bullets, `Files to read first:`, `Expected:`.

Headings may be plain (`Task:`), bold (`**Task:**`) or Markdown (`## Task`); bullets start with -, *, or a number.
Whatever stands elsewhere is kept as it is and means nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HEADING = re.compile(
    r"^(?P<hash>\#{1,6}\s+)?(?P<bold>\*\*)?"
    r"(?P<name>Task|Context|Changes|Files(?:\ to\ (?:read|reference))?(?:\ first)?|Expected(?:\ output)?)"
    r"(?P<end>\s*:\s*(?:\*\*)?|\s*\*\*\s*:?|\s*$)\s*(?P<rest>.*)$",
    re.IGNORECASE | re.VERBOSE,
)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(?P<text>.*)$")
_KEY = re.compile(r"^\**(?P<key>[A-Za-z][A-Za-z0-9 _/-]{0,60}?)\**\s*:\**\s*(?P<value>.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bullet:
    """One line of context: `key: value`, or plain text with an empty key."""

    key: str
    value: str

    @property
    def name(self) -> str:
        """The key in lower case, for comparison."""
        return self.key.lower().strip()


@dataclass(slots=True)
class Prompt:
    """A task as its author wrote it, in parts. Nothing is interpreted yet."""

    tasks: list[str] = field(default_factory=list)
    bullets: list[Bullet] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    expected: str = ""
    other: list[str] = field(default_factory=list)
    requests: list[dict[str, object]] = field(default_factory=list)  # typed already (YAML and JSON only)

    def values(self, *names: str) -> list[str]:
        """Values of all bullets with one of these keys, in order."""
        return [b.value for b in self.bullets if b.name in names]


def read_prompt(text: str) -> Prompt:
    """The parts of a delegation prompt; a text without any heading is one task sentence."""
    prompt, section = Prompt(), ""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").lstrip("\ufeff").split("\n")]
    lines = [line for line in lines if not line.strip().startswith("```")]
    if not any(_heading(line) for line in lines):
        prompt.tasks.append(" ".join(" ".join(lines).split()))
        return prompt
    for line in lines:
        heading = _heading(line)
        if heading:
            section = heading["name"].lower().split()[0]
            if section == "task":
                prompt.tasks.append("")
            line = heading["rest"].removesuffix("**") if heading["bold"] else heading["rest"]
        if line.strip():
            _put(prompt, section, line)
    prompt.tasks = [" ".join(t.split()) for t in prompt.tasks]
    return prompt


def bullet(text: str) -> Bullet:
    """`key: value` as a bullet; text without a key keeps an empty one."""
    found = _KEY.match(text.strip())
    return Bullet(found["key"].strip(), found["value"].strip()) if found else Bullet("", text.strip())


def _heading(line: str) -> re.Match[str] | None:
    found = _HEADING.match(line)
    if found and (":" in found["end"] or found["hash"] or found["bold"]):
        return found
    return None


def _put(prompt: Prompt, section: str, line: str) -> None:
    """Add a line to the part of the prompt that it stands in; an indented line continues the bullet above."""
    marked = _BULLET.match(line)
    text = marked["text"].strip() if marked else line.strip()
    continues = marked is None and line[:1].isspace()
    if section == "task":
        prompt.tasks[-1] += f" {text}"
    elif section == "context":
        if continues and prompt.bullets:
            last = prompt.bullets.pop()
            prompt.bullets.append(Bullet(last.key, f"{last.value} {text}"))
        else:
            prompt.bullets.append(bullet(text))
    elif section in ("changes", "files"):
        parts = prompt.changes if section == "changes" else prompt.files
        if continues and parts:
            parts[-1] += f" {text}"
        else:
            parts.append(text)
    elif section == "expected":
        prompt.expected = f"{prompt.expected} {text}".strip()
    else:
        prompt.other.append(text)
