-- Rowport's journal: what was changed through Rowport, and what it takes to change it back.
-- The login that Rowport uses needs SELECT, INSERT, UPDATE and DELETE on these three tables.
CREATE TABLE IF NOT EXISTS _rowport_journal (version bigint NOT NULL) ENGINE = InnoDB;
INSERT INTO _rowport_journal SELECT 1 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM _rowport_journal);

CREATE TABLE IF NOT EXISTS _rowport_change_sets (
    id varchar(64) NOT NULL PRIMARY KEY,
    dataset varchar(200) NOT NULL,
    action varchar(32) NOT NULL,
    details longtext NOT NULL,
    columns longtext NOT NULL,
    actor varchar(200) NOT NULL,
    actor_name text NOT NULL,
    tenant text,
    request_id varchar(200),
    address varchar(200),
    run_id varchar(64),
    undoes varchar(64),
    along_with varchar(64),
    place bigint NOT NULL,
    idempotency_key varchar(64) UNIQUE,
    attempt bigint NOT NULL DEFAULT 0,
    state varchar(16) NOT NULL,
    row_count bigint NOT NULL,
    done_count bigint NOT NULL DEFAULT 0,
    failed_count bigint NOT NULL DEFAULT 0,
    kept_count bigint NOT NULL DEFAULT 0,
    created_at bigint NOT NULL,
    ended_at bigint,
    undo_until bigint NOT NULL,
    KEY change_sets_by_dataset (dataset, id),
    KEY change_sets_along_with (along_with)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS _rowport_change_chunks (
    change_set varchar(64) NOT NULL,
    chunk bigint NOT NULL,
    state varchar(16) NOT NULL,
    key_count bigint NOT NULL,
    keys_image longblob NOT NULL,
    before_image longblob,
    after_image longblob,
    done_count bigint NOT NULL DEFAULT 0,
    failures longtext,
    taken longblob,
    taken_count bigint NOT NULL DEFAULT 0,
    from_change_set varchar(64),
    from_chunk bigint,
    done_at bigint,
    relayed bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (change_set, chunk),
    KEY change_chunks_to_relay (relayed, done_at, change_set, chunk),
    FOREIGN KEY (change_set) REFERENCES _rowport_change_sets (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
