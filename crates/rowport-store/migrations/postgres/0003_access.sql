-- People, and what they may do. Moments are milliseconds since 1970.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    -- In lower case: nobody can be there twice.
    email_folded TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Argon2id in the PHC notation; NULL until an invitation was accepted.
    password TEXT,
    tenant TEXT,
    suspended_at BIGINT,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT
);

CREATE TABLE roles (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    -- 1 for a role that comes with Rowport and stays as it is.
    built_in BIGINT NOT NULL,
    -- JSON: grants and column rules.
    body TEXT NOT NULL
);

CREATE TABLE user_roles (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role_id TEXT NOT NULL REFERENCES roles (id),
    PRIMARY KEY (user_id, role_id)
);

-- Only the SHA-256 of what a browser or a program shows is kept: whoever reads this table can sign in as nobody.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT,
    agent TEXT
);

CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- Its beginning, by which people know it again.
    shown TEXT NOT NULL,
    -- JSON: the grants that narrow its owner's.
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT
);

CREATE INDEX api_keys_user ON api_keys (user_id);

-- One-time links: to become the first administrator (without a user), or to choose a password.
CREATE TABLE invitations (
    hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- How often something was tried within a window of time.
CREATE TABLE throttles (
    bucket TEXT NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    until BIGINT NOT NULL
);

-- What was admitted under a limit, for as long as the limit looks back.
CREATE TABLE admissions (
    id TEXT NOT NULL PRIMARY KEY,
    principal TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE INDEX admissions_principal ON admissions (principal, kind, at);

-- Who did what. Rows are only ever added.
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
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
);

CREATE INDEX audit_principal ON audit (principal, seq);
CREATE INDEX audit_dataset ON audit (source, dataset, seq);

INSERT INTO counters (name, value) VALUES ('audit', 0);

INSERT INTO roles (id, name, name_folded, built_in, body) VALUES
    ('admin', 'Administrator', 'administrator', 1,
        '{"grants":[{"permissions":["*"],"datasets":["*"]}],"columns":[]}'),
    ('operator', 'Operator', 'operator', 1,
        '{"grants":[{"permissions":["records.read","records.export","records.import","records.update","records.delete","collections.run"],"datasets":["*"]}],"columns":[]}'),
    ('viewer', 'Viewer', 'viewer', 1,
        '{"grants":[{"permissions":["records.read","records.export"],"datasets":["*"]}],"columns":[]}');

-- What a tenant's people save is theirs. Everybody else has the empty name.
ALTER TABLE saved ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
DROP INDEX saved_name;
CREATE UNIQUE INDEX saved_name ON saved (tenant, kind, source, dataset, name_folded);

-- The tenant that whoever asked for a run belonged to then.
ALTER TABLE runs ADD COLUMN tenant TEXT;
-- What of the dataset a file shows: whoever may see less of it by now may not have the file.
ALTER TABLE artifacts ADD COLUMN scope TEXT NOT NULL DEFAULT '';
