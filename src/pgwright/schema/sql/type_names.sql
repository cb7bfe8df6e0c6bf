-- type_names: for each combination of type, typmod, collation and storage what a column says of it; the last two only
-- where they are not what the type has by itself.
SELECT u.typid, u.typmod, u.collid, u.held, format_type(u.typid, u.typmod) AS name,
       CASE WHEN u.collid <> t.typcollation THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END,
       CASE WHEN u.held <> t.typstorage::text THEN u.held END,
       CASE WHEN t.typsubscript = 'array_subscript_handler'::regproc THEN 'array'
            ELSE CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite'
                                WHEN 'r' THEN 'range' WHEN 'm' THEN 'range' ELSE 'base' END END AS kind,
       coalesce(en.nspname || '.' || e.typname, n.nspname || '.' || t.typname) AS plain_name
  FROM unnest(%(types)s::oid[], %(typmods)s::int[], %(collations)s::oid[], %(storages)s::text[])
       u (typid, typmod, collid, held)
  JOIN pg_type t ON t.oid = u.typid
  JOIN pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_type e ON t.typsubscript = 'array_subscript_handler'::regproc AND e.oid = t.typelem
  LEFT JOIN pg_namespace en ON en.oid = e.typnamespace
  LEFT JOIN pg_collation co ON co.oid = u.collid
  LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
