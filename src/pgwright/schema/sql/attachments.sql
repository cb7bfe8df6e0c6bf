-- attachments: triggers, policies and rules of relations.
SELECT t.tgrelid, 'trigger' AS kind, t.tgname::text AS name, pg_get_triggerdef(t.oid) AS definition, t.tgenabled::text AS enabled,
       true AS permissive, NULL::text[] AS roles, NULL AS checked, d.description AS comment
  FROM pg_trigger t
  LEFT JOIN pg_description d ON d.objoid = t.oid AND d.classoid = 'pg_trigger'::regclass
 WHERE NOT t.tgisinternal
   AND t.tgrelid = ANY (%(touched)s)  -- touched
UNION ALL
SELECT p.polrelid, 'policy', p.polname, pg_get_expr(p.polqual, p.polrelid), p.polcmd::text, p.polpermissive,
       ARRAY(SELECT coalesce(r.rolname, 'public')::text FROM unnest(p.polroles) u LEFT JOIN pg_roles r ON r.oid = u ORDER BY 1),
       pg_get_expr(p.polwithcheck, p.polrelid), d.description
  FROM pg_policy p
  LEFT JOIN pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_policy'::regclass
 WHERE true
   AND p.polrelid = ANY (%(touched)s)  -- touched
UNION ALL
SELECT r.ev_class, 'rule', r.rulename, pg_get_ruledef(r.oid), r.ev_enabled::text, true, NULL, NULL, d.description
  FROM pg_rewrite r
  LEFT JOIN pg_description d ON d.objoid = r.oid AND d.classoid = 'pg_rewrite'::regclass
 WHERE r.oid >= 16384 AND r.rulename <> '_RETURN'
   AND r.ev_class = ANY (%(touched)s)  -- touched
