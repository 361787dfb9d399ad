//! Looking at the audit over HTTP: everybody is told of what they may know, and of nothing else.

use rowport_engine::accounts::SignInMode;
use rowport_model::SourceKind;
use rowport_store::{Actor, NewEvent, RelayedChunk, RowEvent};
use rowport_testkit::{Database, Sqlite};
use serde_json::{Value, json};

use super::people::{Person, grant, person};
use crate::desk::{Served, Serving, serve_as};

/// A state that can be written to behind its back, with events of two firms and of nobody's.
struct Audited {
    state: Database,
    served: Served,
    staff: Person,
    acme: Person,
    other: Person,
}

impl Audited {
    fn new() -> Self {
        let (source, state) = (Sqlite::create_in_memory(), Database::create(SourceKind::Sqlite));
        let file = Some(state.path().to_owned());
        let served = serve_as(
            &source,
            Serving { state: file, sign_in_mode: SignInMode::Required, ..Serving::default() },
        );
        let reader = |tenant| person(&served, vec![grant(&["audit.read"], &["*"])], Vec::new(), tenant);
        let (staff, acme, other) = (reader(None), reader(Some("acme")), reader(Some("other")));
        let audited = Self { state, served, staff, acme, other };
        for number in 1..=6 {
            audited.write(Some("acme"), number);
            audited.write(None, number);
            audited.write(Some("other"), number);
        }
        audited
    }

    fn write(&self, tenant: Option<&str>, number: i64) {
        let actor = Actor { tenant: tenant.map(str::to_owned), ..Actor::default() };
        let clock = self.served.clock.as_ref();
        let event = NewEvent { action: "export.started", subject: tenant, ..NewEvent::default() };
        let rows = [RowEvent { key: "[\"1\"]".to_owned(), digest: vec![7; 32] }];
        let chunk = RelayedChunk {
            change_set: tenant.unwrap_or("nobody"),
            chunk: number,
            dataset: ("db", "items"),
            action: rowport_model::ChangeKind::Delete,
            at: rowport_model::Clock::now(clock),
            rows: &rows,
        };
        self.served.runtime.block_on(async {
            self.served.store.audit().record(clock, &actor, event).await.unwrap();
            assert!(self.served.store.audit().relay(&actor, &chunk).await.unwrap());
        });
    }

    fn said(&self, person: &Person) -> Value {
        let answer = person.get(&self.served, "/api/v1/audit/verify");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// What is wrong, as each of the three is told.
    fn wrong(&self) -> [Vec<String>; 3] {
        [&self.staff, &self.acme, &self.other].map(|person| {
            let said = self.said(person);
            let findings = said["findings"].as_array().unwrap();
            let mut wrong: Vec<_> =
                findings.iter().map(|finding| finding["wrong"].as_str().unwrap().to_owned()).collect();
            wrong.sort_unstable();
            wrong.dedup();
            wrong
        })
    }
}

#[test]
fn everybody_is_told_what_is_wrong_with_what_they_may_know() {
    let audited = Audited::new();
    let [whole, acme] = [&audited.staff, &audited.acme].map(|person| audited.said(person));
    assert_eq!((&whole["findings"], &whole["chains"]), (&json!([]), &json!(3)));
    assert_eq!((&whole["rows"], &whole["seal"]), (&json!(18), &json!("unsealed")));
    assert_eq!((&acme["findings"], &acme["chains"]), (&json!([]), &json!(1)));
    assert_eq!((&acme["rows"], &acme["seal"]), (&json!(6), &json!("of_everybody")));
    let of =
        |tenant: &str, which: &str| format!("(SELECT {which}(seq) FROM audit WHERE tenant = '{tenant}')");
    let (first, last) = (of("acme", "min"), of("acme", "max"));
    let theirs = of("other", "min");
    let acme_s = |kind: &str| [vec![kind.to_owned()], vec![kind.to_owned()], Vec::new()];
    let kinds = |staff: &[&str], acme: &[&str], other: &[&str]| {
        [staff, acme, other].map(|kinds| kinds.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>())
    };
    for (tampering, expected) in [
        (format!("UPDATE audit SET subject = 'nothing' WHERE seq = {first}"), acme_s("altered")),
        (format!("UPDATE audit SET at = at - 1 WHERE seq = {last}"), acme_s("altered")),
        (
            format!("DELETE FROM row_events WHERE seq = {last}; DELETE FROM audit WHERE seq = {first}"),
            kinds(&["altered", "removed", "rows"], &["altered", "rows"], &[]),
        ),
        (
            format!("DELETE FROM row_events WHERE seq = {last}; DELETE FROM audit WHERE seq = {last}"),
            kinds(&["head", "removed"], &["head"], &[]),
        ),
        (
            format!("UPDATE audit SET tenant = 'other' WHERE seq = {first}"),
            kinds(&["altered"], &["altered"], &["altered"]),
        ),
        ("UPDATE audit_chains SET position = position + 1 WHERE tenant = 'acme'".to_owned(), acme_s("head")),
        (
            format!("UPDATE audit SET action = 'x' WHERE seq = {theirs}"),
            kinds(&["altered"], &[], &["altered"]),
        ),
        ("UPDATE audit SET action = 'x' WHERE seq = 3".to_owned(), kinds(&["altered"], &[], &[])),
    ] {
        let audited = Audited::new();
        audited.state.execute(&tampering);
        assert_eq!(audited.wrong(), expected, "{tampering}");
        let told = audited.said(&audited.acme).to_string();
        assert!(!told.contains("`other`"), "nothing of another firm: {told}");
    }
}
