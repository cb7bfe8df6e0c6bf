CREATE TABLE visit (id integer PRIMARY KEY, at timestamp DEFAULT '2026-01-01 00:00:00');
CREATE INDEX ix_visit_at ON visit (at);
INSERT INTO visit SELECT g, timestamp '2026-03-29 02:30:00' + g * interval '7 minutes' FROM generate_series(1, 300) g;
INSERT INTO visit VALUES (301, NULL), (302, 'infinity');
