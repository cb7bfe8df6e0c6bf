CREATE TABLE orders (id integer PRIMARY KEY, status text NOT NULL, note text);
INSERT INTO orders SELECT g, (ARRAY['new', 'paid', 'sent'])[1 + g % 3] FROM generate_series(1, 300) g;
