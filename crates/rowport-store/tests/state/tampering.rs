//! Whoever alters the audit is found out.

use jiff::{SignedDuration, Timestamp};
use rowport_model::SourceKind;
use rowport_store::{
    Actor, Anchor, AuditKey, NewEvent, RelayedChunk, RowEvent, RowsWanted, SealCheck, Sealing, Store,
    Verified, Wrong,
};
use rowport_testkit::Database;

use crate::runs::Hand;

const TABLES: [&str; 5] = ["audit", "row_events", "audit_chains", "audit_seal", "counters"];
const EVENTS: u64 = 120;

/// An audit of three chains, in a database that can be written to behind its back.
struct Audited {
    database: Database,
    store: Store,
    clock: Hand,
    anchors: Vec<Anchor>,
    dice: u64,
}

impl Audited {
    async fn on(kind: SourceKind, seed: u64) -> Self {
        let database = Database::create(kind);
        let (store, sealing) = opened(&database).await.sealing(key(1)).await.unwrap();
        assert_eq!(sealing, Sealing::Begun);
        let mut audited = Self { database, store, clock: Hand::new(), anchors: Vec::new(), dice: seed };
        for number in 1..=EVENTS {
            audited.write(number).await;
            if number % 40 == 0 {
                audited.anchors.push(audited.store.audit().anchor(&audited.clock).await.unwrap());
            }
            // What the database was at a moment between two anchors.
            if number == 50 {
                audited.keep("older");
            }
        }
        audited.keep("whole");
        audited
    }

    async fn write(&self, number: u64) {
        self.clock.forward(1);
        let actor = actor([None, Some("north"), Some("south")][(number % 3) as usize]);
        if number.is_multiple_of(5) {
            let rows: Vec<_> = (0..number % 4 + 2).map(row).collect();
            let chunk = RelayedChunk {
                change_set: "a-change-set",
                chunk: number as i64,
                dataset: ("shop", "orders"),
                action: rowport_model::ChangeKind::Delete,
                at: rowport_model::Clock::now(&self.clock),
                rows: &rows,
            };
            assert!(self.store.audit().relay(&actor, &chunk).await.unwrap());
            return;
        }
        let event = NewEvent {
            action: "export.started",
            dataset: number.is_multiple_of(2).then_some(("shop", "orders")),
            subject: number.is_multiple_of(4).then_some("a run"),
            detail: serde_json::json!({ "number": number }),
        };
        self.store.audit().record(&self.clock, &actor, event).await.unwrap();
    }

    async fn verified(&self) -> Verified {
        self.store.audit().verify(Some(&key(1)), &self.anchors).await.unwrap()
    }

    fn execute(&self, sql: &str) {
        self.database.execute(&format!("{}{sql}", self.schema()));
    }

    fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let text = |value: Option<Vec<u8>>| value.map(|value| String::from_utf8(value).unwrap());
        let rows = self.database.rows(&format!("{}{sql}", self.schema()));
        rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect()
    }

    fn schema(&self) -> &'static str {
        if self.database.kind() == SourceKind::Postgres { "SET search_path TO rowport; " } else { "" }
    }

    fn keep(&self, name: &str) {
        for table in TABLES {
            self.execute(&format!("CREATE TABLE {name}_{table} AS SELECT * FROM {table}"));
        }
    }

    fn set_back(&self, name: &str) {
        let statements: Vec<String> = TABLES
            .iter()
            .map(|table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {name}_{table};"))
            .collect();
        self.execute(&statements.concat());
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) as usize % sides
    }

    fn choose<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }

    /// The condition that finds one row of a table.
    fn one_of(&mut self, table: &str) -> String {
        let (columns, text) = match table {
            "audit" => (&["seq"][..], false),
            "row_events" => (&["seq", "place"][..], false),
            "audit_chains" => (&["tenant"][..], true),
            "counters" => return format!("name = '{}'", self.choose(&["audit", "audit_unchained"])),
            _ => return "one = 1".to_owned(),
        };
        let rows = self.rows(&format!("SELECT {} FROM {table}", columns.join(", ")));
        let quote = if text { "'" } else { "" };
        let row = self.choose(&rows).clone();
        let conditions = columns
            .iter()
            .zip(row)
            .map(|(column, value)| format!("{column} = {quote}{}{quote}", value.unwrap()));
        conditions.collect::<Vec<_>>().join(" AND ")
    }

    /// Something that somebody does to the database who has no business there.
    fn tampering(&mut self) -> String {
        match self.roll(12) {
            0..=4 => self.an_update(),
            5 => {
                let table = *self.choose(&TABLES);
                format!("DELETE FROM {table} WHERE {}", self.one_of(table))
            }
            6 => self.a_swap(),
            7 => self.an_insertion(),
            8 => {
                let from = self.roll(EVENTS as usize) as i64 + 1;
                let tail = ["", " AND tenant = 'north'", " AND tenant IS NULL"];
                let tail = tail.into_iter().filter(|tail| tail.is_empty() || from < EVENTS as i64 - 3);
                let tail = *self.choose(&tail.collect::<Vec<_>>());
                format!("DELETE FROM audit WHERE seq >= {from}{tail}")
            }
            9 => {
                let from = self.roll(EVENTS as usize) as i64 + 1;
                cut_cleanly(from)
            }
            10 => "DELETE FROM row_events".to_owned(),
            _ => {
                let (one, other) = (self.one_of("row_events"), self.one_of("audit_chains"));
                format!("DELETE FROM row_events WHERE {one}; DELETE FROM audit_chains WHERE {other}")
            }
        }
    }

    fn an_update(&mut self) -> String {
        const COLUMNS: [(&str, &str, char); 28] = [
            ("audit", "seq", 'n'),
            ("audit", "id", 't'),
            ("audit", "at", 'n'),
            ("audit", "action", 't'),
            ("audit", "principal", 't'),
            ("audit", "principal_name", 't'),
            ("audit", "tenant", 'o'),
            ("audit", "address", 'o'),
            ("audit", "request", 'o'),
            ("audit", "source", 'o'),
            ("audit", "dataset", 'o'),
            ("audit", "subject", 'o'),
            ("audit", "detail", 'd'),
            ("audit", "position", 'n'),
            ("audit", "hash", 't'),
            ("row_events", "seq", 'n'),
            ("row_events", "place", 'n'),
            ("row_events", "row_key", 't'),
            ("row_events", "digest", 'b'),
            ("audit_chains", "tenant", 't'),
            ("audit_chains", "position", 'n'),
            ("audit_chains", "hash", 't'),
            ("audit_seal", "key_id", 't'),
            ("audit_seal", "since", 'n'),
            ("audit_seal", "seq", 'n'),
            ("audit_seal", "seal", 't'),
            ("counters", "value", 'n'),
            ("counters", "name", 't'),
        ];
        let (table, column, kind) = *self.choose(&COLUMNS);
        let other = match kind {
            'n' => format!("{column} + {}", 1_000 + self.roll(1_000)),
            't' => format!("{column} || 'x'"),
            // Nothing and an empty text are not the same.
            'o' => format!("CASE WHEN {column} IS NULL THEN '' ELSE NULL END"),
            'd' => "'{\"number\":0}'".to_owned(),
            _ => {
                let bytes = "00".repeat(32);
                match self.database.kind() {
                    SourceKind::Postgres => format!("'\\x{bytes}'::bytea"),
                    _ => format!("x'{bytes}'"),
                }
            }
        };
        format!("UPDATE {table} SET {column} = {other} WHERE {}", self.one_of(table))
    }

    /// Two rows change places.
    fn a_swap(&mut self) -> String {
        let from = self.roll(EVENTS as usize - 1) as i64 + 1;
        let to = from + 1 + self.roll((EVENTS as i64 - from) as usize) as i64;
        match self.roll(2) {
            0 => format!(
                "UPDATE audit SET seq = -1 WHERE seq = {from}; UPDATE audit SET seq = {from} WHERE seq = {to}; \
                 UPDATE audit SET seq = {to} WHERE seq = -1"
            ),
            _ => {
                // The rows of any chunk begin with the same one, so the first and the second are other rows.
                let of = 5 * (1 + self.roll(EVENTS as usize / 5) as i64);
                format!(
                    "UPDATE row_events SET place = -1 WHERE seq = {of} AND place = 0; \
                     UPDATE row_events SET place = 0 WHERE seq = {of} AND place = 1; \
                     UPDATE row_events SET place = 1 WHERE seq = {of} AND place = -1"
                )
            }
        }
    }

    fn an_insertion(&mut self) -> String {
        let event = |seq: &str, position: &str| {
            format!(
                "INSERT INTO audit (seq, id, at, action, principal, principal_name, tenant, detail, position, hash) \
                 SELECT {seq}, id || 'x', at, action, principal, principal_name, tenant, detail, {position}, hash \
                 FROM audit WHERE seq = {EVENTS}"
            )
        };
        match self.roll(5) {
            0 => event("seq + 1", "position + 1"),
            1 => event("0", "1"),
            2 => {
                event("seq + 1", "position + 1")
                    + "; UPDATE counters SET value = value + 1 WHERE name = 'audit'"
            }
            3 => format!(
                "{}; UPDATE counters SET value = value + 1 WHERE name = 'audit'",
                event("seq + 1", "0")
            ),
            _ => {
                let seq = self.roll(EVENTS as usize + 3) + 1;
                format!("INSERT INTO row_events SELECT {seq}, 77, row_key, digest FROM row_events LIMIT 1")
            }
        }
    }
}

