CREATE TABLE person (name varchar(200), CONSTRAINT uq_person_name UNIQUE (name));
CREATE INDEX ix_person_lower ON person (lower(name) DESC NULLS LAST);
INSERT INTO person SELECT nullif('p' || g, 'p7') FROM generate_series(1, 300) g;
