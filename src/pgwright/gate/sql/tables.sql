-- What the guard remembers. Only functions of this schema write here; the ledger and the signers may be read by all.

CREATE TABLE IF NOT EXISTS pgwright.guard (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    version integer NOT NULL,
    tier text NOT NULL CHECK (tier IN ('T1', 'T2')),
    quorum integer NOT NULL DEFAULT 1 CHECK (quorum >= 1),  -- at least so many people, whatever an approval says
    exempt text[] NOT NULL DEFAULT '{}',  -- the platform's own superusers, by name
    suspended timestamptz
);

CREATE TABLE IF NOT EXISTS pgwright.signer (
    key bytea PRIMARY KEY,  -- as in an SSH public key file, decoded
    principal text NOT NULL,
    touch boolean NOT NULL DEFAULT false  -- counts only when the hardware key says that it was touched
);

-- A plan that somebody approved, and how far it has come. It may be opened again until it is closed or has expired.
CREATE TABLE IF NOT EXISTS pgwright.run (
    nonce text PRIMARY KEY,
    plan text NOT NULL,
    steps text[] NOT NULL,  -- Step.digest of each message, in order
    drops text[] NOT NULL,
    rewrites text[] NOT NULL,
    search_path text,
    next integer NOT NULL DEFAULT 1,
    seen boolean NOT NULL DEFAULT false,  -- the server saw step `next` change the schema, in a transaction that committed
    redo boolean NOT NULL DEFAULT false,  -- step `next` runs outside a transaction: it may have to be repeated
    message_at timestamptz,
    closed timestamptz
);

-- Which backend holds an approved run.
CREATE TABLE IF NOT EXISTS pgwright.seat (
    nonce text PRIMARY KEY REFERENCES pgwright.run,
    pid integer NOT NULL,
    started timestamptz NOT NULL,
    login text NOT NULL
);

-- Nonces of signed documents that are not runs: signers, suspend, resume.
CREATE TABLE IF NOT EXISTS pgwright.used (nonce text PRIMARY KEY, what text NOT NULL);

CREATE TABLE IF NOT EXISTS pgwright.ledger (
    seq bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    who text NOT NULL,
    event text NOT NULL,
    body jsonb NOT NULL,
    prev bytea,
    hash bytea NOT NULL
);

-- Who owned what before, so that `gate remove` can give it back.
CREATE TABLE IF NOT EXISTS pgwright.moved (
    kind text NOT NULL,
    identity text NOT NULL,
    owner text NOT NULL,
    privileges text[],
    PRIMARY KEY (kind, identity)
);

GRANT SELECT ON pgwright.ledger, pgwright.signer, pgwright.guard, pgwright.moved TO PUBLIC;
