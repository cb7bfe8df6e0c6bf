-- Everything that is not a relation: (family, oid, kind, identity, properties as one JSON object).
-- Only the families that are asked for are joined with UNION ALL and sent as one query. %(hidden)s: oids of schemas
-- left out; %(members)s: oids of members of extensions.

-- schemas: public counts too, it can be dropped and granted on
SELECT 'schemas' AS family, n.oid, 'schema' AS kind, n.nspname::text AS identity,
       json_build_object('owner', pg_get_userbyid(n.nspowner), 'acl', n.nspacl::text[]::text,
           'default acl', acldefault('n', n.nspowner)::text[]::text, 'comment', d.description)::text AS properties
  FROM pg_namespace n
  LEFT JOIN pg_description d ON d.classoid = 'pg_namespace'::regclass AND d.objoid = n.oid AND d.objsubid = 0
 WHERE n.oid <> ALL(%(hidden)s)
   AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e');

-- sequences: identity ones too, they carry options
SELECT 'sequences', c.oid, 'sequence', n.nspname || '.' || c.relname,
       json_build_object('type', format_type(s.seqtypid, NULL), 'start', s.seqstart::text,
           'increment', s.seqincrement::text, 'max', s.seqmax::text, 'min', s.seqmin::text, 'cache', s.seqcache::text,
           'cycle', s.seqcycle::text, 'owned_by', tn.nspname || '.' || t.relname || '.' ||
               (SELECT attname FROM pg_attribute WHERE attrelid = own.refobjid AND attnum = own.refobjsubid::int2),
           'identity', CASE own.deptype WHEN 'i' THEN 'true' END, 'persistence', c.relpersistence::text,
           'owner', pg_get_userbyid(c.relowner), 'acl', c.relacl::text[]::text,
           'default acl', CASE WHEN c.relacl IS NOT NULL THEN acldefault('s', c.relowner)::text[]::text END,
           'comment', d.description)::text
  FROM pg_class c
  JOIN pg_sequence s ON s.seqrelid = c.oid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN LATERAL (SELECT o.refobjid, o.refobjsubid, o.deptype FROM pg_depend o
                      WHERE o.classid = 'pg_class'::regclass AND o.objid = s.seqrelid AND o.objsubid = 0
                        AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
                      LIMIT 1) own ON true
  LEFT JOIN pg_class t ON t.oid = own.refobjid
  LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
  LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
 WHERE c.relkind = 'S' AND c.relnamespace <> ALL(%(hidden)s) AND c.relpersistence <> 't' AND c.oid <> ALL(%(members)s);

-- enums: labels in their sort order
SELECT 'enums', t.oid, 'enum', n.nspname || '.' || t.typname,
       json_build_object('labels', e.labels, 'owner', pg_get_userbyid(t.typowner), 'acl', t.typacl::text[]::text,
           'default acl', CASE WHEN t.typacl IS NOT NULL THEN acldefault('T', t.typowner)::text[]::text END,
           'comment', d.description)::text
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN (SELECT enumtypid, json_agg(enumlabel ORDER BY enumsortorder)::text AS labels FROM pg_enum GROUP BY 1) e
    ON e.enumtypid = t.oid
  LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
 WHERE t.typtype = 'e' AND t.typnamespace <> ALL(%(hidden)s) AND t.oid <> ALL(%(members)s);

-- domains: their constraints by name, as one JSON object
SELECT 'domains', t.oid, 'domain', n.nspname || '.' || t.typname,
       json_build_object('type', format_type(t.typbasetype, t.typtypmod), 'not_null', t.typnotnull::text,
           'default', t.typdefault, 'constraints', k.definitions,
           'collation', CASE WHEN t.typcollation <> b.typcollation THEN t.typcollation::regcollation::text END,
           'owner', pg_get_userbyid(t.typowner), 'acl', t.typacl::text[]::text,
           'default acl', CASE WHEN t.typacl IS NOT NULL THEN acldefault('T', t.typowner)::text[]::text END,
           'comment', d.description)::text
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_type b ON b.oid = t.typbasetype
  LEFT JOIN (SELECT c.contypid, jsonb_object_agg(c.conname, concat_ws(' -- ', pg_get_constraintdef(c.oid), cd.description))::text AS definitions
               FROM pg_constraint c
               LEFT JOIN pg_description cd ON cd.classoid = 'pg_constraint'::regclass AND cd.objoid = c.oid
              WHERE c.contypid <> 0 AND c.contype = 'c' GROUP BY 1) k ON k.contypid = t.oid
  LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
 WHERE t.typtype = 'd' AND t.typnamespace <> ALL(%(hidden)s) AND t.oid <> ALL(%(members)s);

