CREATE TABLE event (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), payload json NOT NULL DEFAULT '{}');
INSERT INTO event (payload) SELECT format('{"b":  %s, "a": 1, "a": 2}', g)::json FROM generate_series(1, 300) g;
