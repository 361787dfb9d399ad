-- One row for each message to the outside: that a run has ended, over one channel. It is written in the transaction
-- that ends the run, so that no end goes untold. Moments are milliseconds since 1970.
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    -- `email`, or `webhook:` and its name.
    channel TEXT NOT NULL,
    -- `run.completed`, `run.failed` or `test`.
    event TEXT NOT NULL,
    run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
    -- The principal whom it is for, where it is for somebody. Where they are reached is looked up when it is sent.
    recipient TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
    not_before BIGINT NOT NULL,
    -- The fence, as for runs.
    attempt BIGINT NOT NULL,
    lease_until BIGINT,
    -- What the last attempt came to.
    error_code TEXT,
    error_message TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);

CREATE INDEX deliveries_due ON deliveries (state, not_before);
CREATE INDEX deliveries_run ON deliveries (run_id);
