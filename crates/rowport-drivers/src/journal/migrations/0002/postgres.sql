-- Rows that go with others, a key for changes that are asked for twice, and what the audit is still to be told of.
-- Unless change_sets has along_with:
ALTER TABLE rowport_journal.change_sets ADD COLUMN along_with text;
-- Unless change_sets has place:
ALTER TABLE rowport_journal.change_sets ADD COLUMN place bigint NOT NULL DEFAULT 0;
-- Unless change_sets has idempotency_key:
ALTER TABLE rowport_journal.change_sets ADD COLUMN idempotency_key text UNIQUE;
CREATE INDEX IF NOT EXISTS change_sets_along_with ON rowport_journal.change_sets (along_with);
CREATE INDEX IF NOT EXISTS change_chunks_to_relay
    ON rowport_journal.change_chunks (relayed, done_at, change_set, chunk);

UPDATE rowport_journal.journal SET version = 2 WHERE version < 2;
