CREATE EXTENSION IF NOT EXISTS citext; CREATE EXTENSION IF NOT EXISTS hstore; CREATE EXTENSION IF NOT EXISTS ltree; CREATE EXTENSION IF NOT EXISTS vector; CREATE EXTENSION IF NOT EXISTS btree_gist; CREATE EXTENSION IF NOT EXISTS cube;
CREATE TYPE mood AS ENUM ('sad','ok','happy');
CREATE TYPE address AS (street text, zip varchar(5), mood mood);
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN email AS citext NOT NULL CHECK (VALUE ~ '^[^@ ]+@[^@ ]+\.[a-z]+$');
CREATE TYPE floatrange AS RANGE (subtype = float8);
CREATE TABLE types (
 id bigserial PRIMARY KEY, c_smallint smallint NOT NULL, c_int integer, c_bigint bigint, c_num numeric, c_num52 numeric(5,2) NOT NULL, c_num33 numeric(3,3), c_num5m2 numeric(5,-2), c_real real, c_double double precision, c_money money,
 c_bool boolean NOT NULL, c_text text NOT NULL, c_vc varchar(50), c_vc3 varchar(3), c_char char(4), c_char1 char, c_qchar "char", c_name name, c_bytea bytea NOT NULL, c_uuid uuid NOT NULL, c_date date NOT NULL, c_ts timestamp NOT NULL, c_tstz timestamptz(3) NOT NULL, c_time time, c_timetz timetz, c_interval interval NOT NULL,
 c_json json NOT NULL, c_jsonb jsonb NOT NULL, c_inet inet, c_cidr cidr NOT NULL, c_mac macaddr, c_mac8 macaddr8, c_bit bit(5), c_varbit varbit(7), c_tsv tsvector NOT NULL, c_tsq tsquery,
 c_point point NOT NULL, c_line line, c_lseg lseg, c_box box, c_path path, c_poly polygon, c_circle circle, c_i4r int4range, c_nr numrange, c_tsr tsrange, c_tstzr tstzrange, c_dr daterange NOT NULL, c_i8mr int8multirange NOT NULL, c_fr floatrange NOT NULL,
 c_enum mood NOT NULL, c_enums mood[] NOT NULL, c_ints integer[] NOT NULL, c_texts text[], c_jsons jsonb[], c_comp address NOT NULL, c_comps address[], c_pos positive, c_email email, c_citext citext, c_hstore hstore, c_ltree ltree, c_vec vector(3) NOT NULL, c_halfvec halfvec(2), c_cube cube, c_lsn pg_lsn, c_oid oid, c_regclass regclass, c_jsonpath jsonpath,c_xid xid8, c_gen integer GENERATED ALWAYS AS (c_smallint * 2) STORED, "We ird""col" text);
CREATE TABLE ident (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n text);
CREATE TABLE checks (
 id uuid PRIMARY KEY DEFAULT gen_random_uuid(), status varchar(20) NOT NULL CHECK (status IN ('active','off')), lvl int NOT NULL CHECK (lvl BETWEEN 1000 AND 2000), price numeric(10,2) NOT NULL CHECK (price > 0), code text NOT NULL CHECK (code ~ '^[A-Z]{3}-[0-9]{2,4}$'), iso char(2) NOT NULL CHECK (length(iso)=2), name text NOT NULL CHECK (char_length(name) BETWEEN 3 AND 10), pre text NOT NULL CHECK (pre LIKE 'ab%'), j jsonb NOT NULL CHECK (jsonb_typeof(j)='array'), starts date NOT NULL, ends date NOT NULL, CHECK (ends > starts), a int, b int, CHECK (a IS NOT NULL OR b IS NOT NULL), CHECK (num_nonnulls(a,b)=1), tags text[] NOT NULL CHECK (array_length(tags,1) >= 2), odd int NOT NULL CHECK (odd % 2 = 1), weird text NOT NULL CHECK (reverse(weird) = weird), low text CHECK (low = lower(low)), k text NOT NULL, CHECK (CASE WHEN k = 'x' THEN a IS NOT NULL ELSE true END), since timestamptz CHECK (since >= '2024-01-01'), m mood CHECK (m <> 'sad'));
