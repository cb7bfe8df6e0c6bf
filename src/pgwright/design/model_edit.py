"""The ORM edit that goes with a new column, as a unified diff. It is shown, never applied unasked."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import unified_diff

import libcst as cst
from libcst import matchers as m

from pgwright.design import column_type
from pgwright.design.model_column import Names, old_style, typed_style
from pgwright.design.refusals import NoSuchClass
from pgwright.design.requests.column import AddColumn
from pgwright.schema.model import Schema

_MAPPED = m.AnnAssign(annotation=m.Annotation(m.Subscript(m.Name("Mapped") | m.Attribute(attr=m.Name("Mapped")))))
_CALLED = m.Call(m.Name("Column") | m.Attribute(attr=m.Name("Column")))
_MAPPED_CALL = m.Call(m.Name("mapped_column") | m.Attribute(attr=m.Name("mapped_column")))


def patch(
    source: str, class_name: str, request: AddColumn, *, file: str = "models.py", database: Schema | None = None
) -> str:
    """A unified diff (`patch -p1`, `git apply`) that adds the column after the class's last; "" when it is there."""
    edited = added(source, class_name, request, file=file, database=database)
    lines = unified_diff(
        source.splitlines(keepends=True), edited.splitlines(keepends=True), f"a/{file}", f"b/{file}", n=3
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def added(source: str, class_name: str, request: AddColumn, *, file: str, database: Schema | None = None) -> str:
    """The module's text with the column in its class, and the imports that it needs."""
    module = cst.parse_module(source)
    known = [n.name.value for n in m.findall(module, m.ClassDef()) if isinstance(n, cst.ClassDef)]
    if class_name not in known:
        raise NoSuchClass(name=class_name, where=file, file=file, known=", ".join(known) or "none")
    found = next(n for n in m.findall(module, m.ClassDef(name=m.Name(class_name))) if isinstance(n, cst.ClassDef))
    if _has(found, request.column):
        return source
    names = Names(_imported(module))
    typed = _is_typed(found, module)
    python_type = column_type.source(request.type, database or Schema())
    line = typed_style(request, python_type, names) if typed else old_style(request, python_type, names)
    changed = module.visit(_Insert(class_name, line))
    return _with_imports(changed, names.missing)


def _imported(module: cst.Module) -> dict[str, str]:
    """Local name -> what it stands for, of the module's own top level imports."""
    found: dict[str, str] = {}
    for node in m.findall(module, m.ImportFrom() | m.Import()):
        prefix = ""
        if isinstance(node, cst.ImportFrom) and node.module is not None:
            prefix = cst.Module([]).code_for_node(node.module) + "."
        aliases = getattr(node, "names", ())
        for alias in aliases if isinstance(aliases, Sequence) else ():
            name = cst.Module([]).code_for_node(alias.name)
            local = cst.Module([]).code_for_node(alias.asname.name) if alias.asname else name
            found[local] = prefix + name
    return found


def _statements(found: cst.ClassDef) -> list[cst.SimpleStatementLine]:
    body = found.body.body
    return [s for s in body if isinstance(s, cst.SimpleStatementLine)]


def _is_column(statement: cst.BaseStatement | cst.BaseSmallStatement) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    small = statement.body[0]
    if m.matches(small, _MAPPED):
        return not m.findall(small, m.Call(m.Name("relationship") | m.Attribute(attr=m.Name("relationship"))))
    value = small.value if isinstance(small, (cst.Assign, cst.AnnAssign)) else None
    return value is not None and m.matches(value, _CALLED | _MAPPED_CALL)


def _is_typed(found: cst.ClassDef, module: cst.Module) -> bool:
    """Whether the class, or else the module, writes `Mapped[...]`."""
    own = [s for s in _statements(found) if _is_column(s)]
    if own:
        return any(m.matches(s.body[0], _MAPPED) for s in own)
    return not m.findall(module, _CALLED)


def _has(found: cst.ClassDef, column: str) -> bool:
    targets = [
        t
        for s in _statements(found)
        for t in m.findall(s, m.AssignTarget(m.Name(column)) | m.AnnAssign(m.Name(column)))
    ]
    named = m.findall(found, (_CALLED | _MAPPED_CALL))
    strings = [
        c.args[0].value.evaluated_value
        for c in named
        if isinstance(c, cst.Call) and c.args and isinstance(c.args[0].value, cst.SimpleString)
    ]
    return bool(targets) or column in strings


class _Insert(cst.CSTTransformer):
    """Puts a statement after the last column of one class, or after its last plain statement."""

    def __init__(self, class_name: str, line: str) -> None:
        super().__init__()
        self.class_name = class_name
        self.statement = cst.parse_statement(line)

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        if original_node.name.value != self.class_name or not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        body = list(updated_node.body.body)
        columns = [i for i, s in enumerate(body) if _is_column(s)]
        plain = [i for i, s in enumerate(body) if isinstance(s, cst.SimpleStatementLine)]
        place = (columns or plain or [len(body) - 1])[-1] + 1
        body.insert(place, self.statement)
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))


