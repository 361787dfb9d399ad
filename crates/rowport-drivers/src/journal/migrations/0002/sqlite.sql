-- Rows that go with others, a key for changes that are asked for twice, and what the audit is still to be told of.
-- Unless change_sets has along_with:
ALTER TABLE _rowport_change_sets ADD COLUMN along_with text;
-- Unless change_sets has place:
ALTER TABLE _rowport_change_sets ADD COLUMN place integer NOT NULL DEFAULT 0;
-- Unless change_sets has idempotency_key:
ALTER TABLE _rowport_change_sets ADD COLUMN idempotency_key text;
CREATE UNIQUE INDEX IF NOT EXISTS _rowport_change_sets_idempotency_key ON _rowport_change_sets (idempotency_key);
CREATE INDEX IF NOT EXISTS _rowport_change_sets_along_with ON _rowport_change_sets (along_with);
CREATE INDEX IF NOT EXISTS _rowport_change_chunks_to_relay
    ON _rowport_change_chunks (relayed, done_at, change_set, chunk);

UPDATE _rowport_journal SET version = 2 WHERE version < 2;