CREATE TABLE uniq (id serial PRIMARY KEY, u text UNIQUE, a int NOT NULL, b boolean NOT NULL, UNIQUE (a,b), e text NOT NULL, active boolean NOT NULL, owner int NOT NULL);
CREATE UNIQUE INDEX ON uniq (lower(e)); CREATE UNIQUE INDEX ON uniq (owner) WHERE active;
CREATE UNIQUE INDEX uq_nnd ON uniq (u) NULLS NOT DISTINCT;
CREATE TABLE onebool (b boolean PRIMARY KEY);
CREATE TABLE tenant (id uuid PRIMARY KEY);
CREATE TABLE usr (tenant uuid NOT NULL REFERENCES tenant, id int NOT NULL, boss int, PRIMARY KEY (tenant,id), FOREIGN KEY (tenant,boss) REFERENCES usr(tenant,id));
CREATE TABLE doc (id int PRIMARY KEY, tenant uuid NOT NULL REFERENCES tenant, author int NOT NULL, editor int, FOREIGN KEY (tenant,author) REFERENCES usr, FOREIGN KEY (tenant,editor) REFERENCES usr);
CREATE TABLE one2one (doc_id int PRIMARY KEY REFERENCES doc);
CREATE TABLE selfnn (id int PRIMARY KEY, parent int NOT NULL REFERENCES selfnn);
CREATE TABLE cyc_a (id int PRIMARY KEY, b int); CREATE TABLE cyc_b (id int PRIMARY KEY, a int NOT NULL REFERENCES cyc_a); ALTER TABLE cyc_a ADD FOREIGN KEY (b) REFERENCES cyc_b;
CREATE TABLE def_a (id int PRIMARY KEY, b int NOT NULL); CREATE TABLE def_b (id int PRIMARY KEY, a int NOT NULL REFERENCES def_a); ALTER TABLE def_a ADD FOREIGN KEY (b) REFERENCES def_b DEFERRABLE;
CREATE TABLE pr (id int, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE pr_1 PARTITION OF pr FOR VALUES FROM ('2023-01-01') TO ('2023-02-01'); CREATE TABLE pr_2 PARTITION OF pr FOR VALUES FROM ('2023-02-01') TO ('2023-03-01');
CREATE TABLE pl (id int, region text NOT NULL) PARTITION BY LIST (region);
CREATE TABLE pl_eu PARTITION OF pl FOR VALUES IN ('de','fr'); CREATE TABLE pl_us PARTITION OF pl FOR VALUES IN ('us') PARTITION BY RANGE (id); CREATE TABLE pl_us_1 PARTITION OF pl_us FOR VALUES FROM (100) TO (200);
CREATE TABLE ph (id int) PARTITION BY HASH (id); CREATE TABLE ph_0 PARTITION OF ph FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE ph_1 PARTITION OF ph FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE pmulti (a int, b int) PARTITION BY RANGE (a,b); CREATE TABLE pm1 PARTITION OF pmulti FOR VALUES FROM (1,10) TO (3,20);
CREATE TABLE parent (id int PRIMARY KEY, x text); CREATE TABLE child (y int NOT NULL) INHERITS (parent);
CREATE TABLE booking (id int PRIMARY KEY, room int NOT NULL, during tstzrange NOT NULL, EXCLUDE USING gist (room WITH =, during WITH &&));
CREATE TABLE booking2 (id int PRIMARY KEY, s timestamptz NOT NULL, e timestamptz NOT NULL, CHECK (e > s), EXCLUDE USING gist (tstzrange(s,e) WITH &&));
CREATE TABLE temporal (id int4range, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE nocols ();
CREATE TABLE raises (id int); CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not here''; END'; CREATE TRIGGER t BEFORE INSERT ON raises FOR EACH ROW EXECUTE FUNCTION no();
CREATE TABLE stamped (id int PRIMARY KEY, slug text NOT NULL); CREATE FUNCTION st() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.id := NEW.id + 100; RETURN NEW; END'; CREATE TRIGGER t BEFORE INSERT ON stamped FOR EACH ROW EXECUTE FUNCTION st();
CREATE TABLE stamped_child (id int REFERENCES stamped NOT NULL);
CREATE VIEW vw AS SELECT 1 AS one;