-- composites: stand-alone composite types, attributes in order as a JSON array
SELECT 'composites', t.oid, 'composite type', n.nspname || '.' || t.typname,
       json_build_object('attributes', a.attributes, 'owner', pg_get_userbyid(t.typowner), 'acl', t.typacl::text[]::text,
           'default acl', CASE WHEN t.typacl IS NOT NULL THEN acldefault('T', t.typowner)::text[]::text END,
           'comment', d.description)::text
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
  LEFT JOIN LATERAL (SELECT json_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod)
                            || coalesce(' -- ' || col_description(attrelid, attnum), '') ORDER BY attnum)::text AS attributes
                       FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) a ON true
  LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
 WHERE t.typtype = 'c' AND t.typnamespace <> ALL(%(hidden)s) AND t.oid <> ALL(%(members)s);

-- ranges: with their multirange
SELECT 'ranges', t.oid, 'range type', n.nspname || '.' || t.typname,
       json_build_object('subtype', format_type(r.rngsubtype, NULL), 'multirange', format_type(r.rngmultitypid, NULL),
           'opclass', o.opcname, 'collation', nullif(r.rngcollation, 0)::regcollation::text,
           'canonical', nullif(r.rngcanonical::oid, 0)::regproc::text, 'difference', nullif(r.rngsubdiff::oid, 0)::regproc::text,
           'owner', pg_get_userbyid(t.typowner), 'acl', t.typacl::text[]::text,
           'default acl', CASE WHEN t.typacl IS NOT NULL THEN acldefault('T', t.typowner)::text[]::text END,
           'comment', d.description)::text
  FROM pg_range r
  JOIN pg_type t ON t.oid = r.rngtypid
  JOIN pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_opclass o ON o.oid = r.rngsubopc
  LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
 WHERE t.typnamespace <> ALL(%(hidden)s) AND t.oid <> ALL(%(members)s);

-- functions: procedures and aggregates too; pg_get_functiondef refuses aggregates, so their parts are told.
-- Those that a range type made for itself have no kind: they only lend their names to others' texts
SELECT 'functions', p.oid, CASE WHEN i.objid IS NOT NULL THEN '' ELSE CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END END,
       n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       json_build_object(
           'definition', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid)
               ELSE concat_ws(' ', a.aggtransfn, format_type(a.aggtranstype, NULL), a.aggfinalfn, a.agginitval, a.aggcombinefn,
                              a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggmfinalfn, a.aggminitval, a.aggkind, a.aggfinalmodify,
                              nullif(a.aggsortop, 0)::regoperator, p.proparallel) END,
           'returns', pg_get_function_result(p.oid), 'language', l.lanname, 'volatility', p.provolatile::text,
           'security definer', CASE WHEN p.prosecdef THEN 'true' END, 'standard body', CASE WHEN p.prosqlbody IS NOT NULL THEN 'true' END,
           'owner', pg_get_userbyid(p.proowner), 'acl', p.proacl::text[]::text,
           'default acl', CASE WHEN p.proacl IS NOT NULL THEN acldefault('f', p.proowner)::text[]::text END,
           'comment', d.description)::text
  FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_language l ON l.oid = p.prolang
  LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
  LEFT JOIN pg_depend i ON i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i'
  LEFT JOIN pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid AND d.objsubid = 0
 WHERE p.oid >= 16384 AND p.pronamespace <> ALL(%(hidden)s) AND p.oid <> ALL(%(members)s);

-- extensions: their members are told by nobody
SELECT 'extensions', e.oid, 'extension', e.extname::text,
       json_build_object('version', e.extversion, 'schema', n.nspname, 'comment', d.description)::text
  FROM pg_extension e
  JOIN pg_namespace n ON n.oid = e.extnamespace
  LEFT JOIN pg_description d ON d.classoid = 'pg_extension'::regclass AND d.objoid = e.oid AND d.objsubid = 0
 WHERE e.oid >= 16384;

