"""Policies and privileges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pgwright.hazards.acts import Act, AlterPolicy, ChangeOwner, CreatePolicy, Grant, Role
from pgwright.hazards.reading.drop import kind_of
from pgwright.hazards.reading.nodes import expression, options, qualified, relation

PUBLIC = 5  # RoleSpecType


def create_policy(node: Any) -> Iterator[Act]:
    yield CreatePolicy(
        node.policy_name,
        relation(node.table),
        node.permissive,
        node.cmd_name or "all",
        _roles(node.roles),
        expression(node.qual) if node.HasField("qual") else None,
        expression(node.with_check) if node.HasField("with_check") else None,
    )


def alter_policy(node: Any) -> Iterator[Act]:
    yield AlterPolicy(
        node.policy_name,
        relation(node.table),
        _roles(node.roles),
        expression(node.qual) if node.HasField("qual") else None,
        expression(node.with_check) if node.HasField("with_check") else None,
    )


def create_role(node: Any) -> Iterator[Act]:
    yield _role(node, node.role, created=True)


def alter_role(node: Any) -> Iterator[Act]:
    yield _role(node, node.role.rolename or "current_user", created=False)


def _role(node: Any, name: str, created: bool) -> Role:
    given = options(node.options)
    switched = tuple(word for word, arg in given.items() if arg.HasField("boolean") and arg.boolean.boolval)
    return Role(name, created, switched, "password" in given and given["password"].HasField("string"))


def alter_owner(node: Any) -> Iterator[Act]:
    name = relation(node.relation) if node.HasField("relation") else _object(node.object)
    yield ChangeOwner(kind_of(node.object_type), name, node.newowner.rolename or "current_user")


def reassign_owned(node: Any) -> Iterator[Act]:
    for old in _roles(node.roles):
        yield ChangeOwner("everything of", old, node.newrole.rolename or "current_user")


def grant(node: Any) -> Iterator[Act]:
    yield _grant(node, kind_of(node.objtype))


def default_privileges(node: Any) -> Iterator[Act]:
    yield _grant(node.action, "default")


def grant_role(node: Any) -> Iterator[Act]:
    roles = tuple(one.access_priv.priv_name for one in node.granted_roles)
    admin = "admin" in options(node.opt)
    yield Grant(node.is_grant, (), "role", roles, _roles(node.grantee_roles), admin)


def _grant(node: Any, kind: str) -> Grant:
    return Grant(
        node.is_grant,
        tuple(one.access_priv.priv_name for one in node.privileges),
        kind,
        tuple(_object(one) for one in node.objects),
        _roles(node.grantees),
        node.grant_option,
    )


def _object(node: Any) -> str:
    kind = node.WhichOneof("node")
    if kind == "range_var":
        return relation(node.range_var)
    if kind == "object_with_args":
        return qualified(node.object_with_args.objname)
    if kind == "type_name":
        return qualified(node.type_name.names)
    return str(node.string.sval) if kind == "string" else qualified(node.list.items)


def _roles(nodes: Iterable[Any]) -> tuple[str, ...]:
    specs = [one.role_spec for one in nodes]
    return tuple("public" if one.roletype == PUBLIC else one.rolename or "current_user" for one in specs)
