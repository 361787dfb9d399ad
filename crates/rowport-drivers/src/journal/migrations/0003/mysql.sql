-- Plain names: the change set that another is cascaded from, its turn among these, and what was skipped or undone.
-- Unless change_sets has parent_change_set:
ALTER TABLE _rowport_change_sets CHANGE COLUMN along_with parent_change_set varchar(64);
-- Unless change_sets has sequence:
ALTER TABLE _rowport_change_sets CHANGE COLUMN place `sequence` bigint NOT NULL DEFAULT 0;
-- Unless change_sets has skipped_count:
ALTER TABLE _rowport_change_sets CHANGE COLUMN kept_count skipped_count bigint NOT NULL DEFAULT 0;
-- Unless change_chunks has undone_rows:
ALTER TABLE _rowport_change_chunks CHANGE COLUMN taken undone_rows longblob;
-- Unless change_chunks has undone_count:
ALTER TABLE _rowport_change_chunks CHANGE COLUMN taken_count undone_count bigint NOT NULL DEFAULT 0;
-- Unless change_sets has change_sets_by_parent:
ALTER TABLE _rowport_change_sets DROP KEY change_sets_along_with, ADD KEY change_sets_by_parent (parent_change_set);

-- No value of a row is in the details of a change set that is cascaded or that undoes another.
UPDATE _rowport_change_sets SET details = REPLACE(details, '"along":true', '"cascaded":true')
    WHERE parent_change_set IS NOT NULL;
UPDATE _rowport_change_sets SET details = REPLACE(details, '"leads":true', '"parent_first":true')
    WHERE undoes IS NOT NULL;

UPDATE _rowport_journal SET version = 3 WHERE version < 3;
