-- What a change set does is one document, tagged by its kind.
UPDATE _rowport_change_sets SET details = CONCAT('{"action":"', action, '",', SUBSTR(details, 2))
    WHERE details NOT LIKE '{"action":%';

UPDATE _rowport_journal SET version = 4 WHERE version < 4;
