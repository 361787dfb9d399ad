-- Each event's place in the chain of its tenant, and the SHA-256 of everything that it says and of the event before it.
-- Events from before this step have no place, and older processes give theirs none.
ALTER TABLE audit ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_subject ON audit (subject, seq);

-- The events up to this one have no place in a chain.
INSERT INTO counters (name, value) SELECT 'audit_unchained', value FROM counters WHERE name = 'audit';

-- The last link of each chain. Events without a tenant have the chain of the empty name.
CREATE TABLE audit_chains (
    tenant TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    hash TEXT NOT NULL
);

-- What only somebody with the key can have written: it covers every event after `since`, up to `seq`.
CREATE TABLE audit_seal (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    -- Which key it is. It tells nothing of the key.
    key_id TEXT NOT NULL,
    since BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seal TEXT NOT NULL
);

-- Rows that were changed in a source. Everything else of them says the event with this number, which is for one chunk of
-- a change and has the digest of these rows.
CREATE TABLE row_events (
    seq BIGINT NOT NULL,
    place BIGINT NOT NULL,
    -- JSON: the values of the key's columns as texts.
    row_key TEXT NOT NULL,
    -- SHA-256 of the row before and after.
    digest BYTEA NOT NULL,
    PRIMARY KEY (seq, place)
);

CREATE INDEX row_events_key ON row_events (row_key, seq);
