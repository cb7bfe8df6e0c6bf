-- Relations and what hangs on them. Each row starts with the oid of its relation; %(oids)s is the list to read.
-- Names come out qualified because the transaction runs with search_path = pg_catalog (ruleutils.c prints what is not
-- visible with its schema).

-- relations: one row each; the order of the columns is that of assemble.relation()
SELECT c.oid, n.nspname, c.relname, c.relkind::text, pg_get_userbyid(c.relowner) AS owner, c.relpersistence::text,
       c.relrowsecurity, c.relforcerowsecurity,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS partition_bound,
       parents.names AS inherits,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition,
       c.reloptions, toast.reloptions AS toast_options, foreigns.server, foreigns.options AS foreign_options,
       CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
       c.relreplident::text, am.amname, space.spcname,
       CASE WHEN c.relacl IS NOT NULL THEN c.relacl::text[] END AS acl,
       CASE WHEN c.relacl IS NOT NULL THEN acldefault('r', c.relowner)::text[] END AS default_acl,
       d.description
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
  LEFT JOIN pg_am am ON am.oid = c.relam
  LEFT JOIN pg_tablespace space ON space.oid = c.reltablespace
  LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
  LEFT JOIN (SELECT i.inhrelid, array_agg(pn.nspname || '.' || p.relname ORDER BY i.inhseqno) AS names
               FROM pg_inherits i
               JOIN pg_class p ON p.oid = i.inhparent AND p.relkind NOT IN ('i', 'I')
               JOIN pg_namespace pn ON pn.oid = p.relnamespace
              GROUP BY i.inhrelid) parents ON parents.inhrelid = c.oid
  LEFT JOIN (SELECT f.ftrelid, s.srvname AS server, f.ftoptions AS options
               FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver) foreigns ON foreigns.ftrelid = c.oid
 WHERE c.oid = ANY(%(oids)s);

-- columns: the type's name is made once per (type, modifier), not once per column, and rows stay narrow until the end
WITH live AS MATERIALIZED (
    SELECT attrelid, attnum, attname, atttypid, atttypmod, attnotnull, attidentity, attgenerated, attcollation, attstorage,
           attcompression, attstattarget, attacl, attoptions, attfdwoptions
      FROM pg_attribute WHERE attrelid = ANY(%(oids)s) AND attnum > 0 AND NOT attisdropped
), types AS MATERIALIZED (
    SELECT u.atttypid, u.atttypmod, format_type(u.atttypid, u.atttypmod) AS name, t.typcollation, t.typstorage,
           CASE WHEN t.typsubscript = 'array_subscript_handler'::regproc THEN 'array'
                ELSE CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite'
                                    WHEN 'r' THEN 'range' WHEN 'm' THEN 'range' ELSE 'base' END END AS kind,
           n.nspname || '.' || e.typname AS element
      FROM (SELECT DISTINCT atttypid, atttypmod FROM live) u
      JOIN pg_type t ON t.oid = u.atttypid
      JOIN pg_type e ON e.oid = CASE WHEN t.typsubscript = 'array_subscript_handler'::regproc THEN t.typelem ELSE t.oid END
      JOIN pg_namespace n ON n.oid = e.typnamespace
)
SELECT a.attrelid, a.attacl::text[], a.attname, t.name, a.attnotnull, pg_get_expr(ad.adbin, ad.adrelid),
       CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE '' END,
       CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' ELSE '' END,
       CASE WHEN a.attcollation <> t.typcollation THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END,
       CASE WHEN a.attstorage <> t.typstorage THEN
           CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END END,
       CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
       d.description, a.attnum,
       t.kind, t.element,
       nn.conname, coalesce(nn.convalidated, true), --@ >= 18
       NULL, true, --@ < 18
       nullif(a.attstattarget, -1)::int, array_to_string(a.attoptions || a.attfdwoptions, ', ')
  FROM live a
  JOIN types t USING (atttypid, atttypmod)
  LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
  LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
  LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
  LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
  LEFT JOIN pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n' AND nn.conkey[1] = a.attnum --@ >= 18
;

