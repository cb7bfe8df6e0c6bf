-- columns: the live columns of relations; what is rare stands last. Types are named by type_names, once for all columns.
SELECT a.attrelid, a.attnum, a.attname AS name, a.atttypid, a.atttypmod, a.attcollation, a.attstorage::text AS storage,
       a.attnotnull, CASE WHEN a.atthasdef THEN pg_get_expr(d.adbin, CASE WHEN a.attgenerated = '' THEN 0 ELSE d.adrelid END) END AS default,
       a.attidentity::text AS identity, a.attgenerated::text AS generated, nullif(a.attcompression::text, '') AS compression,
       com.description AS comment, nn.conname AS not_null_name, coalesce(nn.convalidated, true) AS not_null_valid,
       nullif(a.attstattarget, -1)::int AS statistics_target, array_to_string(a.attoptions || a.attfdwoptions, ', ') AS options,
       array_to_string(a.attacl, E'\n') AS grants
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_description com ON com.objoid = a.attrelid AND com.classoid = 'pg_class'::regclass AND com.objsubid = a.attnum
  LEFT JOIN pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n' AND nn.conkey[1] = a.attnum
 WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
   AND a.attrelid = ANY (%(touched)s)  -- touched
