-- loose: things that mention relations while nothing mentions them: publications, event triggers, statistics, default grants.
SELECT 'pg_publication'::regclass::oid AS catalog, p.oid, 'publication' AS kind, p.pubname::text AS identity,
       ARRAY['all_tables', p.puballtables::text, 'via_root', p.pubviaroot::text,
             'publishes', concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                                          CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END),
             'generated_columns', p.pubgencols::text,  -- since 18
             'schemas', (SELECT string_agg(x.nspname, ', ' ORDER BY x.nspname)  -- since 15
                           FROM pg_publication_namespace pn JOIN pg_namespace x ON x.oid = pn.pnnspid  -- since 15
                          WHERE pn.pnpubid = p.oid),  -- since 15
             'tables', (SELECT string_agg(x.nspname || '.' || c.relname
                               || coalesce(' (' || (SELECT string_agg(a.attname, ', ' ORDER BY a.attname)  -- since 15
                                                      FROM unnest(pr.prattrs::int2[]) k JOIN pg_attribute a  -- since 15
                                                        ON a.attrelid = pr.prrelid AND a.attnum = k) || ')', '')  -- since 15
                               || coalesce(' WHERE ' || pg_get_expr(pr.prqual, pr.prrelid), '')  -- since 15
                               , '; ' ORDER BY x.nspname, c.relname)
                          FROM pg_publication_rel pr JOIN pg_class c ON c.oid = pr.prrelid JOIN pg_namespace x ON x.oid = c.relnamespace
                         WHERE pr.prpubid = p.oid)] AS properties,
       NULL::text[] AS grants, NULL::text[] AS usual, o.rolname::text AS owner, d.description AS comment, NULL::text[] AS parts
  FROM pg_publication p
  JOIN pg_roles o ON o.oid = p.pubowner
  LEFT JOIN pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_publication'::regclass
UNION ALL
SELECT 'pg_publication'::regclass::oid, e.oid, 'event trigger', e.evtname::text,
       ARRAY['event', e.evtevent::text, 'function', e.evtfoid::regproc::text, 'enabled', e.evtenabled::text,
             'tags', array_to_string(ARRAY(SELECT t FROM unnest(e.evttags) t ORDER BY t), ', ')],
       NULL, NULL, o.rolname::text, d.description, NULL
  FROM pg_event_trigger e
  JOIN pg_roles o ON o.oid = e.evtowner
  LEFT JOIN pg_description d ON d.objoid = e.oid AND d.classoid = 'pg_event_trigger'::regclass
 WHERE e.evtname !~ '^pgwright_'
   AND e.oid NOT IN (SELECT objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
                        AND classid = 'pg_event_trigger'::regclass)
UNION ALL
SELECT 'pg_publication'::regclass::oid, s.oid, 'statistics', n.nspname || '.' || s.stxname,
       ARRAY['definition', pg_get_statisticsobjdef(s.oid), 'table', tn.nspname || '.' || tc.relname, 'target', nullif(s.stxstattarget, -1)::text],
       NULL, NULL, o.rolname::text, d.description, NULL
  FROM pg_statistic_ext s
  JOIN pg_namespace n ON n.oid = s.stxnamespace
  JOIN pg_class tc ON tc.oid = s.stxrelid
  JOIN pg_namespace tn ON tn.oid = tc.relnamespace
  JOIN pg_roles o ON o.oid = s.stxowner
  LEFT JOIN pg_description d ON d.objoid = s.oid AND d.classoid = 'pg_statistic_ext'::regclass
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright', 'pgwright_shadow')
UNION ALL
SELECT 'pg_publication'::regclass::oid, a.oid, 'default privileges',
       o.rolname || ' ' || coalesce('in ' || n.nspname || ' ', '')
       || CASE a.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
                               WHEN 'n' THEN 'schemas' ELSE 'large objects' END,
       ARRAY[]::text[], a.defaclacl::text[], NULL, NULL, NULL, NULL
  FROM pg_default_acl a
  JOIN pg_roles o ON o.oid = a.defaclrole
  LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace
 WHERE n.nspname IS NULL OR n.nspname NOT IN ('pgwright', 'pgwright_shadow')
