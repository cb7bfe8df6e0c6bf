CREATE TABLE customer (id bigint PRIMARY KEY, name text);
INSERT INTO customer SELECT g, 'c' || g FROM generate_series(1, 20) g;
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := coalesce(NEW.note, ''none''); RETURN NEW; END';
CREATE TABLE event (
  id bigint GENERATED ALWAYS AS IDENTITY,
  happened date NOT NULL DEFAULT '2026-03-01',
  customer_id bigint NOT NULL REFERENCES customer ON DELETE CASCADE,
  note text,
  loud text GENERATED ALWAYS AS (upper(note)) STORED,
  CONSTRAINT pk_event PRIMARY KEY (id, happened),
  CONSTRAINT ck_event_note CHECK (note <> '')
);
CREATE INDEX ix_event_customer_id ON event (customer_id, happened DESC);
CREATE INDEX ix_event_note ON event (lower(note)) WHERE note IS NOT NULL;
CREATE TRIGGER event_noted BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION noted();
CREATE VIEW recent AS SELECT id, note FROM event WHERE happened >= '2026-02-01';
COMMENT ON TABLE event IS 'what happened';
COMMENT ON COLUMN event.happened IS 'when';
GRANT SELECT ON event TO pg_monitor;
INSERT INTO event (happened, customer_id, note)
  SELECT date '2026-01-01' + g % 60, 1 + g % 20, nullif('n' || g, 'n7') FROM generate_series(1, 300) g;
