-- noted: what makes the attic's columns be of the type anew, noted for this transaction while the type still has its name.
BEGIN PERFORM set_config('pgwright.again', coalesce((
  WITH used AS (
    SELECT a.attrelid AS rel, a.attnum AS n, format('ALTER TABLE %s ALTER COLUMN %I', a.attrelid::regclass, a.attname) AS alter,
           quote_ident(a.attname) AS name, CASE WHEN a.atttypid <> {literal}::regtype THEN '[]' ELSE '' END AS dims
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
     WHERE c.relnamespace = to_regnamespace('pgwright') AND c.relkind IN ('r', 'p') AND a.attinhcount = 0
       AND {literal}::regtype IN (t.oid, t.typelem)),
  rules AS (
    SELECT DISTINCT o.oid, o.conname AS name, o.conrelid::regclass AS rel FROM used
      JOIN pg_constraint o ON o.conrelid = used.rel AND o.contype = 'c' AND used.n = ANY (o.conkey)),
  indexes AS (
    SELECT DISTINCT i.indexrelid AS oid FROM used
      JOIN pg_index i ON i.indrelid = used.rel AND (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL)
      JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = used.rel AND d.refobjsubid = used.n),
  said (turn, command) AS (
    SELECT 1, format('ALTER TABLE %s DROP CONSTRAINT %I', rel, name) FROM rules
    UNION ALL SELECT 1, format('DROP INDEX %s', oid::regclass) FROM indexes
    UNION ALL SELECT 1, alter || ' DROP DEFAULT' FROM used JOIN pg_attrdef ON adrelid = rel AND adnum = n
    UNION ALL SELECT 2, format('%s TYPE %s%s USING %s::text%s::%s%s', alter, {literal}, dims, name, dims, {literal}, dims) FROM used
    UNION ALL SELECT 3, alter || ' SET DEFAULT ' || pg_get_expr(adbin, adrelid) FROM used JOIN pg_attrdef ON adrelid = rel AND adnum = n
    UNION ALL SELECT 3, format('ALTER TABLE %s ADD CONSTRAINT %I %s', rel, name, pg_get_constraintdef(oid)) FROM rules
    UNION ALL SELECT 3, pg_get_indexdef(oid) FROM indexes
    UNION ALL SELECT 4, format('COMMENT ON CONSTRAINT %I ON %s IS %L', name, rel, description)
      FROM rules JOIN pg_description ON objoid = oid AND classoid = 'pg_constraint'::regclass
    UNION ALL SELECT 4, format('COMMENT ON INDEX %s IS %L', oid::regclass, description)
      FROM indexes JOIN pg_description ON objoid = oid AND classoid = 'pg_class'::regclass AND objsubid = 0)
  SELECT string_agg(command, '; ' ORDER BY turn) FROM said), ''), true); END

-- followed: what was noted, once the type of that name is the new one.
BEGIN EXECUTE coalesce(current_setting('pgwright.again', true), ''); END

-- away: the type goes; into the attic, when all that uses it is there. DROP TYPE refuses what is used elsewhere.
BEGIN IF to_regtype({there_literal}) IS NOT NULL THEN RAISE EXCEPTION USING MESSAGE = {taken}; END IF;
  IF (SELECT bool_and((pg_identify_object_as_address(classid, objid, objsubid)).object_names[1] = 'pgwright') FROM pg_depend
           WHERE refclassid = 'pg_type'::regclass AND deptype = 'n'
             AND refobjid IN (SELECT oid FROM pg_type WHERE {literal}::regtype IN (oid, typelem)))
  THEN ALTER TYPE {type} RENAME TO {kept}; ALTER TYPE {here} SET SCHEMA pgwright;
  ELSE DROP TYPE {type}; END IF; END

-- back: the type as it was: out of the attic, or made anew.
BEGIN IF to_regtype({there_literal}) IS NULL
  THEN {create};
  ELSE ALTER TYPE {there} SET SCHEMA {home}; ALTER TYPE {here} RENAME TO {name}; END IF; END