def _with_imports(module: cst.Module, missing: Sequence[tuple[str, str]]) -> str:
    """`from x import y` for what is missing: into an import of that module that is there, else after the last one."""
    for origin, name in missing:
        merged = _Merge(origin, name)
        module = module.visit(merged)
        if not merged.done:
            body = list(module.body)
            line = f"import {name}" if not origin else f"from {origin} import {name}"
            body.insert(_place(body, origin or name), cst.parse_statement(line))
            module = module.with_changes(body=body)
    return module.code


def _place(body: Sequence[cst.BaseCompoundStatement | cst.SimpleStatementLine], origin: str) -> int:
    """Where an import of `origin` belongs: beside its own package, the standard library first."""
    root = origin.partition(".")[0]
    own, standard, last = -1, -1, -1
    for number, statement in enumerate(body):
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        if isinstance(small, cst.ImportFrom) and small.module is not None:
            module = cst.Module([]).code_for_node(small.module)
        elif isinstance(small, cst.Import):
            module = cst.Module([]).code_for_node(small.names[0].name)
        else:
            continue
        last = number
        if module.partition(".")[0] == root and module < origin:
            own = number
        if module.partition(".")[0] in sys.stdlib_module_names and (module < origin or module == "__future__"):
            standard = number
    if own >= 0:
        return own + 1
    if root in sys.stdlib_module_names:
        docstring = bool(body) and m.matches(body[0], m.SimpleStatementLine([m.Expr(m.SimpleString())]))
        return standard + 1 if standard >= 0 else int(docstring)
    return last + 1


class _Merge(cst.CSTTransformer):
    """Adds one name to the first top level `from origin import ...`, in alphabetical order where there is one."""

    def __init__(self, origin: str, name: str) -> None:
        super().__init__()
        self.origin, self.name, self.done = origin, name, False

    def leave_ImportFrom(self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom) -> cst.ImportFrom:
        module = updated_node.module
        if self.done or module is None or isinstance(updated_node.names, cst.ImportStar) or updated_node.relative:
            return updated_node
        if cst.Module([]).code_for_node(module) != self.origin:
            return updated_node
        self.done = True
        names = list(updated_node.names)
        texts = [cst.Module([]).code_for_node(a.name) for a in names]
        place = (
            next((i for i, t in enumerate(texts) if t > self.name), len(names))
            if texts == sorted(texts)
            else len(names)
        )
        if place == len(names):
            last = names[-1]
            comma = last.comma if isinstance(last.comma, cst.Comma) else None
            separator = names[-2].comma if len(names) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
            names[-1] = last.with_changes(comma=separator)
            names.append(cst.ImportAlias(cst.Name(self.name), comma=comma or cst.MaybeSentinel.DEFAULT))
        else:
            separator = names[place].comma
            if not isinstance(separator, cst.Comma) or place == len(names) - 1:
                separator = names[place - 1].comma if place else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
            names.insert(place, cst.ImportAlias(cst.Name(self.name), comma=separator))
        return updated_node.with_changes(names=names)
