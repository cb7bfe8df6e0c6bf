CREATE TABLE booking (id integer PRIMARY KEY, room integer NOT NULL, during tstzrange NOT NULL, cancelled boolean NOT NULL DEFAULT false);
INSERT INTO booking SELECT g, g % 5, tstzrange(now() + g * interval '1 hour', now() + (g + 1) * interval '1 hour') FROM generate_series(1, 300) g;
