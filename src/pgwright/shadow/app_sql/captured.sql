-- where: the schema that pg_stat_statements is in; no row where the database has not got it.
SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'

-- relations: those of the database's own schemas, without what extensions brought, pgwright keeps and Alembic notes.
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pgwright')
   AND n.nspname NOT LIKE 'pg\_%' AND c.relname <> 'alembic_version'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')

-- statements: what clients send to this database, most often first; what functions do is not sent. {} is the schema.
SELECT s.query FROM {}.pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
 WHERE d.datname = current_database() AND coalesce((to_jsonb(s) ->> 'toplevel')::boolean, true)
   AND (%(role)s::text IS NULL OR pg_get_userbyid(s.userid) = %(role)s)
 GROUP BY s.query ORDER BY sum(s.calls) DESC, s.query
