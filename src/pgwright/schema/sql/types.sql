-- types: enums, domains, composite, range and base types. `parts` are enum labels by oid: constants elsewhere name them.
SELECT 'pg_type'::regclass::oid AS catalog, t.oid,
       CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite type' WHEN 'r' THEN 'range type'
                      ELSE 'base type' END AS kind,
       n.nspname || '.' || t.typname AS identity,
       CASE t.typtype
         WHEN 'e' THEN ARRAY['labels', labels.list]
         WHEN 'd' THEN ARRAY['type', format_type(t.typbasetype, t.typtypmod), 'default', t.typdefault,
                             'not_null', t.typnotnull::text, 'constraints',
                             (SELECT json_agg(ARRAY[k.conname::text, pg_get_constraintdef(k.oid), kd.description] ORDER BY k.conname)::text
                                FROM pg_constraint k LEFT JOIN pg_description kd
                                  ON kd.objoid = k.oid AND kd.classoid = 'pg_constraint'::regclass
                               WHERE k.contypid = t.oid AND k.contype = 'c'),
                             'collation', (SELECT co.oid::regcollation::text FROM pg_collation co JOIN pg_type b ON b.oid = t.typbasetype
                                            WHERE co.oid = t.typcollation AND b.typcollation <> t.typcollation)]
         WHEN 'c' THEN ARRAY['attributes',
                             (SELECT json_agg(ARRAY[a.attname::text, format_type(a.atttypid, a.atttypmod), ad.description,
                                                    nullif(a.attcollation, at.typcollation)::regcollation::text] ORDER BY a.attnum)::text
                                FROM pg_attribute a JOIN pg_type at ON at.oid = a.atttypid
                                LEFT JOIN pg_description ad
                                  ON ad.objoid = a.attrelid AND ad.classoid = 'pg_class'::regclass AND ad.objsubid = a.attnum
                               WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)]
         WHEN 'r' THEN (SELECT ARRAY['subtype', format_type(r.rngsubtype, NULL), 'multirange', r.rngmultitypid::regtype::text,
                                     'opclass', oc.opcname, 'collation', nullif(r.rngcollation, 0)::regcollation::text,
                                     'canonical', nullif(r.rngcanonical::oid, 0)::regproc::text,
                                     'difference', nullif(r.rngsubdiff::oid, 0)::regproc::text]
                          FROM pg_range r JOIN pg_opclass oc ON oc.oid = r.rngsubopc WHERE r.rngtypid = t.oid)
         ELSE ARRAY['input', t.typinput::regproc::text, 'output', t.typoutput::regproc::text, 'length', t.typlen::text,
                    'category', t.typcategory::text, 'storage', t.typstorage::text, 'defined', t.typisdefined::text]
       END AS properties,
       t.typacl::text[] AS grants, CASE WHEN t.typacl IS NOT NULL THEN acldefault('T', t.typowner)::text[] END AS usual,
       o.rolname::text AS owner, d.description AS comment, labels.parts
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_roles o ON o.oid = t.typowner
  LEFT JOIN pg_class c ON c.oid = t.typrelid
  LEFT JOIN (SELECT enumtypid, json_agg(enumlabel ORDER BY enumsortorder)::text AS list,
                    array_agg(oid || '=' || enumlabel) AS parts
               FROM pg_enum GROUP BY enumtypid) labels ON labels.enumtypid = t.oid
  LEFT JOIN pg_description d ON (d.objoid, d.classoid) IN ((t.oid, 'pg_type'::regclass), (t.typrelid, 'pg_class'::regclass))
                            AND d.objsubid = 0
 WHERE t.oid >= 16384 AND t.typtype <> 'm' AND (t.typtype <> 'c' OR c.relkind = 'c') AND t.typcategory <> 'A'
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright', 'pgwright_shadow')
   AND t.oid NOT IN (SELECT objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
                        AND classid = 'pg_type'::regclass)
