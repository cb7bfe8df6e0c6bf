CREATE TYPE state AS ENUM ('new', 'it''s');
COMMENT ON TYPE state IS 'unused';
