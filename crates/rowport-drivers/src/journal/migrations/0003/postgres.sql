-- Plain names: the change set that another is cascaded from, its turn among these, and what was skipped or undone.
-- Unless change_sets has parent_change_set:
ALTER TABLE rowport_journal.change_sets RENAME COLUMN along_with TO parent_change_set;
-- Unless change_sets has sequence:
ALTER TABLE rowport_journal.change_sets RENAME COLUMN place TO sequence;
-- Unless change_sets has skipped_count:
ALTER TABLE rowport_journal.change_sets RENAME COLUMN kept_count TO skipped_count;
-- Unless change_chunks has undone_rows:
ALTER TABLE rowport_journal.change_chunks RENAME COLUMN taken TO undone_rows;
-- Unless change_chunks has undone_count:
ALTER TABLE rowport_journal.change_chunks RENAME COLUMN taken_count TO undone_count;
ALTER INDEX IF EXISTS rowport_journal.change_sets_along_with RENAME TO change_sets_by_parent;

-- No value of a row is in the details of a change set that is cascaded or that undoes another.
UPDATE rowport_journal.change_sets SET details = replace(details, '"along":true', '"cascaded":true')
    WHERE parent_change_set IS NOT NULL;
UPDATE rowport_journal.change_sets SET details = replace(details, '"leads":true', '"parent_first":true')
    WHERE undoes IS NOT NULL;

UPDATE rowport_journal.journal SET version = 3 WHERE version < 3;
