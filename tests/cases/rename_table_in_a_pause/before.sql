CREATE TABLE customer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  name varchar(40),
  CONSTRAINT uq_customer_email UNIQUE (email)
);
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint,
  status text NOT NULL DEFAULT 'new',
  note text,
  total numeric(10,2) NOT NULL DEFAULT 0
);
INSERT INTO customer (email, name) SELECT 'c' || g || '@example.org', 'c' || g FROM generate_series(1, 300) g;
INSERT INTO orders (customer_id, note) SELECT g, 'n' || g FROM generate_series(1, 300) g;
