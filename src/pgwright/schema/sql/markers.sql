-- markers: per owner (a relation, or a whole catalog) the number of its catalog rows, the newest xmin, and a sum of hashes.
-- Comments on relations and indexes belong to minus their oid: most are on relations, and looking costs more than that.
-- Owner 0 is the server's start: numbers of transactions mean nothing in another server, or a copy of it.
-- Every change writes rows with an xmin above all those there before, and a mere removal lowers the count, so equal
-- numbers mean that nothing happened (one writer at a time). Rows below oid 16384 came with the server.
-- The hash keeps apart two databases that went different ways from one template.
-- Young catalogs have no statistics: ::bigint keeps the planner from an index over rows that are nearly all wanted.
-- age() is the cheapest way to a number (xid = next xid - age); rows of the bootstrap have no age and never change.
SELECT owner::bigint, count(*) AS n, max(xid) AS newest, sum(hashint8(xid)) AS hash
  FROM (SELECT owner, (SELECT age('3'::xid)::bigint) - nullif(age(mark), 2147483647) AS xid FROM (
    SELECT CASE WHEN relkind = 'S' THEN 'pg_sequence'::regclass::oid
                WHEN relkind = 'c' THEN 'pg_type'::regclass::oid
                WHEN relkind = 't' THEN (SELECT t.oid FROM pg_class t WHERE t.reltoastrelid = c.oid)
                ELSE oid END AS owner, xmin AS mark
      FROM pg_class c
     WHERE oid::bigint >= 16384 AND relpersistence <> 't'
       AND (relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') OR relkind = 't' AND reloptions IS NOT NULL)
    UNION ALL
    SELECT CASE WHEN c.relkind = 'c' THEN 'pg_type'::regclass::oid ELSE c.oid END, a.xmin
      FROM pg_class c
     CROSS JOIN LATERAL (SELECT xmin FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 OFFSET 0) a
     WHERE c.oid::bigint >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relpersistence <> 't'
    UNION ALL
    SELECT adrelid, xmin FROM pg_attrdef
    UNION ALL
    SELECT CASE WHEN conrelid = 0 THEN 'pg_type'::regclass::oid ELSE conrelid END, xmin
      FROM pg_constraint WHERE oid::bigint >= 16384
    UNION ALL
    SELECT i.indrelid, m.mark
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid CROSS JOIN LATERAL (VALUES (i.xmin), (c.xmin)) m (mark)
     WHERE i.indexrelid::bigint >= 16384 AND c.relpersistence <> 't' AND c.relnamespace <> 'pg_toast'::regnamespace
    UNION ALL
    SELECT tgrelid, xmin FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT polrelid, xmin FROM pg_policy
    UNION ALL
    SELECT ev_class, xmin FROM pg_rewrite WHERE oid >= 16384
    UNION ALL
    SELECT coalesce(i.indrelid, h.inhrelid), h.xmin
      FROM pg_inherits h LEFT JOIN pg_index i ON i.indexrelid = h.inhrelid
    UNION ALL
    SELECT partrelid, xmin FROM pg_partitioned_table
    UNION ALL
    SELECT ftrelid, xmin FROM pg_foreign_table
    UNION ALL
    SELECT 'pg_sequence'::regclass, xmin FROM pg_sequence
    UNION ALL
    SELECT 'pg_sequence'::regclass, d.xmin
      FROM pg_sequence s
     CROSS JOIN LATERAL (SELECT xmin FROM pg_depend
                          WHERE classid = 'pg_class'::regclass AND objid = s.seqrelid
                            AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i') OFFSET 0) d
    UNION ALL
    SELECT CASE WHEN classoid IN ('pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass,
                                  'pg_rewrite'::regclass) THEN 'pg_description'::regclass::oid ELSE classoid END, xmin
      FROM pg_description
     WHERE objoid >= 16384 AND classoid <> 'pg_class'::regclass
    UNION ALL
    SELECT classoid, xmin FROM pg_description
     WHERE objoid IN (SELECT oid FROM pg_namespace WHERE oid < 16384 UNION ALL SELECT oid FROM pg_extension WHERE oid < 16384)
       AND classoid IN ('pg_namespace'::regclass, 'pg_extension'::regclass)
    UNION ALL
    SELECT 'pg_type'::regclass, xmin FROM pg_type
     WHERE oid >= 16384 AND typrelid = 0 AND typcategory <> 'A'
    UNION ALL
    SELECT 'pg_type'::regclass, xmin FROM pg_enum
    UNION ALL
    SELECT 'pg_proc'::regclass, xmin FROM pg_proc WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_publication'::regclass, xmin FROM pg_publication
    UNION ALL
    SELECT 'pg_publication'::regclass, xmin FROM pg_publication_rel
    UNION ALL  -- since 15
    SELECT 'pg_publication'::regclass, xmin FROM pg_publication_namespace  -- since 15
    UNION ALL
    SELECT 'pg_publication'::regclass, xmin FROM pg_event_trigger
    UNION ALL
    SELECT 'pg_publication'::regclass, xmin FROM pg_statistic_ext
    UNION ALL
    SELECT 'pg_publication'::regclass, xmin FROM pg_default_acl
    UNION ALL
    SELECT 'pg_namespace'::regclass, xmin FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)'
    UNION ALL
    SELECT 'pg_extension'::regclass, xmin FROM pg_extension
    UNION ALL
    SELECT 'pg_extension'::regclass, xmin FROM pg_depend
     WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
    UNION ALL
    SELECT 'pg_authid'::regclass, xmin FROM pg_auth_members
    UNION ALL
    SELECT 'pg_authid'::regclass, xmin FROM pg_shdescription WHERE classoid = 'pg_authid'::regclass
    UNION ALL
    SELECT 'pg_tablespace'::regclass, xmin FROM pg_tablespace
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_operator WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_opclass WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_opfamily WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_am WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_collation WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_cast WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_language WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_foreign_server
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_ts_config WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_ts_config_map WHERE mapcfg >= 16384
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_ts_dict WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_operator'::regclass, xmin FROM pg_transform
) AS marked (owner, mark)) AS numbered
GROUP BY owner
UNION ALL
SELECT -(objoid::bigint), count(*), max(xmin::text::bigint), sum(hashint8(xmin::text::bigint))
  FROM pg_description WHERE objoid >= 16384 AND classoid = 'pg_class'::regclass
 GROUP BY objoid
UNION ALL
SELECT 'pg_roles'::regclass::bigint, count(*), bit_xor(hashtextextended(r::text, 0)), 0 FROM pg_roles r
UNION ALL
SELECT 0, 1, (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint, 0
