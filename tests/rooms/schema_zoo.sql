-- One of everything that the catalog reader tells apart.
CREATE ROLE zoo_reader;
CREATE SCHEMA zoo;
COMMENT ON SCHEMA zoo IS 'animals';
CREATE TYPE zoo.mood AS ENUM ('low', 'high');
ALTER TYPE zoo.mood ADD VALUE 'middle' BEFORE 'high';
CREATE DOMAIN zoo.age AS int DEFAULT 1 NOT NULL CONSTRAINT sane CHECK (VALUE < 200);
CREATE TYPE zoo.pair AS (x int, y text);
CREATE TYPE zoo.span AS RANGE (subtype = float8);
CREATE SEQUENCE zoo.tickets INCREMENT 5 CACHE 10;
CREATE COLLATION zoo.plain FROM "C";
CREATE FUNCTION zoo.double(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * x';
CREATE PROCEDURE zoo.feed() LANGUAGE sql AS '';
CREATE AGGREGATE zoo.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE FUNCTION zoo.fired() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION zoo.watched() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER zoo_watch ON sql_drop EXECUTE FUNCTION zoo.watched();
CREATE EVENT TRIGGER pgwright_mine ON sql_drop EXECUTE FUNCTION zoo.watched();

CREATE TABLE zoo.keeper (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE, left_at text);
ALTER TABLE zoo.keeper DROP COLUMN email, ADD COLUMN mail text CONSTRAINT one_mail UNIQUE DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE zoo.animal (
    id bigserial,
    "Name" varchar(40) COLLATE zoo.plain NOT NULL,
    keeper int CONSTRAINT kept REFERENCES zoo.keeper ON DELETE SET NULL ON UPDATE CASCADE,
    mood zoo.mood DEFAULT 'low', moods zoo.mood[], age zoo.age, pair zoo.pair, span zoo.span,
    twice int GENERATED ALWAYS AS (zoo.double(3)) STORED,
    seen tstzrange,
    CONSTRAINT animal_pk PRIMARY KEY (id),
    CONSTRAINT apart EXCLUDE USING gist (seen WITH &&)
) WITH (fillfactor = 70);
ALTER TABLE zoo.animal ADD CONSTRAINT later CHECK (keeper > 0) NOT VALID;
ALTER TABLE zoo.animal ALTER "Name" SET STORAGE EXTERNAL, ALTER "Name" SET STATISTICS 30, REPLICA IDENTITY FULL;
CREATE INDEX by_name ON zoo.animal (lower("Name") DESC, keeper) INCLUDE (mood) WHERE keeper > 5;
CREATE INDEX by_pattern ON zoo.animal ("Name" varchar_pattern_ops);
COMMENT ON TABLE zoo.animal IS 'kept here';
COMMENT ON COLUMN zoo.animal."Name" IS 'as called';
COMMENT ON INDEX zoo.by_name IS 'fast';
COMMENT ON CONSTRAINT kept ON zoo.animal IS 'by whom';
ALTER TABLE zoo.animal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON zoo.animal AS RESTRICTIVE FOR UPDATE TO zoo_reader USING (keeper = 1) WITH CHECK (keeper = 2);
CREATE TRIGGER fire BEFORE UPDATE OF keeper ON zoo.animal FOR EACH ROW EXECUTE FUNCTION zoo.fired();
CREATE RULE quiet AS ON DELETE TO zoo.keeper DO INSTEAD NOTHING;
GRANT SELECT ON zoo.animal TO zoo_reader;
GRANT UPDATE (mood) ON zoo.animal TO zoo_reader;
GRANT SELECT ON zoo.keeper TO zoo_reader;
REVOKE SELECT ON zoo.keeper FROM zoo_reader;
CREATE STATISTICS zoo.related ON keeper, mood FROM zoo.animal;
CREATE VIEW zoo.called WITH (security_barrier) AS SELECT "Name" FROM zoo.animal;
CREATE MATERIALIZED VIEW zoo.counted AS SELECT count(*) AS n FROM zoo.animal;
CREATE UNLOGGED TABLE zoo.scratch (id int);
CREATE TABLE zoo.visit (at date, n int) PARTITION BY RANGE (at);
CREATE TABLE zoo.visit_2020 PARTITION OF zoo.visit FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE zoo.young (born date) INHERITS (zoo.keeper);
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE zoo.abroad (id int) SERVER elsewhere OPTIONS (kind 'x');
CREATE PUBLICATION zoo_news FOR TABLE zoo.keeper;
ALTER DEFAULT PRIVILEGES IN SCHEMA zoo GRANT SELECT ON TABLES TO zoo_reader;
CREATE SCHEMA pgwright_shadow;
CREATE TABLE pgwright_shadow.hidden (id int);
CREATE TEMP TABLE away (id int);
