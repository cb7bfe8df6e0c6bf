-- constraints: of relations. NOT NULL (PostgreSQL 18) is read with the columns.
SELECT con.conrelid, con.conname AS name, con.contype::text AS kind, pg_get_constraintdef(con.oid) AS definition,
       con.conkey, con.convalidated,
       con.conenforced,  -- since 18
       true,  -- before 18
       con.condeferrable, con.condeferred, con.confrelid, fn.nspname || '.' || f.relname AS references,
       CASE WHEN con.contype = 'f' THEN con.confkey END, con.confdeltype::text, con.confupdtype::text,
       CASE WHEN con.contype IN ('p', 'u', 'x') THEN ix.relname END AS index, con.coninhcount > 0 AS inherited,
       d.description AS comment
  FROM pg_constraint con
  LEFT JOIN pg_class f ON f.oid = con.confrelid
  LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
  LEFT JOIN pg_class ix ON ix.oid = con.conindid
  LEFT JOIN pg_description d ON d.objoid = con.oid AND d.classoid = 'pg_constraint'::regclass
 WHERE con.conrelid >= 16384 AND con.contype <> 'n'
   AND con.conrelid = ANY (%(touched)s)  -- touched
