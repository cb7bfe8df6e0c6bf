-- A value of a type that is not built in (named as regtype prints it): the first label of an enum, an empty array or range;
-- and what a domain is made of.
SELECT CASE WHEN t.typcategory = 'A' OR t.typtype = 'm' THEN '{}'
            WHEN t.typtype = 'r' THEN 'empty'
            ELSE (SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder LIMIT 1)
       END,
       CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, NULL) END
  FROM pg_type t WHERE t.oid = to_regtype(%s)::oid
