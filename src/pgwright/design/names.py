"""Names of constraints and indexes: explicit, by the project's convention when it has one, never over 63 bytes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import md5
from itertools import count

from pgwright.design.identifier import BYTES

_OURS = {
    "ix": "ix_%(table_name)s_%(columns)s",
    "uq": "uq_%(table_name)s_%(columns)s",
    "fk": "fk_%(table_name)s_%(columns)s_%(referred_table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}


def name_for(
    kind: str,
    table: str,
    columns: tuple[str, ...] = (),
    *,
    convention: Mapping[str, str] | None = None,
    referred: str = "",
    referred_columns: tuple[str, ...] = (),
    constraint: str = "",
) -> str:
    """The name that the convention gives (`ix`, `uq`, `fk`, `ck`, `pk`), cut to what PostgreSQL stores."""
    template = (convention or {}).get(kind) or _OURS[kind]
    tokens = _Tokens(table, columns, referred, referred_columns, constraint)
    return fitted(template % tokens)


class _Tokens(dict[str, str]):
    """SQLAlchemy's naming tokens (documentation: MetaData.naming_convention), computed when asked for."""

    def __init__(self, table: str, columns: tuple[str, ...], referred: str, targets: tuple[str, ...], constraint: str):
        super().__init__(
            table_name=table, referred_table_name=referred, constraint_name=constraint, columns="_".join(columns)
        )
        self._by_prefix = {"column": (table, columns), "referred_column": (referred, targets)}

    def __missing__(self, token: str) -> str:
        prefix = "referred_column" if token.startswith("referred_column_") else "column"
        table, names = self._by_prefix[prefix]
        number, _, form = token.removeprefix(prefix + "_").partition("_")
        separated = form.startswith("N_")  # column_0_N_name: "a_b"; column_0N_name: "ab"
        every = separated or number.endswith("N")
        form = form.removeprefix("N_")
        chosen = names if every else names[int(number) : int(number) + 1]
        labels = [f"{table}_{n}" if form == "label" else n for n in chosen]
        return ("_" if separated else "").join(labels)


def fitted(name: str) -> str:
    """At most 63 bytes; longer names end in four digits of their own md5, as SQLAlchemy cuts them."""
    if len(name.encode()) <= BYTES:
        return name
    digest = md5(name.encode(), usedforsecurity=False).hexdigest()[-4:]
    return name.encode()[: BYTES - 8].decode(errors="ignore") + "_" + digest


def free(name: str, taken: Collection[str]) -> str:
    """The name, or the first of name_2, name_3, ... that is not taken; each fitted."""
    first = fitted(name)
    if first not in taken:
        return first
    return next(one for number in count(2) if (one := fitted(f"{name}_{number}")) not in taken)
