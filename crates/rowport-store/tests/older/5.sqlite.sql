-- A state of version 5, as SQLite's shell dumps it: a person, a role, a session, a key, a run in each state, a file,
-- what is to be told of two runs, a saved view and preset, and a sealed audit with events about rows.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE saved (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('view', 'preset')),
    source TEXT NOT NULL,
    dataset TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The name in lower case. SQLite's own NOCASE folds only ASCII, so Rowport folds.
    name_folded TEXT NOT NULL,
    -- JSON: the view, or the list of columns.
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL
, tenant TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO saved VALUES('019ca945-0a00-78ea-9ea1-f22fbc05f25f','view','shop','orders','Paid','paid','{}','2026-03-01T12:00:00Z','local','2026-03-01T12:00:00Z','local','');
INSERT INTO saved VALUES('019ca945-0a00-7f43-85ab-51d2536257d9','preset','shop','orders','Short','short','["id"]','2026-03-01T12:00:00Z','local','2026-03-01T12:00:00Z','local','');
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO counters VALUES('runs',20);
INSERT INTO counters VALUES('audit',16);
INSERT INTO counters VALUES('audit_unchained',0);
CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'cancelling', 'cancelled', 'completed', 'failed')),
    principal TEXT NOT NULL,
    source TEXT NOT NULL,
    dataset TEXT NOT NULL,
    parent TEXT,
    rerun_of TEXT,
    -- JSON: what was asked for.
    request TEXT NOT NULL,
    priority INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    -- The fence: raised by every claim, and named by every write of the worker that claimed.
    attempt INTEGER NOT NULL,
    -- How often it may still be tried again.
    tries_left INTEGER NOT NULL,
    worker TEXT,
    lease_until INTEGER,
    rows_done INTEGER NOT NULL,
    rows_expected INTEGER,
    bytes_done INTEGER NOT NULL,
    error_code TEXT,
    error_message TEXT,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    -- Set when its owner deleted it: the row stays until everybody who watches has heard of it.
    deleted_at INTEGER,
    version INTEGER NOT NULL
, tenant TEXT) STRICT;
INSERT INTO runs VALUES('019ca945-0de8-7461-be94-77d00e8f5447','export','completed','local','shop','orders',NULL,NULL,'{"format":"csv"}',0,1772366401000,1,2,NULL,NULL,7,7,70,NULL,NULL,1772366401000,1772366401000,1772366401000,NULL,4,NULL);
INSERT INTO runs VALUES('019ca945-11d0-7580-9ed8-62861ea90e28','export','failed','local','shop','orders',NULL,NULL,'{"format":"csv"}',0,1772366402000,1,2,NULL,NULL,7,10,70,'bad_filter','no',1772366402000,1772366402000,1772366402000,NULL,8,NULL);
INSERT INTO runs VALUES('019ca945-15b8-79f7-96c1-4ab3b5c27521','export','cancelled','local','shop','orders',NULL,NULL,'{"format":"csv"}',0,1772366403000,1,2,NULL,NULL,7,10,70,NULL,NULL,1772366403000,1772366403000,1772366403000,NULL,12,NULL);
INSERT INTO runs VALUES('019ca945-19a0-7c3e-b9b5-8bbd1a6c1ad4','export','running','local','shop','orders',NULL,NULL,'{"format":"csv"}',0,1772366404000,1,2,'old',1772366434000,7,10,70,NULL,NULL,1772366404000,1772366404000,NULL,NULL,15,NULL);
INSERT INTO runs VALUES('019ca945-1d88-7044-814f-75ffdc4a05cd','export','cancelling','local','shop','orders',NULL,NULL,'{"format":"csv"}',0,1772366405000,1,2,'old',1772366435000,7,10,70,NULL,NULL,1772366405000,1772366405000,NULL,NULL,19,NULL);
INSERT INTO runs VALUES('019ca945-2170-7775-a4c2-e12c2a3cbbef','export','queued','local','shop','orders',NULL,NULL,'{"format":"csv"}',0,1772366406000,0,2,NULL,NULL,0,10,0,NULL,NULL,1772366406000,NULL,NULL,NULL,20,NULL);
CREATE TABLE artifacts (
    id TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id),
    storage_key TEXT NOT NULL UNIQUE,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    -- JSON.
    manifest TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    -- Set when the file is gone from the storage.
    removed_at INTEGER