/// Takes the events from a number on away, and leaves no trace that the database alone could show.
fn cut_cleanly(from: i64) -> String {
    let before = from - 1;
    format!(
        "DELETE FROM audit WHERE seq >= {from}; DELETE FROM row_events WHERE seq >= {from}; \
         UPDATE counters SET value = {before} WHERE name = 'audit'; UPDATE audit_seal SET seq = {before}; \
         DELETE FROM audit_chains; INSERT INTO audit_chains (tenant, position, hash) \
         SELECT COALESCE(tenant, ''), position, hash FROM audit WHERE seq IN \
         (SELECT max(seq) FROM audit GROUP BY tenant)"
    )
}

fn actor(tenant: Option<&str>) -> Actor {
    Actor {
        principal: "user:1".to_owned(),
        name: "Ada".to_owned(),
        tenant: tenant.map(str::to_owned),
        address: Some("192.0.2.7".to_owned()),
        request: None,
    }
}

fn row(number: u64) -> RowEvent {
    RowEvent { key: format!("[\"{number}\"]"), digest: vec![(number as u8).wrapping_add(1); 32] }
}

fn key(byte: u8) -> AuditKey {
    AuditKey::new(vec![byte; 32]).unwrap()
}

async fn opened(database: &Database) -> Store {
    match database.kind() {
        SourceKind::Sqlite => Store::open(database.path()).await.unwrap(),
        _ => Store::connect(database.url()).await.unwrap(),
    }
}

