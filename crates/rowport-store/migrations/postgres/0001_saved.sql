-- What people saved of a dataset: its views and its column presets.
CREATE TABLE saved (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('view', 'preset')),
    source TEXT NOT NULL,
    dataset TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The name in lower case, folded by Rowport and ordered by its bytes: the same on every database.
    name_folded TEXT COLLATE "C" NOT NULL,
    -- JSON: the view, or the list of columns.
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL
);

-- Also the order in which they are listed.
CREATE UNIQUE INDEX saved_name ON saved (kind, source, dataset, name_folded);
