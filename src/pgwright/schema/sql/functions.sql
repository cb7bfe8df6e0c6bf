-- functions: functions, procedures and aggregates; the definition is the server's own text, its owner and grants apart.
SELECT 'pg_proc'::regclass::oid AS catalog, p.oid,
       CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
       n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS identity,
       CASE p.prokind WHEN 'a' THEN
           (SELECT ARRAY['state_function', a.aggtransfn::regprocedure::text, 'state_type', format_type(a.aggtranstype, NULL),
                         'final_function', nullif(a.aggfinalfn::oid, 0)::regprocedure::text, 'initial', a.agginitval,
                         'combine_function', nullif(a.aggcombinefn::oid, 0)::regprocedure::text,
                         'serial_function', nullif(a.aggserialfn::oid, 0)::regprocedure::text,
                         'deserial_function', nullif(a.aggdeserialfn::oid, 0)::regprocedure::text,
                         'moving_state_function', nullif(a.aggmtransfn::oid, 0)::regprocedure::text,
                         'moving_inverse_function', nullif(a.aggminvtransfn::oid, 0)::regprocedure::text,
                         'moving_final_function', nullif(a.aggmfinalfn::oid, 0)::regprocedure::text,
                         'moving_initial', a.aggminitval, 'sort_operator', nullif(a.aggsortop, 0)::regoperator::text,
                         'kind', a.aggkind::text, 'direct_arguments', a.aggnumdirectargs::text,
                         'modify', a.aggfinalmodify::text, 'result', pg_get_function_result(p.oid), 'parallel', p.proparallel::text]
              FROM pg_aggregate a WHERE a.aggfnoid = p.oid)
         ELSE ARRAY['definition', pg_get_functiondef(p.oid)] END AS properties,
       p.proacl::text[] AS grants, CASE WHEN p.proacl IS NOT NULL THEN acldefault('f', p.proowner)::text[] END AS usual,
       o.rolname::text AS owner, d.description AS comment, NULL::text[] AS parts
  FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_roles o ON o.oid = p.proowner
  LEFT JOIN pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_proc'::regclass
 WHERE p.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright', 'pgwright_shadow')
   AND p.oid NOT IN (SELECT objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
                        AND classid = 'pg_proc'::regclass)
   AND p.oid NOT IN (SELECT d.objid FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'i'
                        AND d.refclassid = 'pg_type'::regclass)
