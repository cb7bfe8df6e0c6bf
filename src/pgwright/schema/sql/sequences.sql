-- sequences: those behind serial and identity columns included, with the column that owns them.
SELECT 'pg_sequence'::regclass::oid AS catalog, c.oid, 'sequence' AS kind, n.nspname || '.' || c.relname AS identity,
       ARRAY['type', format_type(s.seqtypid, NULL), 'start', s.seqstart::text, 'increment', s.seqincrement::text,
             'minimum', s.seqmin::text, 'maximum', s.seqmax::text, 'cache', s.seqcache::text, 'cycle', s.seqcycle::text,
             'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END,
             'owned_by', tn.nspname || '.' || tc.relname || '.' || ta.attname,
             'identity', CASE WHEN dep.deptype = 'i' THEN 'true' END] AS properties,
       c.relacl::text[] AS grants, CASE WHEN c.relacl IS NOT NULL THEN acldefault('s', c.relowner)::text[] END AS usual,
       o.rolname::text AS owner, d.description AS comment, NULL::text[] AS parts
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_roles o ON o.oid = c.relowner
  LEFT JOIN pg_depend dep ON dep.classid = 'pg_class'::regclass AND dep.objid = c.oid AND dep.refclassid = 'pg_class'::regclass
                         AND dep.refobjsubid > 0 AND dep.deptype IN ('a', 'i')
  LEFT JOIN pg_class tc ON tc.oid = dep.refobjid
  LEFT JOIN pg_namespace tn ON tn.oid = tc.relnamespace
  LEFT JOIN pg_attribute ta ON ta.attrelid = dep.refobjid AND ta.attnum = dep.refobjsubid
  LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
 WHERE c.oid >= 16384 AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright', 'pgwright_shadow')
   AND c.oid NOT IN (SELECT objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
                        AND classid = 'pg_class'::regclass)
