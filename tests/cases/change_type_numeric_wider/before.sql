CREATE TABLE orders (id integer PRIMARY KEY, total numeric(10,2) NOT NULL DEFAULT 0);
INSERT INTO orders SELECT g, g * 1.25 FROM generate_series(1, 300) g;
