"""Generated schemas: whatever tables, keys and CHECKs are thrown together, plain rows fill them."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rows_capture import captured

from pgwright.shadow.rows import row_state, seed

TYPES = (
    "smallint", "integer", "bigint", "numeric(8,2)", "double precision", "boolean", "text", "varchar(12)", "char(3)",
    "bytea", "uuid", "date", "timestamp", "timestamptz", "time", "interval", "jsonb", "inet", "int4range", "integer[]",
    "text[]", "mood", "positive",
)  # fmt: skip
CHECKS = {
    "smallint": ("{c} > 3", "{c} IN (5, 6, 7)", "{c} BETWEEN 10 AND 90"),
    "integer": ("{c} <> 1", "{c} < 0 OR {c} > 100", "{c} % 3 = 0"),
    "bigint": ("abs({c}) < 1000",),
    "numeric(8,2)": ("{c} >= 0.5 AND {c} <= 99", "{c} = round({c}, 1)"),
    "text": ("length({c}) > 4", "{c} ~ '^[a-f]+[0-9]{{2}}$'", "{c} LIKE 'pre%'", "{c} = upper({c})", "{c} <> ''"),
    "varchar(12)": ("{c} IN ('red', 'blue', 'green')", "char_length({c}) = 12", "{c} !~ '[A-Z]'"),
    "date": ("{c} > '2021-06-01'", "extract(dow FROM {c}) = 1"),
    "timestamptz": ("{c} < '2019-01-01+00'",),
    "jsonb": ("jsonb_typeof({c}) = 'object'",),
    "integer[]": ("cardinality({c}) = 2",),
    "mood": ("{c} <> 'ok'",),
}


@st.composite
def ddl(draw: Any) -> str:
    out = ["CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad'); CREATE DOMAIN positive AS integer CHECK (VALUE > 0)"]
    for n in range(draw(st.integers(1, 4))):
        kinds = draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=7))
        parts = [draw(st.sampled_from(("id serial PRIMARY KEY", "id uuid PRIMARY KEY", "id int PRIMARY KEY")))]
        for i, kind in enumerate(kinds):
            null = draw(st.sampled_from(("", "NOT NULL")))
            check = draw(st.sampled_from(("", *CHECKS.get(kind, ()))))
            parts.append(f"c{i} {kind} {null} " + (f"CHECK ({check.format(c=f'c{i}')})" if check else ""))
        wide = [f"c{i}" for i, k in enumerate(kinds) if k not in ("boolean", "mood", "varchar(12)", "smallint")]
        if draw(st.booleans()) and wide:
            parts.append(f"UNIQUE ({draw(st.sampled_from(wide))})")
        if n and draw(st.booleans()):
            parts.append(f"r r{draw(st.integers(0, n - 1))} ")
        out.append((n, parts))  # type: ignore[arg-type]
    return _rendered(out)


def _rendered(out: list[Any]) -> str:
    keys = {n: parts[0].split()[1].replace("serial", "int") for n, parts in out[1:]}
    tables = []
    for n, parts in out[1:]:
        fixed = [f"r {keys[int(p[3:])]} REFERENCES t{int(p[3:])}" if p.startswith("r r") else p for p in parts]
        tables.append(f"CREATE TABLE t{n} ({', '.join(fixed)})")
    return ";\n".join([out[0], *tables])


NUMBERS = itertools.count()


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(ddl())
def test_plain_rows_fill_generated_schemas(server: Any, text: str) -> None:
    name = f"generated_{next(NUMBERS)}"
    server.create(name)
    try:
        with server.connect(name) as conn:
            conn.execute(text.encode())
            schema = captured(conn)
            tables = [r.qualified for r in schema.tables()]
            done = seed(conn, schema, schema, tables, profile="plain")
            assert done.unfilled == ()
            assert all(count >= 2 for _, count in done.filled), done
            assert sum(t.count for t in row_state(conn, schema, tables).tables) == sum(n for _, n in done.filled)
    finally:
        server.drop(name)
