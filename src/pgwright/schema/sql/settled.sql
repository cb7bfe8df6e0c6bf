-- settled: things that change rarely and whose names are everywhere: schemas, extensions, roles, collations, operators.
SELECT 'pg_namespace'::regclass::oid AS catalog, n.oid, 'schema' AS kind, n.nspname::text AS identity, ARRAY[]::text[] AS properties,
       n.nspacl::text[] AS grants, CASE WHEN n.nspacl IS NOT NULL THEN acldefault('n', n.nspowner)::text[] END AS usual,
       o.rolname::text AS owner, d.description AS comment, NULL::text[] AS parts
  FROM pg_namespace n
  JOIN pg_roles o ON o.oid = n.nspowner
  LEFT JOIN pg_description d ON d.objoid = n.oid AND d.classoid = 'pg_namespace'::regclass
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright', 'pgwright_shadow')
   AND n.oid NOT IN (SELECT objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
                        AND classid = 'pg_namespace'::regclass)
UNION ALL
SELECT 'pg_extension'::regclass::oid, e.oid, 'extension', e.extname::text,
       ARRAY['schema', n.nspname, 'version', e.extversion], NULL, NULL, o.rolname::text, d.description, NULL
  FROM pg_extension e
  JOIN pg_namespace n ON n.oid = e.extnamespace
  JOIN pg_roles o ON o.oid = e.extowner
  LEFT JOIN pg_description d ON d.objoid = e.oid AND d.classoid = 'pg_extension'::regclass
 WHERE e.oid >= 16384
UNION ALL
SELECT 'pg_authid'::regclass::oid, r.oid, 'role', r.rolname::text,
       ARRAY['attributes', concat_ws(', ', CASE WHEN r.rolsuper THEN 'superuser' END, CASE WHEN r.rolinherit THEN 'inherit' END,
                                     CASE WHEN r.rolcreaterole THEN 'createrole' END, CASE WHEN r.rolcreatedb THEN 'createdb' END,
                                     CASE WHEN r.rolcanlogin THEN 'login' END, CASE WHEN r.rolreplication THEN 'replication' END,
                                     CASE WHEN r.rolbypassrls THEN 'bypassrls' END),
             'connection_limit', nullif(r.rolconnlimit, -1)::text, 'valid_until', r.rolvaliduntil::text,
             'settings', array_to_string(r.rolconfig, ', '),
             'member_of', (SELECT string_agg(g.rolname || CASE WHEN m.admin_option THEN ' with admin' ELSE '' END
                                             || CASE WHEN m.inherit_option THEN '' ELSE ' without inherit' END  -- since 16
                                             || CASE WHEN m.set_option THEN '' ELSE ' without set' END  -- since 16
                                             || ' by ' || by.rolname, ', ' ORDER BY g.rolname, by.rolname)
                             FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles by ON by.oid = m.grantor
                            WHERE m.member = r.oid)],
       NULL, NULL, NULL, shobj_description(r.oid, 'pg_authid'), NULL
  FROM pg_roles r WHERE r.oid >= 16384
UNION ALL
SELECT 'pg_operator'::regclass::oid, c.oid, 'collation', n.nspname || '.' || c.collname,
       ARRAY['provider', c.collprovider::text, 'deterministic', c.collisdeterministic::text, 'collate', c.collcollate, 'ctype', c.collctype,
             'locale', c.colllocale,  -- since 17
             'locale', c.colliculocale,  -- since 15, before 17
             'rules', c.collicurules,  -- since 16
             'encoding', nullif(c.collencoding, -1)::text],
       NULL, NULL, o.rolname::text, d.description, NULL
  FROM pg_collation c
  JOIN pg_namespace n ON n.oid = c.collnamespace
  JOIN pg_roles o ON o.oid = c.collowner
  LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_collation'::regclass
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright', 'pgwright_shadow')
   AND c.oid NOT IN (SELECT objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
                        AND classid = 'pg_collation'::regclass)
