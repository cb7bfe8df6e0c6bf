"""One page per hazard rule and an index of them, made from the rules' constants: `make docs`.

Usage: python -m pgwright.doors.hazard_pages docs/reference/hazards
"""

from __future__ import annotations

import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pgwright.hazards import replay
from pgwright.hazards.example import Example, rendered, sql
from pgwright.hazards.judge import Hit, judge
from pgwright.hazards.known import Known
from pgwright.hazards.rule import EVERY, FAMILIES, Rule
from pgwright.hazards.rules import RULES
from pgwright.hazards.settings import DEFAULT_MAJOR, OLDEST

SEEN = {
    "lock": "a lock that blocks writers is held on a relation that stood before",
    "rewrite": "a relation that stood before is written anew",
    "error": "the step fails",
    "rows": "rows are written or lost",
    "catalog": "the catalog afterwards shows it",
    "app": "a statement of the running release, which worked before, fails afterwards",
    "text": "nothing: no server can show it, the text alone tells",
}
FROM = "<!-- Made by `make docs` from src/pgwright/hazards/rules/{module}.py: edit that file. -->"
INDEX_HEAD = """<!-- Made by `make docs` from src/pgwright/hazards/rules: edit the rules. -->
# Hazards

What `pgwright check` looks for, by family. Each rule has an example that fires and one that does not; both are run on a
real server by the test suite, where what the rule says must be seen, and must not be.
"""


def pages(rules: tuple[Rule, ...] = RULES) -> dict[str, str]:
    """The text of every page by its file name."""
    return {"index.md": _index(rules), **{f"{rule.slug}.md": page(rule) for rule in rules}}


def page(rule: Rule) -> str:
    """The page of one rule."""
    first, _, rest = rule.source.partition("\n")
    hit = _first_hit(rule)
    parts = [
        FROM.format(module=rule.slug.replace("-", "_")),
        f"# {rule.slug}\n\n{_sentence(first)}" + (f"\n\n{rest.strip()}" if rest.strip() else ""),
        _facts(rule),
        f"## When\n\n{_generic(rule.when)}",
        f"## Effect\n\n{_generic(rule.effect)}",
        "## Instead\n\nAs printed for the first bad example below:\n\n" + _code("python", hit.finding.instead),
    ]
    if rule.instead_sql:
        parts.append(f"In an SQL file:\n\n{_code('sql', _instead_sql(rule, hit))}")
    parts.append(f"## Examples\n\nThe database before:\n\n{_code('sql', rule.before)}")
    parts += _examples("Bad", rule.bad)
    parts.append(f"`check` says: {_plain(hit.finding.message)}.")
    parts += _examples("Good", rule.good)
    parts.append(f"## Allow it\n\n{_allowing(rule)}")
    return "\n\n".join(parts) + "\n"


def _sentence(first: str) -> str:
    """The docstring's first line without the slug, as a sentence."""
    text = first.partition(": ")[2] or first
    return text[:1].upper() + text[1:]


