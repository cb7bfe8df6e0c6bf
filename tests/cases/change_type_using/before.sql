CREATE TABLE price (shop integer, item text, amount numeric(8,3) DEFAULT 9.995, PRIMARY KEY (shop, item));
CREATE INDEX ix_price_amount ON price (amount DESC);
INSERT INTO price SELECT g % 3, 'i' || g, g * 1.001 FROM generate_series(1, 300) g;
INSERT INTO price VALUES (9, 'free', NULL);
