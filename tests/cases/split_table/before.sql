CREATE TABLE country (code text PRIMARY KEY);
INSERT INTO country VALUES ('fr'), ('de'), ('it');
CREATE TABLE person (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  street text,
  "the country" text NOT NULL DEFAULT 'fr' REFERENCES country,
  extra json,
  CONSTRAINT ck_person_street CHECK (street <> '')
);
CREATE INDEX "ix_person_the country" ON person ("the country", street);
COMMENT ON COLUMN person.street IS 'and number';
GRANT SELECT, UPDATE ON person TO pg_monitor;
INSERT INTO person (name, street, "the country", extra)
  SELECT 'n' || g, nullif('s' || g, 's9'), CASE g % 2 WHEN 0 THEN 'fr' ELSE 'it' END, CASE g % 5 WHEN 0 THEN NULL ELSE '{"a":  1}'::json END
  FROM generate_series(1, 300) g;
