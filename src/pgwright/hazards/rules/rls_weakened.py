"""rls-weakened: rows that row level security hid become visible, or may be written.

Permissive policies are added together with OR: one with USING (true) makes all the others void.
Source: PostgreSQL documentation, "Row Security Policies"; CREATE POLICY.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AlterPolicy, CreatePolicy, Drop, Expression, RowSecurity
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW702"
SEVERITY = "error"
SEEN = "catalog"
PHASES = ("upgrade",)
ACTS = (RowSecurity, Drop, CreatePolicy, AlterPolicy)
OBSERVE = Observation(
    query="""
    SELECT NOT relrowsecurity OR NOT relforcerowsecurity OR NOT EXISTS (SELECT FROM pg_policy WHERE polname = 'live')
        OR EXISTS (SELECT FROM pg_policy WHERE polpermissive AND pg_get_expr(polqual, polrelid) = 'true')
      FROM pg_class WHERE oid = 'orders'::regclass
    """
)
WHEN = "{what} on {table}"
EFFECT = "{effect}"
INSTEAD = """
# what the policies were made for must still hold; say in the review who may see which rows of {table} from here on
op.execute("CREATE POLICY ... ON {table} TO <role> USING (<condition>)")   # a role and a condition, never true
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, owner text, live bool DEFAULT true);
INSERT INTO orders SELECT g, 'a' FROM generate_series(1, 200) g;
CREATE POLICY own ON orders USING (owner = current_user);
CREATE POLICY live ON orders AS RESTRICTIVE USING (live);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
"""
BAD = (
    sql("ALTER TABLE orders DISABLE ROW LEVEL SECURITY", "ALTER TABLE orders ENABLE ROW LEVEL SECURITY"),
    sql("ALTER TABLE orders NO FORCE ROW LEVEL SECURITY", "ALTER TABLE orders FORCE ROW LEVEL SECURITY"),
    sql("DROP POLICY live ON orders", "CREATE POLICY live ON orders AS RESTRICTIVE USING (live)"),
    sql("CREATE POLICY everybody ON orders USING (true)", "DROP POLICY everybody ON orders"),
    sql("ALTER POLICY own ON orders USING (true)", "ALTER POLICY own ON orders USING (owner = current_user)"),
)
GOOD = (
    sql("CREATE POLICY clerks ON orders FOR SELECT TO pg_monitor USING (live)", "DROP POLICY clerks ON orders"),
    sql("DROP POLICY own ON orders", "CREATE POLICY own ON orders USING (owner = current_user)"),
    sql("CREATE POLICY recent ON orders AS RESTRICTIVE USING (id > 10)", "DROP POLICY recent ON orders"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        match act:
            case RowSecurity(table, enabled=False):
                yield _hit(statement, table, "row level security is switched off", "Every role sees and writes every row.")
            case RowSecurity(table, forced=False):
                yield _hit(statement, table, "NO FORCE ROW LEVEL SECURITY", "Policies no longer hold for the table's owner.")
            case CreatePolicy(name, table, permissive=True) | AlterPolicy(name, table) if _is_open(act):
                severity = "warning" if before.table(table).is_new else "error"
                effect = "Permissive policies are joined with OR: this one lets everybody at every row."
                yield _hit(statement, table, f"policy {name} is true for everybody", effect, severity=severity)
            case Drop("policy", name, table=str(table)):
                yield from _dropped(statement, name, table, before)


def _is_open(policy: CreatePolicy | AlterPolicy) -> bool:
    """True when it gives rows to all roles; a policy for INSERT alone has only a CHECK."""
    roles = policy.roles or ("public",)
    deciding = policy.using or policy.check
    if isinstance(policy, AlterPolicy) and not policy.roles:
        return _is_true(policy.using)
    return "public" in roles and (_is_true(deciding) or (deciding is None and isinstance(policy, CreatePolicy)))


def _is_true(expression: Expression | None) -> bool:
    return expression is not None and expression.text.strip("() ").lower() in ("true", "1 = 1", "'t'::bool")


def _dropped(statement: Statement, name: str, table: str, before: Known) -> Iterator[Found]:
    """A restrictive policy that goes gives rows away; a permissive one takes them."""
    known = before.table(table)
    again = (act.name for act in statement.of(CreatePolicy))
    effect = "It only took rows away: what it hid is seen again."
    if name in known.restrictive and name not in again:
        yield _hit(statement, table, f"the restrictive policy {name} is dropped", effect)
    elif name not in known.policies:
        unknown = f"whether policy {name} was restrictive"
        yield _hit(statement, table, f"policy {name} is dropped", "", severity="warning", unknown=unknown)


def _hit(statement: Statement, table: str, what: str, effect: str, *, severity: str | None = None, unknown: str = "") -> Found:
    return found(statement, severity=severity, unknown=unknown, table=table, what=what, effect=effect)  # type: ignore[arg-type]