async fn every_tampering_is_found(kind: SourceKind) {
    let seed = rowport_testkit::seed().unwrap_or(42);
    let mut audited = Audited::on(kind, seed).await;
    let whole = audited.verified().await;
    assert_eq!(whole.findings, [], "nobody has done anything yet");
    assert_eq!((whole.events, whole.chains, whole.anchors, whole.rows), (EVENTS, 3, 3, 84));
    assert_eq!(whole.seal, SealCheck::Compared(rowport_store::SealCompared { since: 0 }));
    let tries = rowport_testkit::cases(1_000);
    for _ in 0..tries {
        let sql = audited.tampering();
        audited.execute(&sql);
        assert_ne!(audited.verified().await.findings, [], "not found (seed {seed}): {sql}");
        audited.set_back("whole");
    }
    assert_eq!(audited.verified().await.findings, [], "all of it is as it was");
    eprintln!("{tries} tamperings with events on {kind} (seed {seed}): every one was found");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tampering_is_found_on_sqlite() {
    every_tampering_is_found(SourceKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tampering_is_found_on_postgres() {
    every_tampering_is_found(SourceKind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_where_it_is() {
    let audited = Audited::on(SourceKind::Sqlite, 1).await;
    let insert = |seq: &str, link: &str| {
        format!(
            "INSERT INTO audit (seq, id, at, action, principal, principal_name, detail, position, hash) \
             SELECT {seq}, 'x', at, action, principal, principal_name, detail, {link} FROM audit WHERE seq = 119"
        )
    };
    let raised = "UPDATE counters SET value = value + 1 WHERE name = 'audit'";
    type Found<'a> = &'a [(Wrong, Option<i64>)];
    let cases: [(String, Found<'_>); 7] = [
        // 20 is the next of the same tenant.
        (
            "DELETE FROM audit WHERE seq = 17".to_owned(),
            &[(Wrong::Removed, Some(17)), (Wrong::Altered, Some(20))],
        ),
        ("UPDATE audit SET principal = 'x' WHERE seq = 17".to_owned(), &[(Wrong::Altered, Some(17))]),
        // The last one, which is about rows.
        (
            "DELETE FROM audit WHERE seq = 120".to_owned(),
            &[(Wrong::Removed, Some(120)), (Wrong::Head, None), (Wrong::Rows, None)],
        ),
        (
            "UPDATE row_events SET row_key = '' WHERE seq = 35 AND place = 1".to_owned(),
            &[(Wrong::Rows, Some(35))],
        ),
        (insert("0", "1, hash"), &[(Wrong::Inserted, Some(0))]),
        (format!("{}; {raised}", insert("121", "0, ''")), &[(Wrong::Inserted, Some(121))]),
        ("DELETE FROM counters WHERE name = 'audit'".to_owned(), &[(Wrong::Removed, None)]),
    ];
    for (sql, expected) in cases {
        audited.execute(&sql);
        // The chains alone: a seal says that something is wrong, and not where.
        let verified = audited.store.audit().verify(None, &[]).await.unwrap();
        let found: Vec<_> = verified.findings.iter().map(|finding| (finding.wrong, finding.seq)).collect();
        assert_eq!(found, expected, "{sql}: {:?}", verified.findings);
        audited.set_back("whole");
    }
}

/// What is wrong with an audit.
fn wrongs(verified: &Verified) -> Vec<Wrong> {
    verified.findings.iter().map(|finding| finding.wrong).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_state_of_the_whole_database_is_found_by_anchors_alone() {
    let audited = Audited::on(SourceKind::Sqlite, 1).await;
    audited.set_back("older");
    let found = audited.verified().await.findings;
    assert!(found[0].message.contains("knows of events that are not there any more"), "{found:?}");
    // With the key, and with everything that the database knows: nothing.
    let alone = audited.store.audit().verify(Some(&key(1)), &[]).await.unwrap();
    assert_eq!((alone.findings.as_slice(), alone.events), ([].as_slice(), 50));
    assert_eq!(wrongs(&audited.verified().await), [Wrong::Anchor, Wrong::Anchor]);
    // And it does not help to fill it up with others.
    for number in 51..=EVENTS {
        audited.clock.forward(1);
        audited.write(number).await;
    }
    assert_eq!(wrongs(&audited.verified().await), [Wrong::Anchor, Wrong::Anchor]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_that_was_made_up_is_found() {
    let mut audited = Audited::on(SourceKind::Sqlite, 1).await;
    let whole = audited.anchors.clone();
    let changes: [fn(&mut Anchor); 5] = [
        |anchor| anchor.at += SignedDuration::from_secs(1),
        |anchor| anchor.seq += 1,
        |anchor| anchor.seq = 1_000,
        |anchor| anchor.heads = "0".repeat(64),
        |anchor| anchor.signature = None,
    ];
    for change in changes {
        change(&mut audited.anchors[1]);
        assert_eq!(wrongs(&audited.verified().await), [Wrong::Anchor]);
        audited.anchors = whole.clone();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_the_key_writes_events_that_are_found() {
    let audited = Audited::on(SourceKind::Sqlite, 1).await;
    let (other, sealing) = opened(&audited.database).await.sealing(key(2)).await.unwrap();
    assert_eq!(sealing, Sealing::OtherKey);
    let event = NewEvent { action: "user.created", ..NewEvent::default() };
    other.audit().record(&audited.clock, &actor(None), event).await.unwrap();
    assert_eq!(wrongs(&audited.verified().await), [Wrong::Seal]);
    let asked = other.audit().verify(Some(&key(2)), &[]).await.unwrap();
    assert_eq!(wrongs(&asked), [Wrong::Seal]);
    // Whoever has the key again does not hide it.
    audited.write(1).await;
    assert_eq!(wrongs(&audited.verified().await), [Wrong::Seal]);
    let without = other.audit().verify(None, &[]).await.unwrap();
    assert_eq!((without.findings.as_slice(), without.seal), ([].as_slice(), SealCheck::NoKey));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_from_before_the_chains_is_told_apart() {
    let audited = Audited::on(SourceKind::Sqlite, 1).await;
    // As the step to the present version finds it.
    audited.execute(
        "DELETE FROM row_events; DELETE FROM audit_chains; DELETE FROM audit_seal; DELETE FROM audit WHERE seq > 10; \
         UPDATE audit SET position = 0, hash = '', action = 'export.started'; UPDATE counters SET value = 10 WHERE name LIKE 'audit%'",
    );
    let (store, sealing) = opened(&audited.database).await.sealing(key(1)).await.unwrap();
    assert_eq!(sealing, Sealing::Begun);
    let event = NewEvent { action: "user.created", ..NewEvent::default() };
    store.audit().record(&audited.clock, &actor(None), event).await.unwrap();
    let verified = store.audit().verify(Some(&key(1)), &[]).await.unwrap();
    assert_eq!((verified.findings.as_slice(), verified.events, verified.unchained), ([].as_slice(), 11, 10));
    // No more of them than there were then.
    audited.execute(
        "UPDATE audit SET position = 0, hash = ''; UPDATE counters SET value = 11 WHERE name LIKE 'audit%'",
    );
    let verified = store.audit().verify(Some(&key(1)), &[]).await.unwrap();
    assert_eq!(wrongs(&verified), [Wrong::Head, Wrong::Seal]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_written_down_once_and_found_by_their_key() {
    for kind in [SourceKind::Sqlite, SourceKind::Postgres] {
        let database = Database::create(kind);
        let store = opened(&database).await;
        let rows: Vec<RowEvent> = (0..4_321).map(row).collect();
        let chunk = RelayedChunk {
            change_set: "one",
            chunk: 3,
            dataset: ("shop", "orders"),
            action: rowport_model::ChangeKind::Set,
            at: Timestamp::UNIX_EPOCH,
            rows: &rows,
        };
        assert!(store.audit().relay(&actor(Some("north")), &chunk).await.unwrap());
        assert!(!store.audit().relay(&actor(Some("north")), &chunk).await.unwrap());
        let again = RelayedChunk { chunk: 4, rows: &rows[..10], ..chunk };
        assert!(store.audit().relay(&actor(None), &again).await.unwrap());
        let verified = store.audit().verify(None, &[]).await.unwrap();
        assert_eq!((verified.findings.as_slice(), verified.rows), ([].as_slice(), 4_331));
        let keys = [["[\"7\"]".to_owned()], ["[\"4320\"]".to_owned()]];
        let wanted = |key: usize, tenant| RowsWanted {
            keys: &keys[key],
            dataset: ("shop", "orders"),
            tenant,
            before: None,
            limit: 10,
        };
        let places = |found: Vec<rowport_store::FoundRow>| {
            found.into_iter().map(|row| (row.chunk, row.place, row.digest[0])).collect::<Vec<_>>()
        };
        let found = store.audit().rows(wanted(0, None)).await.unwrap();
        assert_eq!(places(found), [(4, 7, 8), (3, 7, 8)]);
        let found = store.audit().rows(wanted(0, Some("north"))).await.unwrap();
        assert_eq!(places(found), [(3, 7, 8)]);
        let found = store.audit().rows(wanted(1, None)).await.unwrap();
        assert_eq!(places(found), [(3, 4_320, 225)]);
        let other = RowsWanted { dataset: ("shop", "other"), ..wanted(0, None) };
        assert_eq!(places(store.audit().rows(other).await.unwrap()), []);
    }
}
