-- What the cases of the bypass matrix try their luck on, in a schema {s} that the role of this session owns.
CREATE TYPE {s}.state AS ENUM ('new', 'done');
CREATE TABLE {s}.users (id bigserial PRIMARY KEY, name text);
CREATE TABLE {s}.orders (id bigserial PRIMARY KEY, user_id bigint REFERENCES {s}.users ON DELETE CASCADE, note text);
CREATE TABLE {s}.notes (id bigserial PRIMARY KEY, body text);
CREATE INDEX orders_user ON {s}.orders (user_id);
CREATE TABLE {s}.alembic_version (version_num varchar(32) NOT NULL);
CREATE MATERIALIZED VIEW {s}.totals AS SELECT count(*) AS n FROM {s}.orders;
CREATE FUNCTION {s}.twice(i integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * i';
CREATE FUNCTION {s}.grow() RETURNS void LANGUAGE plpgsql AS
    'BEGIN ALTER TABLE {s}.users ADD COLUMN grown integer; END';
INSERT INTO {s}.users (name) SELECT 'n' || g FROM generate_series(1, 20) g;
INSERT INTO {s}.orders (user_id, note) SELECT g, 'x' FROM generate_series(1, 20) g;
INSERT INTO {s}.alembic_version VALUES ('a');
