//! What only somebody finds who has the key.

use jiff::Timestamp;
use rowport_model::Clock;

use super::chain::Heads;
use super::{NewEvent, Wrong};
use crate::database::query;
use crate::{Actor, AuditKey, Store};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

async fn execute(store: &Store, sql: String) {
    query(sql).execute(&store.context.database).await.unwrap();
}

/// Chains everything anew, as it is now: what whoever knows how Rowport does it would do.
async fn chain_anew(store: &Store) {
    let mut heads = Heads::new();
    for event in store.audit().stored(0, i64::MAX, "").await.unwrap() {
        let head = heads.entry(event.chain().to_owned()).or_default();
        *head = head.next(&event.record());
        let (seq, position, hash) = (event.seq, head.position, &head.hash);
        execute(store, format!("UPDATE audit SET position = {position}, hash = '{hash}' WHERE seq = {seq}"))
            .await;
    }
    for (tenant, link) in heads {
        let (position, hash) = (link.position, link.hash);
        let sql = format!(
            "UPDATE audit_chains SET position = {position}, hash = '{hash}' WHERE tenant = '{tenant}'"
        );
        execute(store, sql).await;
    }
}

#[tokio::test]
async fn what_was_altered_and_chained_anew_does_not_fit_the_seal() {
    let key = AuditKey::new(vec![7; 32]).unwrap();
    let (store, _) = Store::in_memory().await.unwrap().sealing(key.clone()).await.unwrap();
    for subject in ["a", "b", "c", "d"] {
        let event = NewEvent { action: "role.changed", subject: Some(subject), ..NewEvent::default() };
        store.audit().record(&Noon, &Actor::system(), event).await.unwrap();
    }
    let anchor = store.audit().anchor(&Noon).await.unwrap();
    chain_anew(&store).await;
    let verified = store.audit().verify(Some(&key), std::slice::from_ref(&anchor)).await.unwrap();
    assert_eq!(verified.findings, [], "chaining anew what was not altered alters nothing");

    execute(&store, "UPDATE audit SET subject = 'x' WHERE subject = 'b'".to_owned()).await;
    chain_anew(&store).await;
    let verified = store.audit().verify(None, &[]).await.unwrap();
    assert_eq!(verified.findings, [], "the chain alone knows nothing of it");
    let wrong = |verified: &super::Verified| -> Vec<Wrong> {
        verified.findings.iter().map(|finding| finding.wrong).collect()
    };
    let verified = store.audit().verify(Some(&key), &[]).await.unwrap();
    assert_eq!(wrong(&verified), [Wrong::Seal]);
    let verified = store.audit().verify(None, &[anchor]).await.unwrap();
    assert_eq!(wrong(&verified), [Wrong::Anchor]);
}
