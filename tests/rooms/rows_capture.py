"""The schema of a test database: the schema room's capture, or a small stand-in until that is there."""

# ruff: noqa
import json
from pgwright.schema.model import Column, Constraint, Index, Relation, Schema, Thing, Trigger

KINDS = {"p": "primary key", "u": "unique", "f": "foreign key", "c": "check", "x": "exclusion", "t": "trigger"}


def _standin(conn):
    conn.execute("set search_path=''")
    q = lambda s: conn.execute(s).fetchall()
    base = "join pg_namespace n on n.oid=c.relnamespace where n.nspname not like 'pg\\_%' and n.nspname<>'information_schema' and c.relkind in ('r','p','v','m','f') and not exists(select 1 from pg_depend d where d.objid=c.oid and d.deptype='e')"
    rels = {}
    for oid, s, n, k, pk, pb, inh in q(
        f"select c.oid,n.nspname,c.relname,c.relkind,pg_get_partkeydef(c.oid),pg_get_expr(c.relpartbound,c.oid),array(select pn.nspname||'.'||p.relname from pg_inherits i join pg_class p on p.oid=i.inhparent join pg_namespace pn on pn.oid=p.relnamespace where i.inhrelid=c.oid) from pg_class c {base} order by 2,3"
    ):
        rels[oid] = dict(
            schema=s,
            name=n,
            kind={"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}[
                k
            ],
            partition_key=pk,
            partition_bound=pb,
            inherits=tuple(inh),
            columns=[],
            constraints=[],
            indexes=[],
            triggers=[],
        )
    tk = {"b": "base", "e": "enum", "d": "domain", "c": "composite", "r": "range", "m": "range"}
    for oid, num, name, typ, nn, dflt, idn, gen, tt, cat, tn in q(
        "select a.attrelid,a.attnum,a.attname,format_type(a.atttypid,a.atttypmod),a.attnotnull,pg_get_expr(d.adbin,d.adrelid),a.attidentity,a.attgenerated,t.typtype,t.typcategory,(select n.nspname||'.'||e.typname from pg_type e join pg_namespace n on n.oid=e.typnamespace where e.oid=case when t.typelem<>0 and t.typcategory='A' then t.typelem else t.oid end) from pg_attribute a join pg_type t on t.oid=a.atttypid left join pg_attrdef d on d.adrelid=a.attrelid and d.adnum=a.attnum where a.attnum>0 and not attisdropped order by 1,2"
    ):
        if oid in rels:
            rels[oid]["columns"].append(
                Column(
                    name,
                    typ,
                    not_null=nn,
                    default=dflt,
                    identity={"a": "always", "d": "by default"}.get(idn, ""),
                    generated={"s": "stored", "v": "virtual"}.get(gen, ""),
                    position=len(rels[oid]["columns"]) + 1,
                    type_kind="array" if cat == "A" else tk.get(tt, "base"),
                    type_oid_name=tn,
                )
            )
    for oid, name, k, df, cols, dfb, dfd, ref, rcols, expr in q(
        "select c.conrelid,c.conname,c.contype,pg_get_constraintdef(c.oid),array(select attname::text from unnest(c.conkey) with ordinality u(k,o) join pg_attribute a on a.attrelid=c.conrelid and a.attnum=u.k order by o),condeferrable,condeferred,(select n.nspname||'.'||p.relname from pg_class p join pg_namespace n on n.oid=p.relnamespace where p.oid=c.confrelid),array(select attname::text from unnest(c.confkey) with ordinality u(k,o) join pg_attribute a on a.attrelid=c.confrelid and a.attnum=u.k order by o),pg_get_expr(c.conbin,c.conrelid) from pg_constraint c where c.conrelid<>0 and c.contype<>'n' and conparentid=0 order by 1,2"
    ):
        if oid in rels:
            rels[oid]["constraints"].append(
                Constraint(
                    name,
                    KINDS[k],
                    df,
                    tuple(cols),
                    deferrable=dfb,
                    deferred=dfd,
                    references=ref,
                    referenced_columns=tuple(rcols),
                    expression=expr,
                )
            )
    for oid, name, df, u, prim, keys, pred, nnd in q(
        "select i.indrelid,c.relname,pg_get_indexdef(i.indexrelid),indisunique,indisprimary,array(select coalesce((select attname::text from pg_attribute a where a.attrelid=i.indrelid and a.attnum=k and k<>0),pg_get_indexdef(i.indexrelid,o::int,true)) from unnest(i.indkey) with ordinality x(k,o) where o<=indnkeyatts),pg_get_expr(indpred,indrelid),indnullsnotdistinct from pg_index i join pg_class c on c.oid=i.indexrelid order by 1,2"
    ):
        if oid in rels:
            rels[oid]["indexes"].append(
                Index(name, df, "btree", u, True, tuple(keys), predicate=pred, is_primary=prim, nulls_not_distinct=nnd)
            )
    for oid, name, df in q("select tgrelid,tgname,pg_get_triggerdef(oid) from pg_trigger where not tgisinternal"):
        if oid in rels:
            rels[oid]["triggers"].append(Trigger(name, df, "O"))
    things = []
    ns = "join pg_namespace n on n.oid=t.typnamespace where n.nspname not like 'pg\\_%' and n.nspname<>'information_schema'"
    for s, n, l in q(
        f"select n.nspname,t.typname,array(select enumlabel::text from pg_enum e where e.enumtypid=t.oid order by enumsortorder) from pg_type t {ns} and typtype='e'"
    ):
        things.append(Thing("enum", f"{s}.{n}", (("labels", json.dumps(l)),)))
    for s, n, b, nn, ch in q(
        f"select n.nspname,t.typname,format_type(typbasetype,typtypmod),typnotnull,array(select pg_get_constraintdef(c.oid) from pg_constraint c where contypid=t.oid and contype='c') from pg_type t {ns} and typtype='d'"
    ):
        things.append(
            Thing("domain", f"{s}.{n}", (("type", b), ("not_null", str(nn).lower()), ("checks", json.dumps(ch))))
        )
    for s, n, at in q(
        f"select n.nspname,t.typname,array(select format_type(atttypid,atttypmod) from pg_attribute a where a.attrelid=t.typrelid and attnum>0 and not attisdropped order by attnum) from pg_type t join pg_class cc on cc.oid=t.typrelid and cc.relkind='c' {ns}"
    ):
        things.append(Thing("composite type", f"{s}.{n}", (("attributes", json.dumps(at)),)))
    for s, n, st in q(
        f"select n.nspname,t.typname,format_type(rngsubtype,null) from pg_range r join pg_type t on t.oid=r.rngtypid {ns}"
    ):
        things.append(Thing("range type", f"{s}.{n}", (("subtype", st),)))
    conn.execute("reset search_path")
    out = []
    for r in rels.values():
        r = {k: tuple(v) if isinstance(v, list) else v for k, v in r.items()}
        out.append(Relation(**r))
    return Schema(tuple(sorted(out, key=lambda r: r.qualified)), tuple(things), 180000)


try:
    from pgwright.schema.catalog import capture as _capture
except ImportError:
    captured = _standin
else:

    def captured(conn):
        return _capture(conn).schema