-- constraints: NOT NULL ones are told with their column
SELECT con.conrelid, con.oid, con.conkey, con.confrelid, con.confkey, con.conname, con.contype::text,
       pg_get_constraintdef(con.oid), con.convalidated,
       con.conenforced, --@ >= 18
       true, --@ < 18
       con.condeferrable, con.condeferred, fn.nspname || '.' || f.relname, con.confupdtype::text, con.confdeltype::text,
       CASE WHEN con.contype = 'c' THEN pg_get_expr(con.conbin, con.conrelid) END,
       CASE WHEN con.contype IN ('p', 'u', 'x') THEN i.relname END,
       con.coninhcount > 0 OR con.conparentid <> 0, d.description
  FROM pg_constraint con
  LEFT JOIN pg_class f ON f.oid = con.confrelid
  LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
  LEFT JOIN pg_class i ON i.oid = con.conindid
  LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = con.oid AND d.objsubid = 0
 WHERE con.conrelid = ANY(%(oids)s) AND con.contype <> 'n';

-- indexes: expressions and operator classes are asked for only where there are any
WITH special AS MATERIALIZED (SELECT array_agg(oid) AS classes FROM pg_opclass WHERE NOT opcdefault)
SELECT x.indrelid, x.indexrelid, string_to_array(x.indkey::text, ' ')::int[], x.indnkeyatts, i.relname,
       pg_get_indexdef(x.indexrelid), am.amname, x.indisunique, x.indisvalid,
       CASE WHEN x.indexprs IS NOT NULL THEN
           ARRAY(SELECT pg_get_indexdef(x.indexrelid, k, false) FROM generate_series(1, x.indnkeyatts) k) END,
       CASE WHEN x.indclass::oid[] && (SELECT classes FROM special) THEN
           ARRAY(SELECT o.opcname FROM unnest(x.indclass::oid[]) WITH ORDINALITY AS u(oid, at)
                   JOIN pg_opclass o ON o.oid = u.oid AND NOT o.opcdefault ORDER BY u.at) END,
       CASE WHEN x.indpred IS NOT NULL THEN pg_get_expr(x.indpred, x.indrelid) END,
       con.conname, x.indisprimary,
       x.indnullsnotdistinct, --@ >= 15
       false, --@ < 15
       x.indisclustered, x.indisreplident, space.spcname, d.description
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_am am ON am.oid = i.relam
  LEFT JOIN pg_constraint con ON con.conindid = x.indexrelid AND con.conrelid = x.indrelid AND con.contype IN ('p', 'u', 'x')
  LEFT JOIN pg_tablespace space ON space.oid = i.reltablespace
  LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = x.indexrelid AND d.objsubid = 0
 WHERE x.indrelid = ANY(%(oids)s);

-- hanging: triggers (t), policies (p) and rules (r), in one answer because most databases have few
SELECT t.tgrelid, 't', t.tgname, pg_get_triggerdef(t.oid), t.tgenabled::text, NULL::bool, NULL::name[], NULL, NULL, d.description
  FROM pg_trigger t
  LEFT JOIN pg_description d ON d.classoid = 'pg_trigger'::regclass AND d.objoid = t.oid AND d.objsubid = 0
 WHERE t.tgrelid = ANY(%(oids)s) AND NOT t.tgisinternal
UNION ALL
SELECT p.polrelid, 'p', p.polname, NULL, p.polcmd::text, p.polpermissive,
       ARRAY(SELECT CASE WHEN r = 0 THEN 'public' ELSE pg_get_userbyid(r) END FROM unnest(p.polroles) r ORDER BY 1),
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), d.description
  FROM pg_policy p
  LEFT JOIN pg_description d ON d.classoid = 'pg_policy'::regclass AND d.objoid = p.oid AND d.objsubid = 0
 WHERE p.polrelid = ANY(%(oids)s)
UNION ALL
SELECT w.ev_class, 'r', w.rulename, pg_get_ruledef(w.oid), w.ev_enabled::text, NULL, NULL, NULL, NULL, d.description
  FROM pg_rewrite w
  LEFT JOIN pg_description d ON d.classoid = 'pg_rewrite'::regclass AND d.objoid = w.oid AND d.objsubid = 0
 WHERE w.ev_class = ANY(%(oids)s) AND NOT (w.rulename = '_RETURN' AND w.ev_type = '1');
