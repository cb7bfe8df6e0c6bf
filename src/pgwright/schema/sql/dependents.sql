-- dependents: who writes down names of the given relations: other relations, and catalogs of other things.
-- A renamed relation or column is not looked for here: it makes everything be read again.
SELECT DISTINCT coalesce(c.oid, i.indrelid, con.conrelid, ad.adrelid, rw.ev_class, pol.polrelid, tg.tgrelid, d.classid)
  FROM pg_depend d
  LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
  LEFT JOIN pg_constraint con ON d.classid = 'pg_constraint'::regclass AND con.oid = d.objid AND con.conrelid <> 0
  LEFT JOIN pg_attrdef ad ON d.classid = 'pg_attrdef'::regclass AND ad.oid = d.objid
  LEFT JOIN pg_rewrite rw ON d.classid = 'pg_rewrite'::regclass AND rw.oid = d.objid
  LEFT JOIN pg_policy pol ON d.classid = 'pg_policy'::regclass AND pol.oid = d.objid
  LEFT JOIN pg_trigger tg ON d.classid = 'pg_trigger'::regclass AND tg.oid = d.objid
 WHERE (d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY (%(touched)s)
        OR d.refclassid = 'pg_constraint'::regclass
           AND d.refobjid IN (SELECT oid FROM pg_constraint WHERE conrelid = ANY (%(touched)s))
        OR d.refclassid = 'pg_type'::regclass
           AND d.refobjid IN (SELECT oid FROM pg_type WHERE typrelid = ANY (%(touched)s)))
