CREATE SCHEMA "odd schema";
CREATE TABLE "odd schema"."My ""Table""" (id integer PRIMARY KEY, "from" integer NOT NULL DEFAULT 5, "to:x%s" text,
  CONSTRAINT "it's a rule" CHECK ("from" > 0 OR "to:x%s" = 'from'));
CREATE INDEX "ix from" ON "odd schema"."My ""Table""" ("from", "to:x%s") INCLUDE (id) WHERE "from" <> 3;
INSERT INTO "odd schema"."My ""Table""" SELECT g, g, ':' || g || '%' FROM generate_series(1, 300) g;
