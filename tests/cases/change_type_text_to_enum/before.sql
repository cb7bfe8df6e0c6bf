CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  status text NOT NULL DEFAULT 'new',
  note text
);
INSERT INTO orders (status) SELECT (ARRAY['new', 'paid', 'it''s'])[1 + g % 3] FROM generate_series(1, 300) g;
