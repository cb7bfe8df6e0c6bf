-- The journal inside the target database. One file, run as one message under an advisory lock: CREATE ... IF NOT EXISTS
-- of two sessions at once can still fail with a unique violation (PostgreSQL documentation does not promise otherwise).

-- One revision going one way, once. A revision that is undone and applied again is a new unit.
CREATE TABLE IF NOT EXISTS pgwright.unit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    revision text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('up', 'down')),
    parent text NOT NULL,
    digest text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('replay', 'backfill', 'whole')),
    steps int NOT NULL,
    state text NOT NULL DEFAULT 'running' CHECK (state IN
        ('running', 'waiting_for_lock', 'paused', 'cancelled', 'failed', 'connection_lost', 'done', 'withdrawn')),
    told text NOT NULL DEFAULT '',
    holder text NOT NULL,
    started timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended timestamptz,
    tenant text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS unit_open ON pgwright.unit ((true)) WHERE state NOT IN ('done', 'withdrawn');

-- One step of a unit. A row in state `done` was committed together with what the step did; `intent` stands before what
-- cannot be in a transaction, and the catalog then says whether it happened.
CREATE TABLE IF NOT EXISTS pgwright.step (
    unit bigint NOT NULL REFERENCES pgwright.unit,
    no int NOT NULL,
    kind text NOT NULL,
    digest text NOT NULL,
    state text NOT NULL CHECK (state IN ('intent', 'done')),
    attempts int NOT NULL DEFAULT 1,
    started timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended timestamptz,
    PRIMARY KEY (unit, no)
);

-- The cursor of a backfill in one relation; moved in the transaction of each batch, only from where it stood.
CREATE TABLE IF NOT EXISTS pgwright.cursor (
    unit bigint NOT NULL REFERENCES pgwright.unit,
    relation oid NOT NULL,
    pass int NOT NULL,
    mode text NOT NULL CHECK (mode IN ('pk', 'ctid')),
    relfilenode oid NOT NULL,
    low bigint NOT NULL,
    high bigint NOT NULL,
    next bigint NOT NULL,
    rows bigint NOT NULL DEFAULT 0,
    batches bigint NOT NULL DEFAULT 0,
    seconds double precision NOT NULL DEFAULT 0,
    longest double precision NOT NULL DEFAULT 0,
    moved timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (unit, relation, pass)
) WITH (fillfactor = 50);

-- What a person wants of the run, from another terminal.
CREATE TABLE IF NOT EXISTS pgwright.control (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    wish text NOT NULL DEFAULT 'run' CHECK (wish IN ('run', 'pause', 'cancel')),
    duty double precision CHECK (duty > 0 AND duty <= 1),
    why text NOT NULL DEFAULT '',
    changed timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO pgwright.control DEFAULT VALUES ON CONFLICT DO NOTHING;

-- What happened, in order; only ever added to.
CREATE TABLE IF NOT EXISTS pgwright.event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    unit bigint,
    stage text NOT NULL,
    told text NOT NULL
);