-- roles: of the whole cluster, without passwords
SELECT 'roles', r.oid, 'role', r.rolname::text,
       json_build_object('attributes', concat_ws(' ', CASE WHEN r.rolsuper THEN 'superuser' END,
               CASE WHEN NOT r.rolinherit THEN 'noinherit' END, CASE WHEN r.rolcreaterole THEN 'createrole' END,
               CASE WHEN r.rolcreatedb THEN 'createdb' END, CASE WHEN r.rolcanlogin THEN 'login' END,
               CASE WHEN r.rolreplication THEN 'replication' END, CASE WHEN r.rolbypassrls THEN 'bypassrls' END),
           'connections', nullif(r.rolconnlimit, -1)::text, 'valid until', r.rolvaliduntil::text, 'settings', r.rolconfig::text,
           'member of', m.groups, 'comment', d.description)::text
  FROM pg_roles r
  LEFT JOIN (SELECT m.member, json_agg(pg_get_userbyid(m.roleid) || CASE WHEN m.admin_option THEN ' with admin option' ELSE '' END
                                       || CASE WHEN m.inherit_option THEN '' ELSE ' without inherit' END --@ >= 16
                                       || CASE WHEN m.set_option THEN '' ELSE ' without set' END --@ >= 16
                                       ORDER BY pg_get_userbyid(m.roleid), pg_get_userbyid(m.grantor))::text AS groups
               FROM pg_auth_members m GROUP BY 1) m ON m.member = r.oid
  LEFT JOIN pg_shdescription d ON d.classoid = 'pg_authid'::regclass AND d.objoid = r.oid
 WHERE r.oid >= 16384;

-- publications: to_jsonb because the columns of the catalogs differ from major to major
SELECT 'publications', p.oid, 'publication', p.pubname::text,
       json_build_object('settings', (to_jsonb(p) - 'oid' - 'pubname' - 'pubowner')::text, 'owner', pg_get_userbyid(p.pubowner),
           'tables', (SELECT json_agg(r.prrelid::regclass::text
                          || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a --@ >= 15
                                                WHERE a.attrelid = r.prrelid AND a.attnum = ANY(r.prattrs::int2[])) || ')', '') --@ >= 15
                          || coalesce(' WHERE ' || pg_get_expr(r.prqual, r.prrelid), '') --@ >= 15
                          ORDER BY r.prrelid::regclass::text) FROM pg_publication_rel r WHERE r.prpubid = p.oid)::text,
           'schemas', (SELECT json_agg(pn.pnnspid::regnamespace::text ORDER BY 1) --@ >= 15
                         FROM pg_publication_namespace pn WHERE pn.pnpubid = p.oid)::text, --@ >= 15
           'comment', d.description)::text
  FROM pg_publication p
  LEFT JOIN pg_description d ON d.classoid = 'pg_publication'::regclass AND d.objoid = p.oid AND d.objsubid = 0;

-- event_triggers: but not ours
SELECT 'event_triggers', e.oid, 'event trigger', e.evtname::text,
       json_build_object('event', e.evtevent, 'function', e.evtfoid::regproc::text, 'enabled', e.evtenabled::text,
           'tags', e.evttags::text, 'owner', pg_get_userbyid(e.evtowner), 'comment', d.description)::text
  FROM pg_event_trigger e
  LEFT JOIN pg_description d ON d.classoid = 'pg_event_trigger'::regclass AND d.objoid = e.oid AND d.objsubid = 0
 WHERE NOT starts_with(e.evtname::text, 'pgwright_') AND e.oid <> ALL(%(members)s);

-- statistics: extended ones
SELECT 'statistics', s.oid, 'statistics', n.nspname || '.' || s.stxname,
       json_build_object('definition', pg_get_statisticsobjdef(s.oid), 'table', tn.nspname || '.' || c.relname,
           'target', nullif(s.stxstattarget, -1)::text, 'owner', pg_get_userbyid(s.stxowner), 'comment', d.description)::text
  FROM pg_statistic_ext s
  JOIN pg_namespace n ON n.oid = s.stxnamespace
  JOIN pg_class c ON c.oid = s.stxrelid
  JOIN pg_namespace tn ON tn.oid = c.relnamespace
  LEFT JOIN pg_description d ON d.classoid = 'pg_statistic_ext'::regclass AND d.objoid = s.oid AND d.objsubid = 0
 WHERE s.stxnamespace <> ALL(%(hidden)s) AND s.oid <> ALL(%(members)s);

-- default_privileges: by role, schema and kind of object
SELECT 'default_privileges', a.oid, 'default privileges',
       concat_ws(' ', pg_get_userbyid(a.defaclrole), coalesce('in ' || n.nspname, 'everywhere'), a.defaclobjtype),
       json_build_object('acl', a.defaclacl::text[]::text)::text
  FROM pg_default_acl a
  LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace;

