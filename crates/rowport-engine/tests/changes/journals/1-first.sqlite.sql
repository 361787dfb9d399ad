-- Rowport's journal: what was changed through Rowport, and what it takes to change it back.
CREATE TABLE IF NOT EXISTS _rowport_journal (version integer NOT NULL);
INSERT INTO _rowport_journal SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM _rowport_journal);

CREATE TABLE IF NOT EXISTS _rowport_change_sets (
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
    attempt integer NOT NULL DEFAULT 0,
    state text NOT NULL,
    row_count integer NOT NULL,
    done_count integer NOT NULL DEFAULT 0,
    failed_count integer NOT NULL DEFAULT 0,
    kept_count integer NOT NULL DEFAULT 0,
    created_at integer NOT NULL,
    ended_at integer,
    undo_until integer NOT NULL
);
CREATE INDEX IF NOT EXISTS _rowport_change_sets_by_dataset ON _rowport_change_sets (dataset, id);

CREATE TABLE IF NOT EXISTS _rowport_change_chunks (
    change_set text NOT NULL REFERENCES _rowport_change_sets (id),
    chunk integer NOT NULL,
    state text NOT NULL,
    key_count integer NOT NULL,
    keys_image blob NOT NULL,
    before_image blob,
    after_image blob,
    done_count integer NOT NULL DEFAULT 0,
    failures text,
    taken blob,
    taken_count integer NOT NULL DEFAULT 0,
    from_change_set text,
    from_chunk integer,
    done_at integer,
    relayed integer NOT NULL DEFAULT 0,
    PRIMARY KEY (change_set, chunk)
);
