-- Rows that go with others, a key for changes that are asked for twice, and what the audit is still to be told of.
-- Unless change_sets has along_with:
ALTER TABLE _rowport_change_sets ADD COLUMN along_with varchar(64);
-- Unless change_sets has place:
ALTER TABLE _rowport_change_sets ADD COLUMN place bigint NOT NULL DEFAULT 0;
-- Unless change_sets has idempotency_key:
ALTER TABLE _rowport_change_sets ADD COLUMN idempotency_key varchar(64) UNIQUE;
-- Unless change_sets has change_sets_along_with:
ALTER TABLE _rowport_change_sets ADD KEY change_sets_along_with (along_with);
-- Unless change_chunks has change_chunks_to_relay:
ALTER TABLE _rowport_change_chunks ADD KEY change_chunks_to_relay (relayed, done_at, change_set, chunk);

UPDATE _rowport_journal SET version = 2 WHERE version < 2;