def _facts(rule: Rule) -> str:
    rows = [
        ("code", rule.code),
        ("family", rule.family),
        ("severity", rule.severity),
        ("looked for in", " and ".join(f"`{phase}()`" for phase in rule.phases)),
        ("PostgreSQL", _versions(rule.versions)),
        ("seen on a server", _seen(rule)),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {_cell(value)} |" for name, value in rows)])


def _versions(majors: range) -> str:
    first, last = max(majors.start, OLDEST), majors.stop - 1
    if last >= EVERY.stop - 1:
        return f"{first} and later"
    return str(first) if first == last else f"{first} to {last}"


def _seen(rule: Rule) -> str:
    """What the test observes for BAD, and does not for GOOD."""
    observe = rule.observe
    out = SEEN[rule.seen]
    if rule.seen == "lock" and observe.lock:
        out = f"`{observe.lock}`" + (f" on `{observe.on}`" if observe.on else "")
        out += " is taken" if observe.short else " is held while rows are worked on"
    elif rule.seen == "error" and observe.error:
        out += f" with SQLSTATE `{observe.error}`"
    when = {"down": "after the downgrade", "reup": "at the second upgrade", "again": "when it runs once more"}
    after = f" ({when[observe.after]})" if observe.after in when else ""
    return out + after


def _examples(title: str, examples: tuple[Example, ...]) -> Iterator[str]:
    for number, example in enumerate(examples, 1):
        head = f"### {title}" if len(examples) == 1 else f"### {title}, {number} of {len(examples)}"
        yield f"{head}\n\n{_code('python', _body(example))}"


def _body(example: Example) -> str:
    """Both functions of the revision, without what every revision file starts with."""
    return example.source[example.source.index("def upgrade()") :]


def _allowing(rule: Rule) -> str:
    if not rule.can_be_allowed:
        why = "loses data" if rule.data_loss else "is about authorisation"
        return f"A comment cannot: it {why}, and only an approval accepts that (`pgwright request`)."
    return (
        "On or right above the call; the reason is required, the date is not:\n\n"
        + _code("python", f'# pgwright: allow[{rule.slug}] reason="..." until=2027-01-31')
        + "\n\nFor the whole project, in `pgwright.toml`:\n\n"
        + _code("toml", f'[check.severity]\n{rule.slug} = "info"  # or "off"')
    )


def _first_hit(rule: Rule) -> Hit:
    """What the rule finds in its own first bad example."""
    version = min(DEFAULT_MAJOR, rule.versions.stop - 1)
    known = Known(version=version, is_complete=True)
    replay.play(known, rendered(sql(rule.before), "before").upgrade)
    return next(judge(rendered(rule.bad[0]), known, [rule]))


def _instead_sql(rule: Rule, hit: Hit) -> str:
    from pgwright.hazards.judge import filled

    return filled(rule.instead_sql, hit.found)


class _Name:
    """Stands for a fact that only a finding knows."""

    def __init__(self, name: str) -> None:
        self._name = name.replace("_", " ")

    def __format__(self, spec: str) -> str:
        return f"*{self._name}*"

    def __str__(self) -> str:
        return f"*{self._name}*"

    __repr__ = __str__


class _Generic(string.Formatter):
    """Fills braces with the names of the facts themselves."""

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        return _Name(str(key))


def _generic(text: str) -> str:
    """A text of the rule with the names of its facts, as a sentence of its own."""
    filled = _Generic().format(_plain(text)).rstrip(".").replace("**", "* *")  # two facts side by side
    return filled[:1].upper() + filled[1:] + "."


def _plain(text: str) -> str:
    """Text that Markdown leaves alone, and on one line."""
    return " ".join(text.replace("<", "&lt;").replace("*", "\\*").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(language: str, text: str) -> str:
    return f"```{language}\n{text.strip()}\n```"


def _index(rules: tuple[Rule, ...]) -> str:
    """All rules by family, in the order of their codes."""
    parts = [INDEX_HEAD]
    for family in FAMILIES.values():
        mine = sorted((one for one in rules if one.family == family), key=lambda one: one.code)
        if mine:
            rows = [f"| {r.code} | [{r.slug}]({r.slug}.md) | {r.severity} | {r.seen} | {_short(r)} |" for r in mine]
            table = "\n".join(["| code | rule | severity | seen | |", "|---|---|---|---|---|", *rows])
            parts.append(f"## {family[:1].upper()}{family[1:]}\n\n{table}\n")
    text_only = ", ".join(f"[{r.slug}]({r.slug}.md)" for r in rules if r.seen == "text")
    parts.append(f"Rules that no server can show (`text`): {text_only or 'none'}.\n")
    return "\n".join(parts)


def _short(rule: Rule) -> str:
    return _cell(_plain(_sentence(rule.source.partition("\n")[0])))


def write(folder: Path) -> None:
    """Write every page into the folder, and take away pages of rules that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for stale in {one.name for one in folder.glob("*.md")} - set(made):
        (folder / stale).unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
