"""Comments that accept a finding: `# pgwright: allow[index-blocking] reason="small table" until=2027-01-01`.

The comment stands on the call or right above it and speaks about that call alone. A reason is required. One that is
unused, expired, without a reason, or about what only an approval may accept, is a finding itself, of severity error.
`statement=1a2b3c4d` binds it to the text of the statement besides: a copy beside another statement is then stale.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from pgwright.hazards.checked import Allowed
from pgwright.hazards.judge import Hit
from pgwright.hazards.rule import Rule
from pgwright.step import Finding

MARK = re.compile(r"pgwright:\s*allow\[([^\]]*)\]\s*(.*)$")
FACT = re.compile(r'(reason|until|statement)\s*=\s*(?:"([^"]*)"|\'([^\']*)\'|(\S+))')
SQL_COMMENT = re.compile(r"^(.*?)--(.*)$")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment; `first` and `last` are the lines of the call that it speaks about (0: of nothing)."""

    line: int
    rules: tuple[str, ...]
    reason: str
    until: str
    statement: str
    first: int
    last: int


def bound(text: str) -> str:
    """What `statement=` holds: eight digits of the statement's text, spaces and case aside."""
    return sha256(" ".join(text.split()).rstrip("; ").lower().encode()).hexdigest()[:8]


def settle(
    hits: Iterable[Hit], source: str, file: str, rules: Mapping[str, Rule], today: date
) -> tuple[list[Finding], list[Allowed]]:
    """The findings that stand, those about the comments among them, and the findings that comments accept."""
    comments = read(source, is_sql=file.endswith(".sql")) if "pgwright:" in source else []
    standing: list[Finding] = []
    allowed: list[Allowed] = []
    used: set[tuple[Comment, str]] = set()
    for hit in hits:
        comment = next((one for one in comments if _covers(one, hit)), None)
        if comment is None:
            standing.append(hit.finding)
            continue
        used.add((comment, hit.rule.slug))
        problem = _problem(comment, hit, today)
        if problem:
            standing += [hit.finding, _about(comment, file, *problem)]
        else:
            allowed.append(Allowed(hit.finding, comment.reason, comment.until))
    for comment in comments:
        for slug in comment.rules:
            if slug not in rules:
                standing.append(_about(comment, file, "suppression-unknown-rule", f"there is no rule {slug!r}"))
            elif (comment, slug) not in used:
                why = f"nothing here is found by {slug} any more"
                standing.append(_about(comment, file, "suppression-unused", why))
    return sorted(standing, key=lambda one: (one.phase == "downgrade", one.line or 0)), allowed


def _covers(comment: Comment, hit: Hit) -> bool:
    line = hit.finding.line
    if hit.rule.slug not in comment.rules:
        return False
    return line is None or comment.first <= line <= comment.last


def _problem(comment: Comment, hit: Hit, today: date) -> tuple[str, str] | None:
    """Why the comment does not count: the rule that says so, and the sentence."""
    slug = hit.rule.slug
    if not hit.rule.can_be_allowed:
        what = "data loss" if hit.rule.data_loss else hit.rule.family
        return "suppression-refused", f"{slug} is about {what}: a comment cannot accept it, only an approval"
    if not comment.reason.strip():
        return "suppression-without-reason", f'the comment that allows {slug} needs reason="..."'
    if comment.until:
        try:
            ends = date.fromisoformat(comment.until)
        except ValueError:
            return "suppression-expired", f"until={comment.until} is no date like 2027-01-31"
        if ends < today:
            return "suppression-expired", f"the comment that allows {slug} ended on {ends}"
    if comment.statement and comment.statement != bound(hit.finding.statement or ""):
        now = bound(hit.finding.statement or "")
        return "suppression-stale", f"the statement is not the one that was allowed; if it is meant: statement={now}"
    return None


CODES = {
    "suppression-unknown-rule": "PW891",
    "suppression-unused": "PW892",
    "suppression-expired": "PW893",
    "suppression-without-reason": "PW894",
    "suppression-refused": "PW895",
    "suppression-stale": "PW896",
}


def _about(comment: Comment, file: str, rule: str, message: str) -> Finding:
    return Finding(
        rule=rule,
        code=CODES[rule],
        severity="error",
        confidence="read",
        message=message,
        why="A comment that accepts what it was not written for hides the next hazard.",
        instead="Correct the comment, or take it out.",
        phase="upgrade",
        file=file,
        line=comment.line,
    )


def read(source: str, *, is_sql: bool) -> list[Comment]:
    """Every comment of ours in a file, with the lines that it speaks about."""
    found = list(_sql_comments(source) if is_sql else _python_comments(source))
    calls = _sql_calls(source) if is_sql else _python_calls(source)
    return [_comment(line, text, alone, calls, source) for line, text, alone in found]


def _python_comments(source: str) -> Iterator[tuple[int, str, bool]]:
    """(line, text, whether nothing else is on the line)."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT and MARK.search(token.string):
                yield token.start[0], token.string, not token.line[: token.start[1]].strip()
    except (tokenize.TokenError, SyntaxError):
        return


def _sql_comments(source: str) -> Iterator[tuple[int, str, bool]]:
    for number, line in enumerate(source.splitlines(), 1):
        comment = SQL_COMMENT.match(line)
        if comment and MARK.search(comment[2]):
            yield number, comment[2], not comment[1].strip()


def _python_calls(source: str) -> list[tuple[int, int]]:
    """(first, last) line of every statement that holds no others, and of the heads of those that do."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    return [(one.lineno, _last_line(one)) for one in ast.walk(tree) if isinstance(one, ast.stmt)]


def _last_line(node: ast.stmt) -> int:
    """Of the whole statement, or of its head when it holds others."""
    children = list(ast.iter_child_nodes(node))
    if not any(isinstance(one, ast.stmt) for one in children):
        return node.end_lineno or node.lineno
    head = [inner for one in children if not isinstance(one, ast.stmt) for inner in ast.walk(one)]
    return max((getattr(one, "end_lineno", None) or 0 for one in head), default=node.lineno) or node.lineno


def _sql_calls(source: str) -> list[tuple[int, int]]:
    from pgwright.hazards.reading import Command, commands

    out = []
    for one in commands(source):
        if isinstance(one, Command):
            first = source.count("\n", 0, one.offset) + 1
            out.append((first, first + one.text.count("\n")))
    return out


def _comment(line: int, text: str, alone: bool, calls: list[tuple[int, int]], source: str) -> Comment:
    mark = MARK.search(text)
    assert mark is not None
    facts = {name: a or b or c for name, a, b, c in FACT.findall(mark[2])}
    slugs = tuple(slug.strip() for slug in mark[1].split(",") if slug.strip()) or ("",)
    first, last = _call(_below(line, source) if alone else line, calls)
    inside = next(((a, b) for a, b in calls if a < line <= b), None)
    if alone and inside is not None:
        first, last = inside
    given = (facts.get("reason", ""), facts.get("until", ""), facts.get("statement", ""))
    return Comment(line, slugs, *given, first, last)


def _below(line: int, source: str) -> int:
    """The first line after `line` that is neither blank nor a comment."""
    for number, text in enumerate(source.splitlines()[line:], line + 1):
        if text.strip() and not text.strip().startswith(("#", "--")):
            return number
    return 0


def _call(line: int, calls: list[tuple[int, int]]) -> tuple[int, int]:
    """The shortest call that holds the line."""
    holding = [(a, b) for a, b in calls if a <= line <= b]
    return min(holding, key=lambda one: one[1] - one[0], default=(0, 0))
