CREATE TABLE "Sale" (
  id serial NOT NULL,
  "the region" text NOT NULL,
  amount numeric(10,2) NOT NULL DEFAULT 0,
  CONSTRAINT uq_sale UNIQUE ("the region", id)
);
CREATE INDEX ix_sale_amount ON "Sale" (amount);
INSERT INTO "Sale" ("the region", amount) SELECT CASE g % 2 WHEN 0 THEN 'o''eu' ELSE 'us' END, g FROM generate_series(1, 100) g;
