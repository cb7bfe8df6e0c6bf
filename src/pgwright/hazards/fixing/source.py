"""One call of a revision file replaced by its corrected form; the rest of the file stays as it is, letter by letter."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider

from pgwright.hazards.fixing.forms import FORMS, Form, acts_of
from pgwright.step import Finding


@dataclass(frozen=True, slots=True)
class Place:
    """A call that stands as a statement of its own, and how it stands."""

    line: cst.SimpleStatementLine
    call: cst.Call
    op: str
    inside: bool  # an autocommit block


def corrected(source: str, finding: Finding) -> str | None:
    """The file with the finding's call in its corrected form; None when there is no form for it as it stands.

    Only a call directly in `upgrade()`, or under an `if` or `with` there, is taken: in a loop or a helper one text stands for
    several statements.
    """
    form = FORMS.get(finding.rule)
    if form is None or not finding.line or not finding.statement or finding.phase != "upgrade":
        return None
    wrapper = MetadataWrapper(cst.parse_module(source))
    place = _place(wrapper, finding.line)
    if place is None or not _fits(form, place):
        return None
    lines = form.lines(acts_of(finding.statement), place.inside)
    if lines is None:
        return None
    new = _statements(lines, place, form, wrapper.module)
    return wrapper.module.visit(_Instead(place.line, new)).code


class _Instead(cst.CSTTransformer):
    """Puts statements where one stood."""

    def __init__(self, old: cst.SimpleStatementLine, new: list[cst.BaseStatement]) -> None:
        super().__init__()
        self._old, self._new = old, new

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.BaseStatement]:
        return cst.FlattenSentinel(self._new) if original_node is self._old else updated_node


def _place(wrapper: MetadataWrapper, number: int) -> Place | None:
    """The statement on that line, when it is one call and nothing else."""
    positions = wrapper.resolve(PositionProvider)
    parents = wrapper.resolve(ParentNodeProvider)
    for node, where in positions.items():
        if not isinstance(node, cst.SimpleStatementLine) or not where.start.line <= number <= where.end.line:
            continue
        match node.body:
            case [cst.Expr(value=cst.Call(func=cst.Attribute(value=cst.Name(value=op))) as call)]:
                inside = _inside(node, parents, wrapper.module)
                return None if inside is None else Place(node, call, op, inside)
    return None


def _inside(node: cst.CSTNode, parents: object, module: cst.Module) -> bool | None:
    """Whether an autocommit block is around it; None when it does not stand directly in upgrade()."""
    inside = False
    above = parents[node]  # type: ignore[index]
    while not isinstance(above, cst.FunctionDef):
        if isinstance(above, cst.With):
            heads = [module.code_for_node(item.item) for item in above.items]
            inside = inside or any("autocommit_block" in head for head in heads)
        elif not isinstance(above, cst.If | cst.Else | cst.IndentedBlock):
            return None
        above = parents[above]  # type: ignore[index]
    return inside if above.name.value == "upgrade" else None


def _fits(form: Form, place: Place) -> bool:
    assert isinstance(place.call.func, cst.Attribute)
    keywords = {one.keyword.value for one in place.call.args if one.keyword}
    if place.call.func.attr.value not in form.methods or any(one.star for one in place.call.args):
        return False
    if place.inside and not form.inside:
        return False
    return not form.only or keywords <= set(form.only)


def _statements(lines: list[str], place: Place, form: Form, module: cst.Module) -> list[cst.BaseStatement]:
    """The lines as nodes; comments above the call stay above."""
    call = module.code_for_node(_edited(place.call, form))
    out: list[str] = []
    for line in lines:
        if line.strip() == "{call}":
            out.append(textwrap.indent(call, line[: -len("{call}")]))
        else:
            out.append(line.replace("{op}", place.op))
    parsed = list(cst.parse_module("\n".join(out) + "\n", module.config_for_parsing).body)
    first = parsed[0]
    assert isinstance(first, cst.SimpleStatementLine | cst.With)
    parsed[0] = first.with_changes(leading_lines=place.line.leading_lines)
    if isinstance(parsed[-1], cst.SimpleStatementLine):
        parsed[-1] = parsed[-1].with_changes(trailing_whitespace=place.line.trailing_whitespace)
    return [one for one in parsed if isinstance(one, cst.BaseStatement)]


def _edited(call: cst.Call, form: Form) -> cst.Call:
    """The call with the form's keywords, in the layout that it has."""
    kept = [one for one in call.args if not (one.keyword and one.keyword.value in (*form.takes, *form.adds))]
    if len(kept) < len(call.args):
        kept[-1] = kept[-1].with_changes(comma=call.args[-1].comma, whitespace_after_arg=call.args[-1].whitespace_after_arg)
    for name, value in form.adds.items():
        last = kept[-1]
        between = kept[-2].comma if len(kept) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        added = cst.Arg(
            cst.parse_expression(value), keyword=cst.Name(name), equal=equal, comma=last.comma,
            whitespace_after_arg=last.whitespace_after_arg,
        )  # fmt: skip
        kept[-1] = last.with_changes(comma=between, whitespace_after_arg=cst.SimpleWhitespace(""))
        kept.append(added)
    return call.with_changes(args=kept)
