-- Rowport's journal: what was changed through Rowport, and what it takes to change it back.
-- The login that Rowport uses needs SELECT, INSERT, UPDATE and DELETE on these three tables, and USAGE of the schema.
CREATE SCHEMA IF NOT EXISTS rowport_journal;

CREATE TABLE IF NOT EXISTS rowport_journal.journal (version bigint NOT NULL);

CREATE TABLE IF NOT EXISTS rowport_journal.change_sets (
    id text PRIMARY KEY,
    dataset text NOT NULL,
    action text NOT NULL,
    details text NOT NULL,
    columns text NOT NULL,
    actor text NOT NULL,
    actor_name text NOT NULL,
    tenant text,
    request_id text,
    address text,
    run_id text,
    undoes text,
    attempt bigint NOT NULL DEFAULT 0,
    state text NOT NULL,
    row_count bigint NOT NULL,
    done_count bigint NOT NULL DEFAULT 0,
    failed_count bigint NOT NULL DEFAULT 0,
    kept_count bigint NOT NULL DEFAULT 0,
    created_at bigint NOT NULL,
    ended_at bigint,
    undo_until bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS change_sets_by_dataset ON rowport_journal.change_sets (dataset, id);

CREATE TABLE IF NOT EXISTS rowport_journal.change_chunks (
    change_set text NOT NULL REFERENCES rowport_journal.change_sets (id),
    chunk bigint NOT NULL,
    state text NOT NULL,
    key_count bigint NOT NULL,
    keys_image bytea NOT NULL,
    before_image bytea,
    after_image bytea,
    done_count bigint NOT NULL DEFAULT 0,
    failures text,
    taken bytea,
    taken_count bigint NOT NULL DEFAULT 0,
    from_change_set text,
    from_chunk bigint,
    done_at bigint,
    relayed bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (change_set, chunk)
);
-- The images are compressed already.
ALTER TABLE rowport_journal.change_chunks
    ALTER COLUMN keys_image SET STORAGE EXTERNAL,
    ALTER COLUMN before_image SET STORAGE EXTERNAL,
    ALTER COLUMN after_image SET STORAGE EXTERNAL;

INSERT INTO rowport_journal.journal SELECT 1 WHERE NOT EXISTS (SELECT FROM rowport_journal.journal);