UNION ALL
SELECT 'pg_operator'::regclass::oid, x.oid, i.type, i.identity, x.properties, x.acl, x.usual, o.rolname::text, d.description, NULL
  FROM (SELECT 'pg_operator'::regclass::oid AS classid, oid, oprowner AS owner, NULL::text[] AS acl, NULL::text[] AS usual,
               ARRAY['function', oprcode::regprocedure::text, 'result', oprresult::regtype::text, 'commutator', nullif(oprcom, 0)::regoperator::text,
                     'negator', nullif(oprnegate, 0)::regoperator::text, 'restrict', nullif(oprrest::oid, 0)::regproc::text,
                     'join', nullif(oprjoin::oid, 0)::regproc::text, 'merges', oprcanmerge::text, 'hashes', oprcanhash::text] AS properties
          FROM pg_operator WHERE oid >= 16384
        UNION ALL
        SELECT 'pg_opclass'::regclass, oid, opcowner, NULL, NULL,
               ARRAY['type', opcintype::regtype::text, 'default', opcdefault::text, 'key_type', nullif(opckeytype, 0)::regtype::text]
          FROM pg_opclass WHERE oid >= 16384
        UNION ALL
        SELECT 'pg_opfamily'::regclass, f.oid, opfowner, NULL, NULL,
               ARRAY['operators', (SELECT string_agg(amopstrategy || ' ' || amopopr::regoperator::text, ', ' ORDER BY amopstrategy, amopopr::regoperator::text)
                                     FROM pg_amop WHERE amopfamily = f.oid),
                     'functions', (SELECT string_agg(amprocnum || ' ' || amproc::regprocedure::text, ', ' ORDER BY amprocnum, amproc::regprocedure::text)
                                     FROM pg_amproc WHERE amprocfamily = f.oid)]
          FROM pg_opfamily f WHERE f.oid >= 16384
        UNION ALL
        SELECT 'pg_am'::regclass, oid, 10, NULL, NULL, ARRAY['handler', amhandler::regproc::text] FROM pg_am WHERE oid >= 16384
        UNION ALL
        SELECT 'pg_cast'::regclass, oid, 10, NULL, NULL,
               ARRAY['function', nullif(castfunc, 0)::regprocedure::text, 'context', castcontext::text, 'method', castmethod::text]
          FROM pg_cast WHERE oid >= 16384
        UNION ALL
        SELECT 'pg_language'::regclass, oid, lanowner, lanacl::text[], CASE WHEN lanacl IS NOT NULL THEN acldefault('l', lanowner)::text[] END,
               ARRAY['trusted', lanpltrusted::text, 'handler', nullif(lanplcallfoid, 0)::regproc::text]
          FROM pg_language WHERE oid >= 16384
        UNION ALL
        SELECT 'pg_foreign_data_wrapper'::regclass, oid, fdwowner, fdwacl::text[],
               CASE WHEN fdwacl IS NOT NULL THEN acldefault('F', fdwowner)::text[] END,
               ARRAY['options', array_to_string(fdwoptions, ', '), 'handler', nullif(fdwhandler, 0)::regproc::text]
          FROM pg_foreign_data_wrapper
        UNION ALL
        SELECT 'pg_foreign_server'::regclass, s.oid, srvowner, srvacl::text[],
               CASE WHEN srvacl IS NOT NULL THEN acldefault('S', srvowner)::text[] END,
               ARRAY['wrapper', w.fdwname, 'type', srvtype, 'version', srvversion, 'options', array_to_string(srvoptions, ', ')]
          FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
        UNION ALL
        SELECT 'pg_ts_config'::regclass, c.oid, cfgowner, NULL, NULL,
               ARRAY['mappings', (SELECT string_agg(maptokentype || ' ' || mapdict::regdictionary::text, ', ' ORDER BY maptokentype, mapseqno)
                                    FROM pg_ts_config_map WHERE mapcfg = c.oid)]
          FROM pg_ts_config c WHERE c.oid >= 16384
        UNION ALL
        SELECT 'pg_ts_dict'::regclass, oid, dictowner, NULL, NULL, ARRAY['options', dictinitoption] FROM pg_ts_dict WHERE oid >= 16384
        UNION ALL
        SELECT 'pg_transform'::regclass, oid, 10, NULL, NULL,
               ARRAY['from', nullif(trffromsql::oid, 0)::regprocedure::text, 'to', nullif(trftosql::oid, 0)::regprocedure::text]
          FROM pg_transform) x (classid, oid, owner, acl, usual, properties)
 CROSS JOIN LATERAL pg_identify_object(x.classid, x.oid, 0) i
  LEFT JOIN pg_roles o ON o.oid = x.owner
  LEFT JOIN pg_description d ON d.objoid = x.oid AND d.classoid = x.classid AND d.objsubid = 0
 WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = x.classid AND e.objid = x.oid AND e.deptype IN ('e', 'i'))
   AND coalesce(i.schema, '') NOT IN ('pgwright', 'pgwright_shadow')
