-- Plain names: the change set that another is cascaded from, its turn among these, and what was skipped or undone.
-- Unless change_sets has parent_change_set:
ALTER TABLE _rowport_change_sets RENAME COLUMN along_with TO parent_change_set;
-- Unless change_sets has sequence:
ALTER TABLE _rowport_change_sets RENAME COLUMN place TO sequence;
-- Unless change_sets has skipped_count:
ALTER TABLE _rowport_change_sets RENAME COLUMN kept_count TO skipped_count;
-- Unless change_chunks has undone_rows:
ALTER TABLE _rowport_change_chunks RENAME COLUMN taken TO undone_rows;
-- Unless change_chunks has undone_count:
ALTER TABLE _rowport_change_chunks RENAME COLUMN taken_count TO undone_count;
DROP INDEX IF EXISTS _rowport_change_sets_along_with;
CREATE INDEX IF NOT EXISTS _rowport_change_sets_by_parent ON _rowport_change_sets (parent_change_set);

-- No value of a row is in the details of a change set that is cascaded or that undoes another.
UPDATE _rowport_change_sets SET details = replace(details, '"along":true', '"cascaded":true')
    WHERE parent_change_set IS NOT NULL;
UPDATE _rowport_change_sets SET details = replace(details, '"leads":true', '"parent_first":true')
    WHERE undoes IS NOT NULL;

UPDATE _rowport_journal SET version = 3 WHERE version < 3;
