"""Policies and privileges as SQL, and as the catalog has them."""

from __future__ import annotations

import re

from pgwright.design import restore, view
from pgwright.design.source import columns_sql, qualified, quoted, sql_string
from pgwright.schema.model import Policy, Relation


def table_sql(table: Relation) -> str:
    """The table as SQL."""
    return qualified(restore.schema_of(table), table.name)


def role_sql(role: str) -> str:
    """A role as SQL; `public` is everybody."""
    return "PUBLIC" if role.lower() == "public" else quoted(role)


def create_policy(table: Relation, policy: Policy) -> list[str]:
    """CREATE POLICY, and its comment."""
    parts = [f"CREATE POLICY {quoted(policy.name)} ON {table_sql(table)}"]
    parts += [] if policy.permissive else ["AS RESTRICTIVE"]
    parts += [f"FOR {policy.command.upper()}"] if policy.command.lower() not in ("all", "*") else []
    roles = [role_sql(r) for r in policy.roles if r != "public"]
    parts += [f"TO {', '.join(roles)}"] if roles else []
    parts += [f"USING ({policy.using})"] if policy.using else []
    parts += [f"WITH CHECK ({policy.check})"] if policy.check else []
    made = [" ".join(parts)]
    if policy.comment:
        made.append(f"COMMENT ON POLICY {quoted(policy.name)} ON {table_sql(table)} IS {sql_string(policy.comment)}")
    return made


def drop_policy(table: Relation, name: str) -> str:
    """DROP POLICY."""
    return f"DROP POLICY {quoted(name)} ON {table_sql(table)}"


def held(table: Relation, role: str, column: str | None = None) -> frozenset[str]:
    """The privileges, in lower case, that the access list gives a role on the table, or on one column of it."""
    found: set[str] = set()
    for entry in table.grants:
        head, mark, rest = entry.partition(": ")
        of_column = bool(mark) and "=" not in head
        if (head if of_column else None) != column:
            continue
        match = view.ENTRY.match(rest if of_column else entry)
        if match and (match["role"].strip('"') or "public") == role:
            letters = re.findall(r"[a-zA-Z]", match["letters"])
            found |= {view.PRIVILEGES[letter].lower() for letter in letters if letter in view.PRIVILEGES}
    return frozenset(found)


def grant(table: Relation, privileges: tuple[str, ...], columns: tuple[str, ...], role: str) -> str:
    """GRANT."""
    return f"GRANT {_listed(privileges, columns)} ON {table_sql(table)} TO {role_sql(role)}"


def revoke(table: Relation, privileges: tuple[str, ...], columns: tuple[str, ...], role: str) -> str:
    """REVOKE."""
    return f"REVOKE {_listed(privileges, columns)} ON {table_sql(table)} FROM {role_sql(role)}"


def _listed(privileges: tuple[str, ...], columns: tuple[str, ...]) -> str:
    of = f" ({columns_sql(columns)})" if columns else ""
    return ", ".join(f"{p.upper()}{of}" for p in privileges)
