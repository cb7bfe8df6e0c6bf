-- me: who is installing, and what that login may do.
SELECT session_user::text, r.rolsuper, r.rolcreaterole, r.rolcreatedb, current_database()::text,
       (SELECT system_identifier::text FROM pg_control_system()), pg_get_userbyid(d.datdba)::text
  FROM pg_roles r, pg_database d WHERE r.rolname = session_user AND d.datname = current_database()

-- roles: which of ours are there.
SELECT rolname::text FROM pg_roles WHERE rolname IN ('pgwright_owner', 'pgwright_gate', 'pgwright_runner')

-- laid: whether the guard is there, and what it says of itself.
SELECT to_regclass('pgwright.guard') IS NOT NULL

-- guard: what it says of itself.
SELECT version, tier, quorum, exempt, suspended IS NOT NULL FROM pgwright.guard

-- owned: everything in the user's schemas that somebody else than pgwright_owner owns, in an order in which it can be
-- moved: schemas first. `moves` is false for what follows its table. What belongs to an extension stays with it.
WITH user_schema AS (
    SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
     WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'pgwright')
), thing AS (
    SELECT 1 AS rank, 'SCHEMA' AS kind, format('%I', nspname) AS identity, nspowner AS owner, true AS moves, nspacl AS acl,
           'pg_namespace'::regclass AS class, oid
      FROM user_schema WHERE nspname <> 'public'
    UNION ALL
    SELECT CASE c.relkind WHEN 'S' THEN 3 ELSE 2 END,
           CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
                          WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
           format('%I.%I', n.nspname, c.relname), c.relowner,
           NOT EXISTS (SELECT FROM pg_depend d WHERE c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid
                          AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')),
           c.relacl, 'pg_class'::regclass, c.oid
      FROM pg_class c JOIN user_schema n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL
    SELECT 4, CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END,
           p.oid::regprocedure::text, p.proowner, true, p.proacl, 'pg_proc'::regclass, p.oid
      FROM pg_proc p JOIN user_schema n ON n.oid = p.pronamespace WHERE NOT p.prosecdef
    UNION ALL
    SELECT 5, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, format('%I.%I', n.nspname, t.typname), t.typowner, true,
           t.typacl, 'pg_type'::regclass, t.oid
      FROM pg_type t JOIN user_schema n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
     WHERE t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c'
    UNION ALL
    SELECT 6, 'STATISTICS', format('%I.%I', n.nspname, s.stxname), s.stxowner, true, NULL, 'pg_statistic_ext'::regclass, s.oid
      FROM pg_statistic_ext s JOIN user_schema n ON n.oid = s.stxnamespace
    UNION ALL
    SELECT 6, 'COLLATION', format('%I.%I', n.nspname, c.collname), c.collowner, true, NULL, 'pg_collation'::regclass, c.oid
      FROM pg_collation c JOIN user_schema n ON n.oid = c.collnamespace
)
SELECT kind, identity, pg_get_userbyid(owner)::text, moves, acl::text[] FROM thing
 WHERE pg_get_userbyid(owner) NOT IN ('pgwright_owner', 'pgwright_gate')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = class AND d.objid = thing.oid AND d.deptype = 'e')
 ORDER BY rank, identity

-- sequences: the sequences of a table's columns; they follow its owner.
SELECT format('%I.%I', n.nspname, c.relname), c.relacl::text[] FROM pg_depend d
  JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S' JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = {table}::regclass
   AND d.deptype IN ('a', 'i') ORDER BY 1

-- definers: functions that run with their owner's rights. They stay with their owner: pgwright_owner's would be too many.
SELECT p.oid::regprocedure::text, pg_get_userbyid(p.proowner)::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prosecdef AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
 ORDER BY 1

-- row_security: tables whose owner is not bound by their policies until somebody else owns them.
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relrowsecurity AND NOT c.relforcerowsecurity AND n.nspname NOT IN ('pgwright')
   AND pg_get_userbyid(c.relowner) <> 'pgwright_owner' ORDER BY 1

-- version_tables: Alembic's, by their one column; and whether they were moved.
SELECT format('%I.%I', n.nspname, c.relname), pg_get_userbyid(c.relowner) = 'pgwright_owner' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND EXISTS (
       SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'version_num')
   AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) = 1
 ORDER BY 1

-- others: who could change this database past the guard.
SELECT rolname::text, CASE WHEN rolsuper THEN 'superuser' ELSE 'CREATEROLE' END FROM pg_roles
 WHERE (rolsuper OR rolcreaterole) AND rolcanlogin ORDER BY rolsuper DESC, rolname

-- makers: logins that can grant pgwright_owner to themselves, because they created it.
SELECT m.member::regrole::text FROM pg_auth_members m
 WHERE m.roleid = to_regrole('pgwright_owner') AND m.admin_option AND m.member <> to_regrole('pgwright_gate')

-- members: who else is a member of the roles that nobody may be a member of.
SELECT m.roleid::regrole::text, m.member::regrole::text FROM pg_auth_members m
 WHERE m.roleid IN (to_regrole('pgwright_owner'), to_regrole('pgwright_gate')) AND m.member <> to_regrole('pgwright_gate')
   AND NOT EXISTS (SELECT FROM pg_auth_members a WHERE a.roleid = to_regrole('pgwright_owner') AND a.member = m.member AND a.admin_option)
    OR m.member = to_regrole('pgwright_owner')

-- creators: who may create in a schema, besides its owner.
SELECT format('%I', n.nspname), CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE format('%I', pg_get_userbyid(a.grantee)) END
  FROM pg_namespace n, aclexplode(n.nspacl) a
 WHERE a.privilege_type = 'CREATE' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright')
   AND a.grantee <> n.nspowner AND (a.grantee = 0 OR NOT (SELECT rolsuper FROM pg_roles r WHERE r.oid = a.grantee))
   AND a.grantee IS DISTINCT FROM to_regrole('pgwright_owner')

-- defaults: what new objects of a role get granted, and to whom.
SELECT coalesce(format('%I', n.nspname), ''), CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
       WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END,
       CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE format('%I', pg_get_userbyid(a.grantee)) END, a.privilege_type
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a
 WHERE pg_get_userbyid(d.defaclrole) = {role} AND a.grantee <> d.defaclrole

-- remembered: what was moved; schemas first, since an owner must be able to create where its objects are.
SELECT kind, identity, owner, privileges FROM pgwright.moved ORDER BY kind <> 'SCHEMA', identity DESC

-- granted: an ACL in words.
SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE format('%I', pg_get_userbyid(a.grantee)) END, a.privilege_type, a.is_grantable
  FROM aclexplode({acl}::aclitem[]) a

-- grantees: who has rights on an object now.
SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE format('%I', pg_get_userbyid(a.grantee)) END FROM aclexplode({acl}::aclitem[]) a
