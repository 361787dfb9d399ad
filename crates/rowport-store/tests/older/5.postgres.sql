-- The same state on PostgreSQL, as pg_dump writes it.
CREATE SCHEMA rowport;
CREATE TABLE rowport.admissions (
    id text NOT NULL,
    principal text NOT NULL,
    kind text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE rowport.api_keys (
    id text NOT NULL,
    hash text NOT NULL,
    user_id text NOT NULL,
    name text NOT NULL,
    shown text NOT NULL,
    scopes text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    last_used_at bigint,
    revoked_at bigint
);
CREATE TABLE rowport.artifacts (
    id text NOT NULL,
    run_id text NOT NULL,
    storage_key text NOT NULL,
    file_name text NOT NULL,
    media_type text NOT NULL,
    bytes bigint NOT NULL,
    sha256 text NOT NULL,
    manifest text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint,
    removed_at bigint,
    scope text DEFAULT ''::text NOT NULL
);
CREATE TABLE rowport.audit (
    seq bigint NOT NULL,
    id text NOT NULL,
    at bigint NOT NULL,
    action text NOT NULL,
    principal text NOT NULL,
    principal_name text NOT NULL,
    tenant text,
    address text,
    request text,
    source text,
    dataset text,
    subject text,
    detail text NOT NULL,
    "position" bigint DEFAULT 0 NOT NULL,
    hash text DEFAULT ''::text NOT NULL
);
CREATE TABLE rowport.audit_chains (
    tenant text NOT NULL,
    "position" bigint NOT NULL,
    hash text NOT NULL
);
CREATE TABLE rowport.audit_seal (
    one bigint NOT NULL,
    key_id text NOT NULL,
    since bigint NOT NULL,
    seq bigint NOT NULL,
    seal text NOT NULL,
    CONSTRAINT audit_seal_one_check CHECK ((one = 1))
);
CREATE TABLE rowport.counters (
    name text NOT NULL,
    value bigint NOT NULL
);
CREATE TABLE rowport.deliveries (
    id text NOT NULL,
    channel text NOT NULL,
    event text NOT NULL,
    run_id text,
    recipient text,
    state text NOT NULL,
    not_before bigint NOT NULL,
    attempt bigint NOT NULL,
    lease_until bigint,
    error_code text,
    error_message text,
    created_at bigint NOT NULL,
    finished_at bigint,
    CONSTRAINT deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sending'::text, 'sent'::text, 'failed'::text])))
);
CREATE TABLE rowport.invitations (
    hash text NOT NULL,
    user_id text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE rowport.migrations (
    number bigint NOT NULL
);
CREATE TABLE rowport.roles (
    id text NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    built_in bigint NOT NULL,
    body text NOT NULL
);
CREATE TABLE rowport.row_events (
    seq bigint NOT NULL,
    place bigint NOT NULL,
    row_key text NOT NULL,
    digest bytea NOT NULL
);
CREATE TABLE rowport.runs (
    id text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    principal text NOT NULL,
    source text NOT NULL,
    dataset text NOT NULL,
    parent text,
    rerun_of text,
    request text NOT NULL,
    priority bigint NOT NULL,
    not_before bigint NOT NULL,
    attempt bigint NOT NULL,
    tries_left bigint NOT NULL,
    worker text,
    lease_until bigint,
    rows_done bigint NOT NULL,
    rows_expected bigint,
    bytes_done bigint NOT NULL,
    error_code text,
    error_message text,
    created_at bigint NOT NULL,
    started_at bigint,
    finished_at bigint,
    deleted_at bigint,
    version bigint NOT NULL,
    tenant text,
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'cancelling'::text, 'cancelled'::text, 'completed'::text, 'failed'::text])))
);
CREATE TABLE rowport.saved (
    id text NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    dataset text NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL COLLATE pg_catalog."C",
    body text NOT NULL,
    created_at text NOT NULL,
    created_by text NOT NULL,
    updated_at text NOT NULL,
    updated_by text NOT NULL,
    tenant text DEFAULT ''::text NOT NULL,
    CONSTRAINT saved_kind_check CHECK ((kind = ANY (ARRAY['view'::text, 'preset'::text])))
);
CREATE TABLE rowport.secrets (
    name text NOT NULL,
    value bytea NOT NULL
);
CREATE TABLE rowport.sessions (
    id text NOT NULL,
    hash text NOT NULL,
    user_id text NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    address text,
    agent text
);
CREATE TABLE rowport.throttles (
    bucket text NOT NULL,
    count bigint NOT NULL,
    until bigint NOT NULL
);
CREATE TABLE rowport.user_roles (
    user_id text NOT NULL,
    role_id text NOT NULL
);
CREATE TABLE rowport.users (
    id text NOT NULL,
    email text NOT NULL,
    email_folded text NOT NULL,
    name text NOT NULL,
    password text,
    tenant text,
    suspended_at bigint,
    created_at bigint NOT NULL,
    last_seen_at bigint
);
INSERT INTO rowport.admissions VALUES ('019ca945-2170-7a64-ae58-be98a8fa143e', 'local', 'export', 1772366406000);
INSERT INTO rowport.api_keys VALUES ('019ca945-0a00-7790-9c6e-2053a0a3ae9c', '878d83d698c77ade6b76944758a5154497cf8beba68e427600f1b67819679b66', '019ca945-0a00-77f8-b632-b879c5de52ef', 'a key', 'rpk_690e8b6d', '[{"permissions":["records.read"],"datasets":["*"]}]', 1772366400000, NULL, NULL, NULL);
INSERT INTO rowport.artifacts VALUES ('8f49cfd585bbc608d1e9c49f3d79da3a', '019ca945-0de8-754d-8228-bccf3ea2e0dd', '019ca945-0de8-754d-8228-bccf3ea2e0dd/1/data', 'orders.csv', 'text/csv', 100, '0000000000000000000000000000000000000000000000000000000000000000', '{"rows":10}', 1772366401000, 1772452801000, NULL, NULL, '');
INSERT INTO rowport.audit VALUES (1, '019ca945-0a00-7686-aef3-9d27a4e82241', 1772366400000, 'user.created', 'system', 'Rowport', NULL, NULL, NULL, NULL, NULL, '019ca945-0a00-77f8-b632-b879c5de52ef', '{"roles":["viewer"],"tenant":"acme"}', 1, '46ab08a0fde3357cfe1affde76c51711bf6d8dc2b44ae7e410833ed2bb6953fd');
INSERT INTO rowport.audit VALUES (2, '019ca945-0a00-73ff-8ea7-c9859cbb68d0', 1772366400000, 'user.invited', 'system', 'Rowport', NULL, NULL, NULL, NULL, NULL, '019ca945-0a00-77f8-b632-b879c5de52ef', '{}', 2, '1591d7543bf49c7093acef6a1e566ba084f66f68ca381f34c26f57ec052e4e94');
INSERT INTO rowport.audit VALUES (3, '019ca945-0a00-749e-858f-6afeaa02dc8a', 1772366400000, 'user.password_set', 'system', 'Rowport', NULL, NULL, NULL, NULL, NULL, '019ca945-0a00-77f8-b632-b879c5de52ef', '{}', 3, '2b4b7c28a10c5d8f6648de62f412c723119a54b8c18ce14775815d47a4e0308b');
INSERT INTO rowport.audit VALUES (4, '019ca945-0a00-7224-9b27-f3ba38fd2c6b', 1772366400000, 'session.began', 'system', 'Rowport', NULL, NULL, NULL, NULL, NULL, '019ca945-0a00-75be-840d-1c0069ae6200', '{}', 4, '780aa2376c6116d9626868c6db601b787e7f4c37a4285da3c2dd3599ae63bd8d');
INSERT INTO rowport.audit VALUES (5, '019ca945-0a00-7c40-ba04-8e1c7da92993', 1772366400000, 'key.created', 'system', 'Rowport', NULL, NULL, NULL, NULL, NULL, '019ca945-0a00-7790-9c6e-2053a0a3ae9c', '{"name":"a key","scopes":[{"permissions":["records.read"],"datasets":["*"]}],"user":"019ca945-0a00-77f8-b632-b879c5de52ef"}', 5, 'b2a2bd94bcc69766069789dc4acb89d41a77da0f341d1f7011f013deebfd2863');
INSERT INTO rowport.audit VALUES (6, '019ca945-0a00-7d7c-a877-a1a607b6c2c7', 1772366400000, 'role.created', 'system', 'Rowport', NULL, NULL, NULL, NULL, NULL, '019ca945-0a00-7b7d-b5b3-82892d82de57', '{"name":"Clerk","grants":[{"permissions":["records.read"],"datasets":["shop/*"]}],"columns":[]}', 6, '42a53d753cf28417e772324d509ffcd21a1ed9369f20c81d57d3d517446fef65');
INSERT INTO rowport.audit VALUES (7, '019ca945-0a00-7dcf-99ad-50c076579dfc', 1772366400000, 'view.created', 'local', 'local', NULL, NULL, NULL, 'shop', 'orders', '019ca945-0a00-7d1b-b9f2-cc6d585f3efe', '{"name":"Paid"}', 7, '1a77d791d9772bfb7d300c2506c25b5dadcc99a37718a6313999dfc098c84ab7');
INSERT INTO rowport.audit VALUES (8, '019ca945-0a00-7859-b0ab-ca27bf4d01dc', 1772366400000, 'preset.created', 'local', 'local', NULL, NULL, NULL, 'shop', 'orders', '019ca945-0a00-7463-b266-df090dc00bdd', '{"name":"Short"}', 8, '79da15f5fe8191891513791d33acf8d3251961f70c80dc903937c34d50533967');
INSERT INTO rowport.audit VALUES (9, '019ca945-0de8-75df-b409-854e30e7e75b', 1772366401000, 'run.asked', 'system', 'Rowport', NULL, NULL, NULL, 'shop', 'orders', '019ca945-0de8-754d-8228-bccf3ea2e0dd', '{"kind":"export","rerun_of":null,"about":null}', 9, 'dd747b573df01dfc3da93d7ab2d0e65770770a2cfd9c88cdb93b57ff2c2085ac');
INSERT INTO rowport.audit VALUES (10, '019ca945-11d0-75eb-8818-3098887fc6e0', 1772366402000, 'run.asked', 'system', 'Rowport', NULL, NULL, NULL, 'shop', 'orders', '019ca945-11d0-7c75-99e3-aa1633ad2e13', '{"kind":"export","rerun_of":null,"about":null}', 10, '324b6d8fcd51c1001a913d6fe5689c1812fdc452bc6c7deabed6439f52b684c0');
INSERT INTO rowport.audit VALUES (11, '019ca945-15b8-704f-acee-08ba29588411', 1772366403000, 'run.asked', 'system', 'Rowport', NULL, NULL, NULL, 'shop', 'orders', '019ca945-15b8-7482-9c14-e1fc7d0d929e', '{"kind":"export","rerun_of":null,"about":null}', 11, '1df0de14ee020e7b83d7953eb150bd93c49b66d971e814b153d777e13e1aea84');
INSERT INTO rowport.audit VALUES (12, '019ca945-19a0-774a-b3d5-b226d9c5dc0f', 1772366404000, 'run.asked', 'system', 'Rowport', NULL, NULL, NULL, 'shop', 'orders', '019ca945-19a0-7c34-9feb-9d16de997131', '{"kind":"export","rerun_of":null,"about":null}', 12, 'ece30a1ef2089eb9133f54839b96c0eedd430e65f0ce8e5d063e17f16334a108');
INSERT INTO rowport.audit VALUES (13, '019ca945-1d88-7991-8b4b-55ce8acf60fc', 1772366405000, 'run.asked', 'system', 'Rowport', NULL, NULL, NULL, 'shop', 'orders', '019ca945-1d88-7844-9d7d-b192b7393502', '{"kind":"export","rerun_of":null,"about":null}', 13, '2bde1268da6accabe8af5beca8188a924aa89da0eb312756bcd4343795c59b9c');
INSERT INTO rowport.audit VALUES (14, '019ca945-1d88-77e3-ad5e-fa9ce39a23ea', 1772366405000, 'run.cancelled', 'system', 'Rowport', NULL, NULL, NULL, NULL, NULL, '019ca945-1d88-7844-9d7d-b192b7393502', '{}', 14, '64e91bb5a3aea30bc27279e9f824d68185c87f7e38874acf1abcb80ee1dd785e');
INSERT INTO rowport.audit VALUES (15, '019ca945-2170-7c4f-8e9f-1ef49978bfdd', 1772366406000, 'run.asked', 'system', 'Rowport', NULL, NULL, NULL, 'shop', 'orders', '019ca945-2170-7d0f-aa21-b5bf33c8f179', '{"kind":"export","rerun_of":null,"about":null}', 15, '5e6dd69d37773a921a85ab764418e2880e4887bbe96b5120f36575ca9b34bf52');
INSERT INTO rowport.audit VALUES (16, 'set-1/0', 1772366406000, 'chunk.delete', 'system', 'Rowport', NULL, NULL, NULL, 'shop', 'orders', 'set-1', '{"chunk":0,"rows":3,"digest":"45a1a82b1dce28afebfc76d1ee1d4dadc587abb0d801dddcbdb0d894eb68962c"}', 16, 'c11c48a50e562b8585733ac989c667d40988ad9074dc740a5dd451e9f9c0d080');
INSERT INTO rowport.audit_chains VALUES ('', 16, 'c11c48a50e562b8585733ac989c667d40988ad9074dc740a5dd451e9f9c0d080');
INSERT INTO rowport.audit_seal VALUES (1, '26f4d6b0bd9fbec7', 0, 16, '5ed6a090d1fab78e47fc1060848d126bf3b689ae2fac98560fc10793bb22b1a4');
INSERT INTO rowport.counters VALUES ('audit_unchained', 0);
INSERT INTO rowport.counters VALUES ('audit', 16);
INSERT INTO rowport.counters VALUES ('runs', 20);
INSERT INTO rowport.deliveries VALUES ('019ca945-0de8-7f2d-a89c-40c64421714e', 'webhook:w', 'run.completed', '019ca945-0de8-754d-8228-bccf3ea2e0dd', NULL, 'waiting', 1772366401000, 0, NULL, NULL, NULL, 1772366401000, NULL);
INSERT INTO rowport.deliveries VALUES ('019ca945-11d0-7c8b-88d6-f26327dcd908', 'webhook:w', 'run.failed', '019ca945-11d0-7c75-99e3-aa1633ad2e13', NULL, 'waiting', 1772366402000, 0, NULL, NULL, NULL, 1772366402000, NULL);
INSERT INTO rowport.migrations VALUES (1);
INSERT INTO rowport.migrations VALUES (2);
INSERT INTO rowport.migrations VALUES (3);
INSERT INTO rowport.migrations VALUES (4);
INSERT INTO rowport.migrations VALUES (5);
INSERT INTO rowport.roles VALUES ('admin', 'Administrator', 'administrator', 1, '{"grants":[{"permissions":["*"],"datasets":["*"]}],"columns":[]}');
INSERT INTO rowport.roles VALUES ('operator', 'Operator', 'operator', 1, '{"grants":[{"permissions":["records.read","records.export","records.import","records.update","records.delete","collections.run"],"datasets":["*"]}],"columns":[]}');
INSERT INTO rowport.roles VALUES ('viewer', 'Viewer', 'viewer', 1, '{"grants":[{"permissions":["records.read","records.export"],"datasets":["*"]}],"columns":[]}');
INSERT INTO rowport.roles VALUES ('019ca945-0a00-7b7d-b5b3-82892d82de57', 'Clerk', 'clerk', 0, '{"grants":[{"permissions":["records.read"],"datasets":["shop/*"]}],"columns":[]}');
INSERT INTO rowport.row_events VALUES (16, 0, '["0"]', '\x0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO rowport.row_events VALUES (16, 1, '["1"]', '\x0101010101010101010101010101010101010101010101010101010101010101');
INSERT INTO rowport.row_events VALUES (16, 2, '["2"]', '\x0202020202020202020202020202020202020202020202020202020202020202');
INSERT INTO rowport.runs VALUES ('019ca945-0de8-754d-8228-bccf3ea2e0dd', 'export', 'completed', 'local', 'shop', 'orders', NULL, NULL, '{"format":"csv"}', 0, 1772366401000, 1, 2, NULL, NULL, 7, 7, 70, NULL, NULL, 1772366401000, 1772366401000, 1772366401000, NULL, 4, NULL);
INSERT INTO rowport.runs VALUES ('019ca945-11d0-7c75-99e3-aa1633ad2e13', 'export', 'failed', 'local', 'shop', 'orders', NULL, NULL, '{"format":"csv"}', 0, 1772366402000, 1, 2, NULL, NULL, 7, 10, 70, 'bad_filter', 'no', 1772366402000, 1772366402000, 1772366402000, NULL, 8, NULL);
INSERT INTO rowport.runs VALUES ('019ca945-15b8-7482-9c14-e1fc7d0d929e', 'export', 'cancelled', 'local', 'shop', 'orders', NULL, NULL, '{"format":"csv"}', 0, 1772366403000, 1, 2, NULL, NULL, 7, 10, 70, NULL, NULL, 1772366403000, 1772366403000, 1772366403000, NULL, 12, NULL);
INSERT INTO rowport.runs VALUES ('019ca945-19a0-7c34-9feb-9d16de997131', 'export', 'running', 'local', 'shop', 'orders', NULL, NULL, '{"format":"csv"}', 0, 1772366404000, 1, 2, 'old', 1772366434000, 7, 10, 70, NULL, NULL, 1772366404000, 1772366404000, NULL, NULL, 15, NULL);
INSERT INTO rowport.runs VALUES ('019ca945-1d88-7844-9d7d-b192b7393502', 'export', 'cancelling', 'local', 'shop', 'orders', NULL, NULL, '{"format":"csv"}', 0, 1772366405000, 1, 2, 'old', 1772366435000, 7, 10, 70, NULL, NULL, 1772366405000, 1772366405000, NULL, NULL, 19, NULL);
INSERT INTO rowport.runs VALUES ('019ca945-2170-7d0f-aa21-b5bf33c8f179', 'export', 'queued', 'local', 'shop', 'orders', NULL, NULL, '{"format":"csv"}', 0, 1772366406000, 0, 2, NULL, NULL, 0, 10, 0, NULL, NULL, 1772366406000, NULL, NULL, NULL, 20, NULL);
INSERT INTO rowport.saved VALUES ('019ca945-0a00-7d1b-b9f2-cc6d585f3efe', 'view', 'shop', 'orders', 'Paid', 'paid', '{}', '2026-03-01T12:00:00Z', 'local', '2026-03-01T12:00:00Z', 'local', '');
INSERT INTO rowport.saved VALUES ('019ca945-0a00-7463-b266-df090dc00bdd', 'preset', 'shop', 'orders', 'Short', 'short', '["id"]', '2026-03-01T12:00:00Z', 'local', '2026-03-01T12:00:00Z', 'local', '');
INSERT INTO rowport.secrets VALUES ('links', '\xe0044ff94bd873dab8db066150fdcf7227ff6312e5fead5735510a794f3cbb46');
INSERT INTO rowport.sessions VALUES ('019ca945-0a00-75be-840d-1c0069ae6200', '2f5521c9a79fc72091f85987839416ed2ed4e85926df80022bbcfabaf9d8fe30', '019ca945-0a00-77f8-b632-b879c5de52ef', 1772366400000, 1772366400000, 1780142400000, NULL, 'a browser');
INSERT INTO rowport.throttles VALUES ('["account",["ada"]]', 1, 1772370006000);
INSERT INTO rowport.user_roles VALUES ('019ca945-0a00-77f8-b632-b879c5de52ef', 'viewer');
INSERT INTO rowport.users VALUES ('019ca945-0a00-77f8-b632-b879c5de52ef', 'ada@example.org', 'ada@example.org', 'Ada', 'a hash', 'acme', NULL, 1772366400000, 1772366400000);
ALTER TABLE ONLY rowport.admissions
    ADD CONSTRAINT admissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY rowport.api_keys
    ADD CONSTRAINT api_keys_hash_key UNIQUE (hash);
ALTER TABLE ONLY rowport.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY rowport.artifacts
    ADD CONSTRAINT artifacts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY rowport.artifacts
    ADD CONSTRAINT artifacts_storage_key_key UNIQUE (storage_key);
ALTER TABLE ONLY rowport.audit_chains
    ADD CONSTRAINT audit_chains_pkey PRIMARY KEY (tenant);
ALTER TABLE ONLY rowport.audit
    ADD CONSTRAINT audit_id_key UNIQUE (id);
ALTER TABLE ONLY rowport.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY rowport.audit_seal
    ADD CONSTRAINT audit_seal_pkey PRIMARY KEY (one);
ALTER TABLE ONLY rowport.counters
    ADD CONSTRAINT counters_pkey PRIMARY KEY (name);
ALTER TABLE ONLY rowport.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY rowport.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY rowport.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (number);
ALTER TABLE ONLY rowport.roles
    ADD CONSTRAINT roles_name_folded_key UNIQUE (name_folded);
ALTER TABLE ONLY rowport.roles
    ADD CONSTRAINT roles_pkey PRIMARY KEY (id);
ALTER TABLE ONLY rowport.row_events
    ADD CONSTRAINT row_events_pkey PRIMARY KEY (seq, place);
ALTER TABLE ONLY rowport.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY rowport.saved
    ADD CONSTRAINT saved_pkey PRIMARY KEY (id);
ALTER TABLE ONLY rowport.secrets
    ADD CONSTRAINT secrets_pkey PRIMARY KEY (name);
ALTER TABLE ONLY rowport.sessions
    ADD CONSTRAINT sessions_hash_key UNIQUE (hash);
ALTER TABLE ONLY rowport.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY rowport.throttles
    ADD CONSTRAINT throttles_pkey PRIMARY KEY (bucket);
ALTER TABLE ONLY rowport.user_roles
    ADD CONSTRAINT user_roles_pkey PRIMARY KEY (user_id, role_id);
ALTER TABLE ONLY rowport.users
    ADD CONSTRAINT users_email_folded_key UNIQUE (email_folded);
ALTER TABLE ONLY rowport.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE INDEX admissions_principal ON rowport.admissions USING btree (principal, kind, at);
CREATE INDEX api_keys_user ON rowport.api_keys USING btree (user_id);
CREATE INDEX artifacts_expiry ON rowport.artifacts USING btree (expires_at) WHERE (removed_at IS NULL);
CREATE INDEX artifacts_run ON rowport.artifacts USING btree (run_id);
CREATE INDEX audit_dataset ON rowport.audit USING btree (source, dataset, seq);
CREATE INDEX audit_principal ON rowport.audit USING btree (principal, seq);
CREATE INDEX audit_subject ON rowport.audit USING btree (subject, seq);
CREATE INDEX deliveries_due ON rowport.deliveries USING btree (state, not_before);
CREATE INDEX deliveries_run ON rowport.deliveries USING btree (run_id);
CREATE INDEX row_events_key ON rowport.row_events USING btree (row_key, seq);
CREATE INDEX runs_history ON rowport.runs USING btree (principal, id);
CREATE INDEX runs_queue ON rowport.runs USING btree (state, not_before);
CREATE UNIQUE INDEX runs_version ON rowport.runs USING btree (version);
CREATE UNIQUE INDEX saved_name ON rowport.saved USING btree (tenant, kind, source, dataset, name_folded);
CREATE INDEX sessions_user ON rowport.sessions USING btree (user_id);
ALTER TABLE ONLY rowport.api_keys
    ADD CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES rowport.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY rowport.artifacts
    ADD CONSTRAINT artifacts_run_id_fkey FOREIGN KEY (run_id) REFERENCES rowport.runs(id);
ALTER TABLE ONLY rowport.deliveries
    ADD CONSTRAINT deliveries_run_id_fkey FOREIGN KEY (run_id) REFERENCES rowport.runs(id) ON DELETE CASCADE;
ALTER TABLE ONLY rowport.invitations
    ADD CONSTRAINT invitations_user_id_fkey FOREIGN KEY (user_id) REFERENCES rowport.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY rowport.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES rowport.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY rowport.user_roles
    ADD CONSTRAINT user_roles_role_id_fkey FOREIGN KEY (role_id) REFERENCES rowport.roles(id);
ALTER TABLE ONLY rowport.user_roles
    ADD CONSTRAINT user_roles_user_id_fkey FOREIGN KEY (user_id) REFERENCES rowport.users(id) ON DELETE CASCADE;
