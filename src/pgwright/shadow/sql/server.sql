-- create: a copy of a template. Copying files is 2 to 4 times as fast as the default, and its checkpoints cost nothing without fsync.
CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY

-- create_before_15: the same; copying files was the only way until PostgreSQL 14.
CREATE DATABASE {name} TEMPLATE {template}

-- create_durable: a copy through the WAL, for a server that we do not own: FILE_COPY forces two checkpoints on it.
CREATE DATABASE {name} TEMPLATE {template} STRATEGY WAL_LOG

-- drop: whoever is connected.
DROP DATABASE IF EXISTS {name} WITH (FORCE)

-- rename: how a database is taken from the pool, in a few milliseconds.
ALTER DATABASE {name} RENAME TO {new}

-- drop_role: of a history that is built anew.
DROP ROLE IF EXISTS {name}

-- extensions: what CREATE EXTENSION would find.
SELECT name, default_version, comment FROM pg_available_extensions ORDER BY name

-- identity: tells one cluster from another, also after a restore elsewhere.
SELECT system_identifier FROM pg_control_system()

-- rights: may we make databases here, and may we do everything.
SELECT rolsuper OR rolcreatedb, rolsuper FROM pg_roles WHERE rolname = current_user

-- ours: databases of pgwright on this server whose owner's session is gone. Empty when our own session cannot be seen.
SELECT d.datname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
WHERE r.rolname = current_user AND d.datname ~ '^pgwright_[0-9a-f]{{8}}_'
  AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.application_name = left(d.datname, 17))
  AND EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = pg_backend_pid() AND a.application_name = {mine})

-- made: the databases of one owner.
SELECT datname FROM pg_database WHERE datname LIKE {pattern}

-- roles: cluster-wide, so a revision on a foreign server may leave some.
SELECT rolname FROM pg_roles
