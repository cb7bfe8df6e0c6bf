-- relations: tables, views and their kin, with what is theirs alone.
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, o.rolname AS owner,
       c.relpersistence::text AS persistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident::text,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS partition_bound,
       parent.names AS inherits,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition,
       coalesce(c.reloptions, '{}') || coalesce(toast.options, '{}') || coalesce(far.options, '{}')
           || CASE WHEN c.reloftype <> 0 THEN ARRAY['of=' || format_type(c.reloftype, NULL)] ELSE '{}' END AS options,
       am.amname AS access_method, ts.spcname AS tablespace,
       c.relacl::text[] AS grants, CASE WHEN c.relacl IS NOT NULL THEN acldefault('r', c.relowner)::text[] END AS usual,
       d.description AS comment
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_roles o ON o.oid = c.relowner
  LEFT JOIN pg_am am ON am.oid = c.relam AND am.amname <> 'heap'
  LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
  LEFT JOIN (SELECT oid, ARRAY(SELECT 'toast.' || x FROM unnest(reloptions) x) AS options
               FROM pg_class WHERE relkind = 't' AND reloptions IS NOT NULL) toast ON toast.oid = c.reltoastrelid
  LEFT JOIN (SELECT f.ftrelid, ('server=' || s.srvname) || coalesce(f.ftoptions, '{}') AS options
               FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver) far ON far.ftrelid = c.oid
  LEFT JOIN (SELECT h.inhrelid, array_agg(pn.nspname || '.' || p.relname ORDER BY h.inhseqno) AS names
               FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
              WHERE p.relkind NOT IN ('i', 'I')
                AND h.inhrelid = ANY (%(touched)s)  -- touched
              GROUP BY h.inhrelid) parent ON parent.inhrelid = c.oid
  LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.oid >= 16384 AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright', 'pgwright_shadow')
   AND c.oid NOT IN (SELECT objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
                        AND classid = 'pg_class'::regclass)
   AND c.oid = ANY (%(touched)s)  -- touched
