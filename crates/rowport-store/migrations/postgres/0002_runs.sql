-- Raised by one with every change to a run, first thing in the change's transaction. A change therefore has a number,
-- numbers become visible in their order, and whoever has seen number n misses nothing by asking for what is above n.
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO counters (name, value) VALUES ('runs', 0);

-- One row for each execution of background work. Moments are milliseconds since 1970.
CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'cancelling', 'cancelled', 'completed', 'failed')),
    principal TEXT NOT NULL,
    source TEXT NOT NULL,
    dataset TEXT NOT NULL,
    parent TEXT,
    rerun_of TEXT,
    -- JSON: what was asked for.
    request TEXT NOT NULL,
    priority BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    -- The fence: raised by every claim, and named by every write of the worker that claimed.
    attempt BIGINT NOT NULL,
    -- How often it may still be tried again.
    tries_left BIGINT NOT NULL,
    worker TEXT,
    lease_until BIGINT,
    rows_done BIGINT NOT NULL,
    rows_expected BIGINT,
    bytes_done BIGINT NOT NULL,
    error_code TEXT,
    error_message TEXT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    -- Set when its owner deleted it: the row stays until everybody who watches has heard of it.
    deleted_at BIGINT,
    version BIGINT NOT NULL
);

CREATE UNIQUE INDEX runs_version ON runs (version);
CREATE INDEX runs_queue ON runs (state, not_before);
CREATE INDEX runs_history ON runs (principal, id);

-- One row for each file that is published. The row is written after the file is whole.
CREATE TABLE artifacts (
    id TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id),
    storage_key TEXT NOT NULL UNIQUE,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    -- JSON.
    manifest TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    -- Set when the file is gone from the storage.
    removed_at BIGINT
);

CREATE INDEX artifacts_run ON artifacts (run_id);
CREATE INDEX artifacts_expiry ON artifacts (expires_at) WHERE removed_at IS NULL;

-- What Rowport must remember and nobody may read, such as the key that download links are signed with.
CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);