, scope TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO artifacts VALUES('5cf7f21e8990dd4cd3291c505e465d54','019ca945-0de8-7461-be94-77d00e8f5447','019ca945-0de8-7461-be94-77d00e8f5447/1/data','orders.csv','text/csv',100,'0000000000000000000000000000000000000000000000000000000000000000','{"rows":10}',1772366401000,1772452801000,NULL,NULL,'');
CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
INSERT INTO secrets VALUES('links',X'2fb02b4182ea8705a7d7429ff13e597c5a23d3f5f200cd5cc2e2d7c70e002a43');
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    -- In lower case: nobody can be there twice.
    email_folded TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Argon2id in the PHC notation; NULL until an invitation was accepted.
    password TEXT,
    tenant TEXT,
    suspended_at INTEGER,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER
) STRICT;
INSERT INTO users VALUES('019ca945-0a00-784c-9b2b-e8d95ea4630f','ada@example.org','ada@example.org','Ada','a hash','acme',NULL,1772366400000,1772366400000);
CREATE TABLE roles (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    -- 1 for a role that comes with Rowport and stays as it is.
    built_in INTEGER NOT NULL,
    -- JSON: grants and column rules.
    body TEXT NOT NULL
) STRICT;
INSERT INTO roles VALUES('admin','Administrator','administrator',1,'{"grants":[{"permissions":["*"],"datasets":["*"]}],"columns":[]}');
INSERT INTO roles VALUES('operator','Operator','operator',1,'{"grants":[{"permissions":["records.read","records.export","records.import","records.update","records.delete","collections.run"],"datasets":["*"]}],"columns":[]}');
INSERT INTO roles VALUES('viewer','Viewer','viewer',1,'{"grants":[{"permissions":["records.read","records.export"],"datasets":["*"]}],"columns":[]}');
INSERT INTO roles VALUES('019ca945-0a00-7686-bc1c-96d9b389cf0c','Clerk','clerk',0,'{"grants":[{"permissions":["records.read"],"datasets":["shop/*"]}],"columns":[]}');
CREATE TABLE user_roles (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role_id TEXT NOT NULL REFERENCES roles (id),
    PRIMARY KEY (user_id, role_id)
) STRICT;
INSERT INTO user_roles VALUES('019ca945-0a00-784c-9b2b-e8d95ea4630f','viewer');
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    address TEXT,
    agent TEXT
) STRICT;
INSERT INTO sessions VALUES('019ca945-0a00-7e5e-aa25-e40ee8146316','1d329e6896e109b36ede03029d440f6b11b92fab421cc2de473619a8bdb0686c','019ca945-0a00-784c-9b2b-e8d95ea4630f',1772366400000,1772366400000,1780142400000,NULL,'a browser');
CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- Its beginning, by which people know it again.
    shown TEXT NOT NULL,
    -- JSON: the grants that narrow its owner's.
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT;
INSERT INTO api_keys VALUES('019ca945-0a00-7c8d-aba9-5a6d2bb8a076','2cc60ac4a0ca4ed49cd1c0aa0b360af9ea18af2b9a706736b9ed9cbaeab45a81','019ca945-0a00-784c-9b2b-e8d95ea4630f','a key','rpk_75215bd7','[{"permissions":["records.read"],"datasets":["*"]}]',1772366400000,NULL,NULL,NULL);
CREATE TABLE invitations (
    hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE throttles (
    bucket TEXT NOT NULL PRIMARY KEY,
    count INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;
INSERT INTO throttles VALUES('["account",["ada"]]',1,1772370006000);
CREATE TABLE admissions (
    id TEXT NOT NULL PRIMARY KEY,
    principal TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
INSERT INTO admissions VALUES('019ca945-2170-71f4-9b28-1c8ec2c3e79c','local','export',1772366406000);
CREATE TABLE audit (
    seq INTEGER NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    principal TEXT NOT NULL,
    principal_name TEXT NOT NULL,
    tenant TEXT,
    address TEXT,
    request TEXT,
    source TEXT,
    dataset TEXT,
    -- What it was done to: a run, a user, a role, a key.
    subject TEXT,
    -- JSON.
    detail TEXT NOT NULL
, position INTEGER NOT NULL DEFAULT 0, hash TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO audit VALUES(1,'019ca945-0a00-7cc8-b223-5803353310bf',1772366400000,'user.created','system','Rowport',NULL,NULL,NULL,NULL,NULL,'019ca945-0a00-784c-9b2b-e8d95ea4630f','{"roles":["viewer"],"tenant":"acme"}',1,'d31c0390f8d5f00285acd2078309589128a346be8b3dba9e7132d7c7dc02899c');
INSERT INTO audit VALUES(2,'019ca945-0a00-74f9-95bf-65f1b836a5ad',1772366400000,'user.invited','system','Rowport',NULL,NULL,NULL,NULL,NULL,'019ca945-0a00-784c-9b2b-e8d95ea4630f','{}',2,'863fa29a6cc658ee31762ae1512910f9640bca30a6572ea0d4446b14d56600ce');
INSERT INTO audit VALUES(3,'019ca945-0a00-7252-94bd-6541d208293f',1772366400000,'user.password_set','system','Rowport',NULL,NULL,NULL,NULL,NULL,'019ca945-0a00-784c-9b2b-e8d95ea4630f','{}',3,'77537ed1986d7bd65127a2567190ffeb0a65aef24ffed97a3e86cb3678126d79');
INSERT INTO audit VALUES(4,'019ca945-0a00-7378-ac27-c36f99330e3b',1772366400000,'session.began','system','Rowport',NULL,NULL,NULL,NULL,NULL,'019ca945-0a00-7e5e-aa25-e40ee8146316','{}',4,'0ca439ea5314e3c32752686f2e2cb48d37695b6e227e4e9540280b728861542b');
INSERT INTO audit VALUES(5,'019ca945-0a00-79c0-b252-3f0e02f15a54',1772366400000,'key.created','system','Rowport',NULL,NULL,NULL,NULL,NULL,'019ca945-0a00-7c8d-aba9-5a6d2bb8a076','{"name":"a key","scopes":[{"permissions":["records.read"],"datasets":["*"]}],"user":"019ca945-0a00-784c-9b2b-e8d95ea4630f"}',5,'4e59b4abb71f79e243cfeac0876e9cff23bc135d3ae36991a31c5b9737e1d227');
INSERT INTO audit VALUES(6,'019ca945-0a00-7aca-8278-45faae4d2ce8',1772366400000,'role.created','system','Rowport',NULL,NULL,NULL,NULL,NULL,'019ca945-0a00-7686-bc1c-96d9b389cf0c','{"name":"Clerk","grants":[{"permissions":["records.read"],"datasets":["shop/*"]}],"columns":[]}',6,'cf33bc38a4e9cdbf134eecfe73b201646902dc43f24787cc6fedc6b56908a4e9');
INSERT INTO audit VALUES(7,'019ca945-0a00-72be-a7d0-c869fd4fc749',1772366400000,'view.created','local','local',NULL,NULL,NULL,'shop','orders','019ca945-0a00-78ea-9ea1-f22fbc05f25f','{"name":"Paid"}',7,'5ed39e14340e1bc2a4320d8837079a135af8b56b0ba99db565e8666bf62cd82a');
INSERT INTO audit VALUES(8,'019ca945-0a00-7747-ad1f-fba44433196d',1772366400000,'preset.created','local','local',NULL,NULL,NULL,'shop','orders','019ca945-0a00-7f43-85ab-51d2536257d9','{"name":"Short"}',8,'68d17b86003d8f5c3d0227003531df63a4140404f6fc25c54dc62b975784712f');
INSERT INTO audit VALUES(9,'019ca945-0de8-7562-bf4f-ba490d0cd771',1772366401000,'run.asked','system','Rowport',NULL,NULL,NULL,'shop','orders','019ca945-0de8-7461-be94-77d00e8f5447','{"kind":"export","rerun_of":null,"about":null}',9,'ed3c40feddd6cddaaa712412ec93eec0c956ccce7b97d5f03bfb0ccde737d815');
INSERT INTO audit VALUES(10,'019ca945-11d0-7c33-a52c-5ae0e780bb5e',1772366402000,'run.asked','system','Rowport',NULL,NULL,NULL,'shop','orders','019ca945-11d0-7580-9ed8-62861ea90e28','{"kind":"export","rerun_of":null,"about":null}',10,'916a27ce789ce4c01ae337f55a5c07c7914db87d16d135eacc95d6c00068b30f');
INSERT INTO audit VALUES(11,'019ca945-15b8-70e6-8d38-8b2f7ad0d2b4',1772366403000,'run.asked','system','Rowport',NULL,NULL,NULL,'shop','orders','019ca945-15b8-79f7-96c1-4ab3b5c27521','{"kind":"export","rerun_of":null,"about":null}',11,'a2f925b57d089af2f86cef685ac0dc80268ba814a42da90bf2816ae27eea0c6d');
INSERT INTO audit VALUES(12,'019ca945-19a0-7aea-8a4f-310b00655443',1772366404000,'run.asked','system','Rowport',NULL,NULL,NULL,'shop','orders','019ca945-19a0-7c3e-b9b5-8bbd1a6c1ad4','{"kind":"export","rerun_of":null,"about":null}',12,'8f8b47e6056fb5a609e2874ef2cbd2d260792c61d20d92e6eada510f9a886ea3');
INSERT INTO audit VALUES(13,'019ca945-1d88-79fd-acbb-5cea66e19ca8',1772366405000,'run.asked','system','Rowport',NULL,NULL,NULL,'shop','orders','019ca945-1d88-7044-814f-75ffdc4a05cd','{"kind":"export","rerun_of":null,"about":null}',13,'2568bb06134ddaa174afb3a2667fe5854976a646edfe7a14be0f52772f514c02');
INSERT INTO audit VALUES(14,'019ca945-1d88-7a98-861d-b4bf02b27671',1772366405000,'run.cancelled','system','Rowport',NULL,NULL,NULL,NULL,NULL,'019ca945-1d88-7044-814f-75ffdc4a05cd','{}',14,'317d7ab7b07527539f645b8ad6cad565cb89fb9ab426da73dc988f0b1e87208f');
INSERT INTO audit VALUES(15,'019ca945-2170-7556-b38d-3cc3241997ca',1772366406000,'run.asked','system','Rowport',NULL,NULL,NULL,'shop','orders','019ca945-2170-7775-a4c2-e12c2a3cbbef','{"kind":"export","rerun_of":null,"about":null}',15,'4fddb5fae094dcc1f8d884b15a90f4ad40cc5ddb45060591a22d50ce2eaf1920');
INSERT INTO audit VALUES(16,'set-1/0',1772366406000,'chunk.delete','system','Rowport',NULL,NULL,NULL,'shop','orders','set-1','{"chunk":0,"rows":3,"digest":"45a1a82b1dce28afebfc76d1ee1d4dadc587abb0d801dddcbdb0d894eb68962c"}',16,'6b2cce6291404f696527419bc4864a3576bc187fb823595581607710e007d3e7');
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    -- `email`, or `webhook:` and its name.
    channel TEXT NOT NULL,
    -- `run.completed`, `run.failed` or `test`.
    event TEXT NOT NULL,
    run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
    -- The principal whom it is for, where it is for somebody. Where they are reached is looked up when it is sent.
    recipient TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
    not_before INTEGER NOT NULL,
    -- The fence, as for runs.
    attempt INTEGER NOT NULL,
    lease_until INTEGER,
    -- What the last attempt came to.
    error_code TEXT,
    error_message TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
INSERT INTO deliveries VALUES('019ca945-0de8-7ddd-8775-4ddfa2c06656','webhook:w','run.completed','019ca945-0de8-7461-be94-77d00e8f5447',NULL,'waiting',1772366401000,0,NULL,NULL,NULL,1772366401000,NULL);
INSERT INTO deliveries VALUES('019ca945-11d0-7e59-93a3-24f58fc04e14','webhook:w','run.failed','019ca945-11d0-7580-9ed8-62861ea90e28',NULL,'waiting',1772366402000,0,NULL,NULL,NULL,1772366402000,NULL);
CREATE TABLE audit_chains (
    tenant TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
INSERT INTO audit_chains VALUES('',16,'6b2cce6291404f696527419bc4864a3576bc187fb823595581607710e007d3e7');
CREATE TABLE audit_seal (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    -- Which key it is. It tells nothing of the key.
    key_id TEXT NOT NULL,
    since INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    seal TEXT NOT NULL
) STRICT;
INSERT INTO audit_seal VALUES(1,'26f4d6b0bd9fbec7',0,16,'d8a15e3985746bed609f3ca164b226b8e3cd7e42a80af17d638097703a3c44ad');
CREATE TABLE row_events (
    seq INTEGER NOT NULL,
    place INTEGER NOT NULL,
    -- JSON: the values of the key's columns as texts.
    row_key TEXT NOT NULL,
    -- SHA-256 of the row before and after.
    digest BLOB NOT NULL,
    PRIMARY KEY (seq, place)
) STRICT, WITHOUT ROWID;
INSERT INTO row_events VALUES(16,0,'["0"]',X'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO row_events VALUES(16,1,'["1"]',X'0101010101010101010101010101010101010101010101010101010101010101');
INSERT INTO row_events VALUES(16,2,'["2"]',X'0202020202020202020202020202020202020202020202020202020202020202');
CREATE UNIQUE INDEX runs_version ON runs (version);
CREATE INDEX runs_queue ON runs (state, not_before);
CREATE INDEX runs_history ON runs (principal, id);
CREATE INDEX artifacts_run ON artifacts (run_id);
CREATE INDEX artifacts_expiry ON artifacts (expires_at) WHERE removed_at IS NULL;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX api_keys_user ON api_keys (user_id);
CREATE INDEX admissions_principal ON admissions (principal, kind, at);
CREATE INDEX audit_principal ON audit (principal, seq);
CREATE INDEX audit_dataset ON audit (source, dataset, seq);
CREATE UNIQUE INDEX saved_name ON saved (tenant, kind, source, dataset, name_folded);
CREATE INDEX deliveries_due ON deliveries (state, not_before);
CREATE INDEX deliveries_run ON deliveries (run_id);
CREATE INDEX audit_subject ON audit (subject, seq);
CREATE INDEX row_events_key ON row_events (row_key, seq);
COMMIT;
PRAGMA application_id = 1381453908;
PRAGMA user_version = 5;