-- exotic: what few databases have and what other objects' text may name
SELECT 'exotic', c.oid, 'collation', n.nspname || '.' || c.collname,
       json_build_object('settings', (to_jsonb(c) - '{oid,collname,collnamespace,collowner,collversion}'::text[])::text,
           'owner', pg_get_userbyid(c.collowner), 'comment', obj_description(c.oid, 'pg_collation'))::text
  FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
 WHERE c.oid >= 16384 AND c.collnamespace <> ALL(%(hidden)s) AND c.oid <> ALL(%(members)s)
UNION ALL
SELECT 'exotic', c.oid, 'cast', format_type(c.castsource, NULL) || ' as ' || format_type(c.casttarget, NULL),
       json_build_object('function', nullif(c.castfunc, 0)::regprocedure::text, 'context', c.castcontext::text,
           'method', c.castmethod::text, 'comment', obj_description(c.oid, 'pg_cast'))::text
  FROM pg_cast c WHERE c.oid >= 16384 AND c.oid <> ALL(%(members)s)
   AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_cast'::regclass AND i.objid = c.oid AND i.deptype = 'i')
UNION ALL
SELECT 'exotic', o.oid, 'operator', n.nspname || '.' || o.oprname || '(' || concat_ws(', ',
           CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) ELSE 'none' END, format_type(o.oprright, NULL)) || ')',
       json_build_object('function', o.oprcode::text, 'result', format_type(o.oprresult, NULL),
           'commutator', nullif(o.oprcom, 0)::regoperator::text, 'negator', nullif(o.oprnegate, 0)::regoperator::text,
           'flags', concat_ws(' ', CASE WHEN o.oprcanhash THEN 'hashes' END, CASE WHEN o.oprcanmerge THEN 'merges' END),
           'restrict', nullif(o.oprrest::oid, 0)::regproc::text, 'join', nullif(o.oprjoin::oid, 0)::regproc::text,
           'owner', pg_get_userbyid(o.oprowner), 'comment', obj_description(o.oid, 'pg_operator'))::text
  FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
 WHERE o.oid >= 16384 AND o.oprnamespace <> ALL(%(hidden)s) AND o.oid <> ALL(%(members)s)
UNION ALL
SELECT 'exotic', l.oid, 'language', l.lanname::text,
       json_build_object('trusted', l.lanpltrusted::text, 'handler', nullif(l.lanplcallfoid, 0)::regproc::text,
           'owner', pg_get_userbyid(l.lanowner), 'acl', l.lanacl::text[]::text)::text
  FROM pg_language l WHERE l.oid >= 16384 AND l.oid <> ALL(%(members)s)
UNION ALL
SELECT 'exotic', s.oid, 'foreign server', s.srvname::text,
       json_build_object('wrapper', w.fdwname, 'type', s.srvtype, 'version', s.srvversion, 'options', s.srvoptions::text,
           'owner', pg_get_userbyid(s.srvowner), 'acl', s.srvacl::text[]::text, 'comment', obj_description(s.oid, 'pg_foreign_server'))::text
  FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
 WHERE s.oid <> ALL(%(members)s)
UNION ALL
SELECT 'exotic', c.oid, 'text search configuration', n.nspname || '.' || c.cfgname,
       json_build_object('parser', p.prsname, 'mapping', (SELECT json_agg(m.maptokentype || ':' || m.mapdict::regdictionary
               ORDER BY m.maptokentype, m.mapseqno) FROM pg_ts_config_map m WHERE m.mapcfg = c.oid)::text,
           'owner', pg_get_userbyid(c.cfgowner), 'comment', obj_description(c.oid, 'pg_ts_config'))::text
  FROM pg_ts_config c
  JOIN pg_namespace n ON n.oid = c.cfgnamespace
  JOIN pg_ts_parser p ON p.oid = c.cfgparser
 WHERE c.oid >= 16384 AND c.cfgnamespace <> ALL(%(hidden)s) AND c.oid <> ALL(%(members)s)
UNION ALL
SELECT 'exotic', t.oid, 'base type', n.nspname || '.' || t.typname,
       json_build_object('settings', (to_jsonb(t) - '{oid,typname,typnamespace,typowner,typarray,typacl}'::text[])::text)::text
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
 WHERE t.oid >= 16384 AND t.typtype = 'b' AND t.typcategory <> 'A' AND t.typnamespace <> ALL(%(hidden)s) AND t.oid <> ALL(%(members)s);
