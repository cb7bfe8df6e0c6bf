-- What has changed, cheaply. A catalog row that was touched has another xmin (it stays readable after freezing since 9.4;
-- system columns, PostgreSQL documentation), and a row that came or went changes the sum.

-- scope: hidden schemas, members of extensions, and the run of the server that the markers belong to
SELECT ARRAY(SELECT oid FROM pg_namespace
              WHERE nspname IN ('pg_catalog', 'information_schema', 'pg_toast', 'pgwright', 'pgwright_shadow')
                 OR nspname ~ '^pg_(temp|toast_temp)_') AS hidden,
       ARRAY(SELECT objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e') AS members,
       pg_postmaster_start_time()::text AS run;

-- unmarked: the same relations without a sum, for a snapshot that nobody will go on from
SELECT '' AS family, oid, '' AS sum FROM pg_class
 WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relpersistence <> 't'
   AND relnamespace <> ALL(%(hidden)s) AND oid <> ALL(%(members)s);

-- markers: (family, oid of the relation or 0, sum)
WITH rel AS MATERIALIZED (
    SELECT oid, xmin FROM pg_class
     WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relpersistence <> 't'
       AND relnamespace <> ALL(%(hidden)s) AND oid <> ALL(%(members)s)
), part AS (
    SELECT oid, hashtextextended(xmin::text, oid::bigint) AS h FROM rel
    UNION ALL SELECT a.attrelid, hashtextextended(a.xmin::text, 10000000000 + a.attnum)
                FROM pg_attribute a WHERE a.attrelid = ANY(ARRAY(SELECT oid FROM rel)) AND a.attnum > 0
    UNION ALL SELECT adrelid, hashtextextended(xmin::text, oid::bigint) FROM pg_attrdef
    UNION ALL SELECT conrelid, hashtextextended(xmin::text, oid::bigint) FROM pg_constraint WHERE conrelid >= 16384
    UNION ALL SELECT i.indrelid, hashtextextended(i.xmin::text || ' ' || c.xmin::text, i.indexrelid::bigint)
                FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indexrelid >= 16384
    UNION ALL SELECT tgrelid, hashtextextended(xmin::text, oid::bigint) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT polrelid, hashtextextended(xmin::text, oid::bigint) FROM pg_policy
    UNION ALL SELECT ev_class, hashtextextended(xmin::text, oid::bigint) FROM pg_rewrite WHERE ev_class >= 16384
    UNION ALL SELECT inhrelid, hashtextextended(xmin::text, inhparent::bigint) FROM pg_inherits
    UNION ALL SELECT partrelid, hashtextextended(xmin::text, partrelid::bigint) FROM pg_partitioned_table
    UNION ALL SELECT ftrelid, hashtextextended(xmin::text, ftrelid::bigint) FROM pg_foreign_table
    UNION ALL SELECT coalesce(x.indrelid, k.conrelid, t.tgrelid, p.polrelid, w.ev_class, d.objoid),
                     hashtextextended(d.xmin::text, d.objoid::bigint * 10000 + d.objsubid)
                FROM pg_description d
                LEFT JOIN pg_index x ON d.classoid = 'pg_class'::regclass AND x.indexrelid = d.objoid
                LEFT JOIN pg_constraint k ON d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid
                LEFT JOIN pg_trigger t ON d.classoid = 'pg_trigger'::regclass AND t.oid = d.objoid
                LEFT JOIN pg_policy p ON d.classoid = 'pg_policy'::regclass AND p.oid = d.objoid
                LEFT JOIN pg_rewrite w ON d.classoid = 'pg_rewrite'::regclass AND w.oid = d.objoid
               WHERE d.objoid >= 16384 AND d.classoid IN ('pg_class'::regclass, 'pg_constraint'::regclass,
                     'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_rewrite'::regclass)
), type AS MATERIALIZED (
    SELECT t.oid, CASE t.typtype WHEN 'e' THEN 'enums' WHEN 'd' THEN 'domains' WHEN 'c' THEN 'composites'
                                 WHEN 'b' THEN 'exotic' ELSE 'ranges' END AS family, t.xmin, c.oid AS relation
      FROM pg_type t LEFT JOIN pg_class c ON t.typtype = 'c' AND c.oid = t.typrelid AND c.relkind = 'c'
     WHERE t.oid >= 16384 AND t.typcategory <> 'A' AND t.typnamespace <> ALL(%(hidden)s)
       AND (t.typtype <> 'c' OR c.oid IS NOT NULL)
), thing AS (
    SELECT 'schemas' AS family, hashtextextended(xmin::text, oid::bigint) AS h FROM pg_namespace WHERE oid <> ALL(%(hidden)s)
    UNION ALL SELECT 'sequences', hashtextextended(c.xmin::text || ' ' || s.xmin::text, c.oid::bigint)
                FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
    UNION ALL SELECT 'sequences', hashtextextended(o.xmin::text || o.deptype::text, o.objid::bigint * 10000 + o.refobjsubid)
                FROM pg_sequence s JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = s.seqrelid
               WHERE o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0
    UNION ALL SELECT 'sequences', hashtextextended(d.xmin::text, d.objoid::bigint)
                FROM pg_sequence s JOIN pg_description d ON d.objoid = s.seqrelid AND d.classoid = 'pg_class'::regclass
    UNION ALL SELECT family, hashtextextended(xmin::text, oid::bigint) FROM type
    UNION ALL SELECT 'enums', hashtextextended(xmin::text, oid::bigint) FROM pg_enum
    UNION ALL SELECT 'domains', hashtextextended(k.xmin::text || ' ' || d.xmin::text, k.oid::bigint)
                FROM pg_constraint k LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
               WHERE k.contypid >= 16384 AND d.objoid IS NOT NULL
    UNION ALL SELECT 'domains', hashtextextended(xmin::text, oid::bigint) FROM pg_constraint WHERE contypid >= 16384
    UNION ALL SELECT 'composites', hashtextextended(a.xmin::text, a.attrelid::bigint * 10000 + a.attnum)
                FROM type t JOIN pg_attribute a ON a.attrelid = t.relation AND a.attnum > 0
    UNION ALL SELECT 'composites', hashtextextended(d.xmin::text, d.objoid::bigint * 10000 + d.objsubid)
                FROM type t JOIN pg_description d ON d.objoid = t.relation AND d.classoid = 'pg_class'::regclass
    UNION ALL SELECT t.family, hashtextextended(d.xmin::text, d.objoid::bigint)
                FROM type t JOIN pg_description d ON d.objoid = t.oid AND d.classoid = 'pg_type'::regclass
    UNION ALL SELECT 'functions', hashtextextended(xmin::text, oid::bigint) FROM pg_proc
               WHERE oid >= 16384 AND pronamespace <> ALL(%(hidden)s)
    UNION ALL SELECT 'functions', hashtextextended(xmin::text, aggfnoid::bigint) FROM pg_aggregate WHERE aggfnoid::oid >= 16384
    UNION ALL SELECT 'extensions', hashtextextended(xmin::text, oid::bigint) FROM pg_extension
    UNION ALL SELECT 'extensions', hashtextextended(xmin::text, objid::bigint) FROM pg_depend
               WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
    UNION ALL SELECT 'roles', hashtextextended(r::text, 1) FROM pg_roles r
    UNION ALL SELECT 'roles', hashtextextended(m::text, 2) FROM pg_auth_members m
    UNION ALL SELECT 'roles', hashtextextended(d::text, 3) FROM pg_shdescription d WHERE d.classoid = 'pg_authid'::regclass
    UNION ALL SELECT 'publications', hashtextextended(xmin::text, oid::bigint) FROM pg_publication
    UNION ALL SELECT 'publications', hashtextextended(xmin::text, oid::bigint) FROM pg_publication_rel
    UNION ALL SELECT 'publications', hashtextextended(xmin::text, oid::bigint) FROM pg_publication_namespace --@ >= 15
    UNION ALL SELECT 'event_triggers', hashtextextended(xmin::text, oid::bigint) FROM pg_event_trigger
               WHERE NOT starts_with(evtname::text, 'pgwright_')
    UNION ALL SELECT 'statistics', hashtextextended(xmin::text, oid::bigint) FROM pg_statistic_ext
    UNION ALL SELECT 'default_privileges', hashtextextended(xmin::text, oid::bigint) FROM pg_default_acl
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, oid::bigint) FROM pg_collation WHERE oid >= 16384
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, oid::bigint) FROM pg_cast WHERE oid >= 16384
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, oid::bigint) FROM pg_operator WHERE oid >= 16384
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, oid::bigint) FROM pg_opclass WHERE oid >= 16384
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, oid::bigint) FROM pg_opfamily WHERE oid >= 16384
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, oid::bigint) FROM pg_am WHERE oid >= 16384
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, oid::bigint) FROM pg_language WHERE oid >= 16384
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, oid::bigint) FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, oid::bigint) FROM pg_foreign_server
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, oid::bigint) FROM pg_ts_config WHERE oid >= 16384
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, oid::bigint) FROM pg_ts_dict WHERE oid >= 16384
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, mapcfg::bigint * 10000 + maptokentype * 100 + mapseqno) FROM pg_ts_config_map WHERE mapcfg >= 16384
    UNION ALL SELECT 'exotic', hashtextextended(xmin::text, oid::bigint) FROM pg_tablespace WHERE oid >= 16384
    UNION ALL SELECT CASE d.classoid::regclass::text WHEN 'pg_namespace' THEN 'schemas' WHEN 'pg_proc' THEN 'functions'
                          WHEN 'pg_extension' THEN 'extensions' WHEN 'pg_publication' THEN 'publications'
                          WHEN 'pg_event_trigger' THEN 'event_triggers' WHEN 'pg_statistic_ext' THEN 'statistics' ELSE 'exotic' END,
                     hashtextextended(d.xmin::text, d.objoid::bigint)
                FROM pg_description d
               WHERE (d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass)
                 AND d.classoid NOT IN ('pg_class'::regclass, 'pg_constraint'::regclass, 'pg_trigger'::regclass,
                                        'pg_policy'::regclass, 'pg_rewrite'::regclass, 'pg_type'::regclass)
)
SELECT '' AS family, part.oid, sum(h)::text FROM part JOIN rel ON rel.oid = part.oid GROUP BY part.oid
UNION ALL
SELECT family, 0, sum(h)::text FROM thing GROUP BY family
