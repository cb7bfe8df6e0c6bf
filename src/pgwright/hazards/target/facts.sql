-- relations: rows and bytes as the server estimates them, and rows written since its counters began.
SELECT CASE WHEN n.nspname = 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS name,
       greatest(c.reltuples, coalesce(s.n_live_tup, 0), 0)::bigint AS rows,
       pg_table_size(c.oid) AS heap,
       pg_total_relation_size(c.oid) AS bytes,
       coalesce(s.n_tup_ins + s.n_tup_upd + s.n_tup_del, 0) AS written,
       EXISTS (SELECT FROM pg_publication_tables p WHERE p.schemaname = n.nspname AND p.tablename = c.relname) AS published
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
 WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'

-- parents: a partitioned table is as large as its partitions together.
SELECT CASE WHEN n.nspname = 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS name,
       sum(greatest(leaf.reltuples, 0))::bigint AS rows,
       sum(pg_table_size(leaf.oid))::bigint AS heap,
       sum(pg_total_relation_size(leaf.oid))::bigint AS bytes,
       sum(coalesce(s.n_tup_ins + s.n_tup_upd + s.n_tup_del, 0))::bigint AS written,
       bool_or(EXISTS (SELECT FROM pg_publication_tables p WHERE p.tablename IN (c.relname, leaf.relname))) AS published
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       CROSS JOIN LATERAL pg_partition_tree(c.oid) t JOIN pg_class leaf ON leaf.oid = t.relid AND t.isleaf
       LEFT JOIN pg_stat_user_tables s ON s.relid = leaf.oid
 WHERE c.relkind = 'p'
 GROUP BY 1

-- age: seconds since the counters of this database began.
SELECT extract(epoch FROM now() - coalesce(stats_reset, pg_postmaster_start_time()))::float8
  FROM pg_stat_database WHERE datname = current_database()

-- oldest: seconds that the longest running transaction of this database has been open.
SELECT coalesce(max(extract(epoch FROM now() - xact_start)), 0)::float8
  FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL

-- has_statements: whether pg_stat_statements can be read here.
SELECT to_regclass('pg_stat_statements') IS NOT NULL

-- statements: what the application sends, most often first.
SELECT s.query, s.calls FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
 WHERE d.datname = current_database() ORDER BY s.calls DESC LIMIT 2000
