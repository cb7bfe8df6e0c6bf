-- indexes: of tables and materialized views, those behind constraints included.
-- The deparser takes 20 microseconds, so the plainest form, one column and nothing said beyond it, is written here.
SELECT i.indrelid, c.relname AS name,
       CASE WHEN i.indnatts = 1 AND i.indkey[0] > 0 AND i.indpred IS NULL AND i.indoption[0] = 0 AND i.indcollation[0] = a.attcollation
                 AND c.relkind = 'i' AND c.reloptions IS NULL AND am.amname = 'btree'
                 AND NOT i.indnullsnotdistinct  -- since 15
                 AND oc.opcdefault AND (oc.opcintype = a.atttypid OR oc.opcintype = 'text'::regtype AND a.atttypid = 'varchar'::regtype)
            THEN 'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || quote_ident(c.relname) || ' ON '
                 || quote_ident(n.nspname) || '.' || quote_ident(t.relname) || ' USING btree (' || quote_ident(a.attname) || ')'
            ELSE pg_get_indexdef(i.indexrelid) END AS definition, am.amname AS method, i.indisunique,
       i.indisvalid AND i.indisready AND i.indislive AS valid, i.indnkeyatts, i.indkey::int2[],
       CASE WHEN i.indexprs IS NOT NULL
            THEN ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnkeyatts) k) END AS keys,
       CASE WHEN i.indnkeyatts > 2 OR i.indclass[0] IN (SELECT oid FROM pg_opclass WHERE NOT opcdefault)
                                   OR i.indclass[1] IN (SELECT oid FROM pg_opclass WHERE NOT opcdefault)
            THEN ARRAY(SELECT oc.opcname FROM unnest(i.indclass::oid[]) WITH ORDINALITY u (oid, at)
                         JOIN pg_opclass oc ON oc.oid = u.oid WHERE NOT oc.opcdefault ORDER BY u.at) END AS opclasses,
       pg_get_expr(i.indpred, i.indrelid) AS predicate, con.conname AS constraint, i.indisprimary,
       i.indnullsnotdistinct,  -- since 15
       false,  -- before 15
       i.indisclustered, i.indisreplident, ts.spcname AS tablespace, d.description AS comment,
       pn.nspname || '.' || p.relname AS parent
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = t.relnamespace
  LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
  LEFT JOIN pg_opclass oc ON oc.oid = i.indclass[0]
  JOIN pg_am am ON am.oid = c.relam
  LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
  LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid AND con.contype IN ('p', 'u', 'x')
  LEFT JOIN pg_inherits h ON c.relispartition AND h.inhrelid = i.indexrelid
  LEFT JOIN pg_class p ON p.oid = h.inhparent
  LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
  LEFT JOIN pg_description d ON d.objoid = i.indexrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
 WHERE i.indrelid >= 16384
   AND t.relkind <> 't'
   AND i.indrelid = ANY (%(touched)s)  -- touched
