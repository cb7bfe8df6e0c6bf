-- dependents: who writes down names of the given relations: other relations, and catalogs of other things.
-- A renamed relation or column is not looked for here: it makes everything be read again.
-- OFFSET 0 and subqueries keep to the indexes: a few rows are wanted of catalogs without statistics.
SELECT DISTINCT coalesce(
           CASE d.classid
               WHEN 'pg_class'::regclass THEN
                   (SELECT CASE WHEN c.relkind IN ('r', 'p', 'v', 'm', 'f') THEN c.oid
                                ELSE (SELECT indrelid FROM pg_index WHERE indexrelid = c.oid) END
                      FROM pg_class c WHERE c.oid = d.objid)
               WHEN 'pg_constraint'::regclass THEN (SELECT nullif(conrelid, 0) FROM pg_constraint WHERE oid = d.objid)
               WHEN 'pg_attrdef'::regclass THEN (SELECT adrelid FROM pg_attrdef WHERE oid = d.objid)
               WHEN 'pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_rewrite WHERE oid = d.objid)
               WHEN 'pg_policy'::regclass THEN (SELECT polrelid FROM pg_policy WHERE oid = d.objid)
               WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_trigger WHERE oid = d.objid)
           END, d.classid)
  FROM unnest(%(touched)s::oid[]) AS given (oid)
 CROSS JOIN LATERAL (
     SELECT 'pg_class'::regclass::oid AS classid, given.oid
     UNION ALL
     SELECT 'pg_constraint'::regclass, oid FROM (SELECT oid FROM pg_constraint WHERE conrelid = given.oid OFFSET 0) AS own
     UNION ALL
     SELECT 'pg_type'::regclass, reltype FROM (SELECT reltype FROM pg_class WHERE oid = given.oid OFFSET 0) AS row) AS referred
 CROSS JOIN LATERAL (SELECT DISTINCT classid, objid FROM pg_depend
                      WHERE refclassid = referred.classid AND refobjid = referred.oid OFFSET 0) AS d
