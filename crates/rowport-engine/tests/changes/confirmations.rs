//! A confirmation is good for exactly what was shown, for whoever it was shown to, for a while, and once.

use jiff::SignedDuration;
use rowport_engine::changes::{BulkAction, Changes, Request, Target};
use rowport_model::{Access, Principal, Selection, SourceKind};
use rowport_store::{Actor, Ids};
use serde_json::json;

use crate::desk::{Shop, all, delete, key, set};

on_every_database! {
    a_confirmation_is_refused_for_anything_else,
    a_confirmation_is_used_once_whatever_becomes_of_it,
    a_confirmation_ends,
}

const SCRIPT: &str = "
    CREATE TABLE items (id integer PRIMARY KEY, state integer NOT NULL);
    CREATE TABLE others (id integer PRIMARY KEY, state integer NOT NULL);
    INSERT INTO items VALUES (1, 1), (2, 1), (3, 2);
    INSERT INTO others VALUES (1, 1), (2, 1), (3, 2);
";

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_of_which_one_byte_was_changed_is_refused() {
    let shop = Shop::new(SourceKind::Sqlite, SCRIPT).await;
    let request = delete("state = 1");
    let token = shop.changes.preview(shop.on("items"), &request).await.unwrap().confirmation;
    let confirm = async |token: &str| {
        let refused = shop.changes.confirm(shop.on("items"), &Actor::default(), &request, token, None).await;
        refused.map_err(|error| error.code().as_str())
    };
    for place in 0..token.len() {
        for bit in 0..7 {
            let mut bytes = token.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let forged = String::from_utf8(bytes).unwrap();
            assert_eq!(confirm(&forged).await, Err("bad_confirmation"), "byte {place}, bit {bit}");
        }
    }
    for forged in
        [&token[1..], &token[..token.len() - 1], &format!("{token}A"), &format!("{token}.{token}"), ""]
    {
        assert_eq!(confirm(forged).await, Err("bad_confirmation"), "{forged}");
    }
    let elsewhere = Changes::new(shop.desk.clone(), vec![8; 32], std::sync::Arc::new(Ids::default()));
    let foreign = elsewhere.preview(shop.on("items"), &request).await.unwrap().confirmation;
    assert_eq!(confirm(&foreign).await, Err("bad_confirmation"), "signed with another key");
    eprintln!("{} confirmations with one bit changed, all of them refused", 7 * token.len());
    assert_eq!(shop.rows("items", "id").len(), 3);
    confirm(&token).await.unwrap();
}

/// A client can read what it was given: a digest without a key would tell whether it has guessed a hidden column.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_summed_up_in_a_confirmation_hangs_on_the_signers_key() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let script = "CREATE TABLE parents (id integer PRIMARY KEY);
        CREATE TABLE children (id integer PRIMARY KEY, parent integer REFERENCES parents (id) ON DELETE CASCADE);
        INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1, 1);";
    let shop = Shop::new(SourceKind::Sqlite, script).await;
    let elsewhere = Changes::new(shop.desk.clone(), vec![8; 32], std::sync::Arc::new(Ids::default()));
    let request = Request { cascade: true, ..delete("") };
    let mut shown = Vec::new();
    for changes in [&shop.changes, &elsewhere] {
        let token = changes.preview(shop.on("parents"), &request).await.unwrap().confirmation;
        let text = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        shown.push(serde_json::from_slice::<serde_json::Value>(&text).unwrap());
    }
    for field in ["schema", "request", "keys", "cascade"] {
        assert!(shown[0][field].is_string(), "{field}");
        assert_ne!(shown[0][field], shown[1][field], "{field}");
    }
}

async fn a_confirmation_is_refused_for_anything_else(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let actor = Actor::default();
    let request = delete("state = 1");
    let token = shop.changes.preview(shop.on("items"), &request).await.unwrap().confirmation;
    let view = |except| match all("state = 1") {
        Selection::View { view, .. } => Selection::View { view, except },
        keys => keys,
    };
    let others = [
        // The same rows, chosen in another way, are not what was confirmed either.
        Request { selection: Selection::Keys(vec![key(1), key(2)]), ..request.clone() },
        Request { selection: view(vec![key(3)]), ..request.clone() },
        Request { selection: view(vec![key(1)]), ..request.clone() },
        Request { selection: all(""), ..request.clone() },
        Request { selection: all("state < 2"), ..request.clone() },
        Request { all_or_nothing: true, ..request.clone() },
        set("state = 1", "state", json!(2)),
    ];
    for other in others {
        let refused = shop.changes.confirm(shop.on("items"), &actor, &other, &token, None).await;
        assert_eq!(refused.map_err(|error| error.code().as_str()), Err("bad_confirmation"), "{other:?}");
    }
    let somebody = Principal::new("user:2", "Eve", Access::everything());
    let hers = Target { principal: &somebody, ..shop.on("items") };
    for target in [shop.on("others"), hers] {
        let refused = shop.changes.confirm(target, &actor, &request, &token, None).await;
        assert_eq!(refused.map_err(|error| error.code().as_str()), Err("bad_confirmation"), "{target:?}");
    }
    let set_to = |value| set("state = 1", "state", json!(value));
    let two = shop.changes.preview(shop.on("items"), &set_to(2)).await.unwrap().confirmation;
    let refused = shop.changes.confirm(shop.on("items"), &actor, &set_to(3), &two, None).await;
    assert_eq!(refused.map_err(|error| error.code().as_str()), Err("bad_confirmation"), "another value");
    shop.database.execute("ALTER TABLE items ADD COLUMN more integer");
    let refused = shop.changes.confirm(shop.on("items"), &actor, &request, &token, None).await;
    assert_eq!(
        refused.map_err(|error| error.code().as_str()),
        Err("bad_confirmation"),
        "a table of other columns"
    );
    assert_eq!(shop.rows("items", "id").len(), 3);
    assert!(shop.changes.history(shop.on("items"), None, 10).await.unwrap().is_empty());
}

async fn a_confirmation_is_used_once_whatever_becomes_of_it(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let actor = Actor::default();
    let request = Request { action: BulkAction::Delete, ..delete("state = 1") };
    let token = shop.changes.preview(shop.on("items"), &request).await.unwrap().confirmation;
    let again = async || {
        let refused = shop.changes.confirm(shop.on("items"), &actor, &request, &token, None).await;
        assert_eq!(refused.map_err(|error| error.code().as_str()), Err("confirmed_before"));
    };
    let confirmed = shop.changes.confirm(shop.on("items"), &actor, &request, &token, None).await.unwrap();
    again().await;
    shop.work("items", &confirmed).await.unwrap();
    again().await;
    // The same rows are there again, and it is still the first time that was confirmed.
    shop.undo("items", &confirmed.change_set).await;
    again().await;
    assert_eq!(shop.rows("items", "id").len(), 3);
}

async fn a_confirmation_ends(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let actor = Actor::default();
    let request = delete("state = 1");
    let token = shop.changes.preview(shop.on("items"), &request).await.unwrap().confirmation;
    shop.clock.turn(SignedDuration::from_mins(16));
    let refused = shop.changes.confirm(shop.on("items"), &actor, &request, &token, None).await;
    assert_eq!(refused.map_err(|error| error.code().as_str()), Err("bad_confirmation"));
    assert_eq!(shop.rows("items", "id").len(), 3);
    let token = shop.changes.preview(shop.on("items"), &request).await.unwrap().confirmation;
    shop.clock.turn(SignedDuration::from_mins(14));
    shop.changes.confirm(shop.on("items"), &actor, &request, &token, None).await.unwrap();
}
