CREATE TABLE visit (id integer PRIMARY KEY, at timestamp);
INSERT INTO visit SELECT g, timestamp '2026-03-29 02:30:00' + g * interval '7 minutes' FROM generate_series(1, 300) g;
