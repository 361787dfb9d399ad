-- What a change set does is one document, tagged by its kind.
UPDATE rowport_journal.change_sets SET details = '{"action":"' || action || '",' || substr(details, 2)
    WHERE details NOT LIKE '{"action":%';

UPDATE rowport_journal.journal SET version = 4 WHERE version < 4;
