//! Requests that come again, with a key that says so: what they ask for is done once, whoever asks where and when.

use jiff::SignedDuration;
use rowport_engine::EngineError;
use rowport_engine::changes::{
    BulkAction, Changes, Confirmed, IdempotencyKey, Outcome, OutcomeState, Request, Target, UndoRequest,
};
use rowport_engine::settings::DatasetSettings;
use rowport_model::{Access, Grant, Principal, SourceKind};
use rowport_store::Actor;
use rowport_testkit::{Database, cases, seed};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::desk::{Shop, delete, set, with_keys};

on_every_database! {
    a_request_that_comes_again_finds_what_it_made,
    a_key_is_of_one_request,
    a_key_is_of_one_principal,
    a_request_that_failed_is_forgotten,
    of_two_at_the_same_moment_one_is_done,
}

const SCRIPT: &str = "
    CREATE TABLE items (id integer PRIMARY KEY, state integer NOT NULL, CHECK (state < 10));
    CREATE TABLE others (id integer PRIMARY KEY, state integer NOT NULL);
    INSERT INTO items VALUES (1, 1), (2, 1), (3, 2), (4, 9);
    INSERT INTO others VALUES (1, 1), (2, 1), (3, 2);
";

const ALL: UndoRequest = UndoRequest { keys: None, force: false };

type Answer = Result<Confirmed, EngineError>;

/// A request as the API has it: what is confirmed, and with which confirmation.
#[derive(Clone)]
struct Confirmation {
    request: Request,
    token: String,
}

impl Confirmation {
    async fn of(shop: &Shop, request: Request) -> Self {
        let token = shop.changes.preview(shop.on("items"), &request).await.unwrap().confirmation;
        Self { request, token }
    }

    async fn send(&self, changes: &Changes, target: Target<'_>, key: &str) -> Answer {
        let key = IdempotencyKey::new(target, key, &(&self.request, &self.token)).unwrap();
        changes.confirm(target, &Actor::default(), &self.request, &self.token, Some(&key)).await
    }
}

async fn undo(
    changes: &Changes,
    target: Target<'_>,
    change_set: &str,
    request: &UndoRequest,
    key: &str,
) -> Answer {
    let key = IdempotencyKey::new(target, key, &(change_set, request)).unwrap();
    changes.undo(target, &Actor::default(), change_set, request, Some(&key)).await
}

/// How many change sets there are.
async fn made(shop: &Shop) -> usize {
    shop.changes.history(shop.on("items"), None, 1_000).await.unwrap().len()
}

fn code(answer: Answer) -> &'static str {
    answer.expect_err("it was refused").code().as_str()
}

async fn a_request_that_comes_again_finds_what_it_made(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let on = shop.on("items");
    let add = serde_json::from_value(json!([{ "column": "state", "to": { "add": 1 } }])).unwrap();
    let request = Request { action: BulkAction::Set { fields: add }, ..delete("") };
    let wish = Confirmation::of(&shop, request).await;
    let first = wish.send(&shop.changes, on, "k").await.unwrap();
    assert!(!first.repeated);
    // Before anything was done, and once some of it could not be.
    let again = wish.send(&shop.changes, on, "k").await.unwrap();
    assert_eq!((&again.change_set, again.rows, again.repeated), (&first.change_set, 4, true));
    let outcome = shop.work("items", &first).await.unwrap();
    assert_eq!((outcome.done, outcome.failed, outcome.is_whole()), (3, 1, false));
    let again = wish.send(&shop.changes, on, "k").await.unwrap();
    assert_eq!(shop.work("items", &again).await.unwrap(), outcome);
    assert_eq!(shop.changes.wait(on, &again.change_set).await.unwrap(), outcome);
    let back = undo(&shop.changes, on, &first.change_set, &ALL, "u").await.unwrap();
    assert!(!back.repeated);
    shop.work("items", &back).await.unwrap();
    // Nothing is left to undo, the confirmation is too old, and a column has come: the answer is the first one.
    shop.clock.turn(SignedDuration::from_hours(24 * 30));
    shop.database.execute("ALTER TABLE items ADD COLUMN more integer");
    let again = undo(&shop.changes, on, &first.change_set, &ALL, "u").await.unwrap();
    assert_eq!((&again.change_set, again.rows, again.repeated), (&back.change_set, 3, true));
    let again = wish.send(&shop.changes, on, "k").await.unwrap();
    assert_eq!((&again.change_set, again.repeated), (&first.change_set, true));
    assert_eq!(made(&shop).await, 2);
    let states = shop.database.rows("SELECT state FROM items ORDER BY id");
    let states: Vec<_> = states.into_iter().map(|row| row[0].clone().unwrap()).collect();
    assert_eq!(states, [b"1", b"1", b"2", b"9"]);
}

async fn a_key_is_of_one_request(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let on = shop.on("items");
    let wish = Confirmation::of(&shop, delete("state = 1")).await;
    let first = wish.send(&shop.changes, on, "k").await.unwrap();
    let outcome = shop.work("items", &first).await.unwrap();
    assert_eq!(outcome.done, 2);
    let before = shop.rows("items", "id");
    let once_more = Confirmation::of(&shop, delete("state = 2")).await;
    let forged = Confirmation { token: "forged".to_owned(), ..wish.clone() };
    let whole = Request { all_or_nothing: true, ..wish.request.clone() };
    let whole = Confirmation { request: whole, ..wish.clone() };
    for other in [&once_more, &forged, &whole] {
        assert_eq!(code(other.send(&shop.changes, on, "k").await), "idempotency_key_reused");
    }
    assert_eq!(code(wish.send(&shop.changes, shop.on("others"), "k").await), "idempotency_key_reused");
    let taken_back = undo(&shop.changes, on, &first.change_set, &ALL, "k").await;
    assert_eq!(code(taken_back), "idempotency_key_reused");
    // Another key is another request: what it asks for was done, and that is said as ever.
    assert_eq!(code(wish.send(&shop.changes, on, "l").await), "confirmed_before");
    assert_eq!(shop.rows("items", "id"), before);
    // Of undoing, too: of other rows, or by force.
    let one = UndoRequest { keys: Some(vec![crate::desk::key(1)]), force: false };
    let back = undo(&shop.changes, on, &first.change_set, &one, "u").await.unwrap();
    shop.work("items", &back).await.unwrap();
    for other in [ALL, UndoRequest { force: true, ..one.clone() }] {
        let refused = undo(&shop.changes, on, &first.change_set, &other, "u").await;
        assert_eq!(code(refused), "idempotency_key_reused");
    }
    assert_eq!(made(&shop).await, 2);
    for bad in ["", "a b", "\u{e9}", "a\n", &"x".repeat(256)] {
        let refused = IdempotencyKey::new(on, bad, &ALL);
        assert_eq!(refused.map_err(|error| error.code().as_str()), Err("bad_idempotency_key"), "{bad:?}");
    }
    for good in ["!", "~", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", &"x".repeat(255)] {
        IdempotencyKey::new(on, good, &ALL).unwrap();
    }
}

async fn a_key_is_of_one_principal(kind: SourceKind) {
    let database = Database::create(kind);
    database.execute(
        "CREATE TABLE items (id integer PRIMARY KEY, firm varchar(20) NOT NULL);
         INSERT INTO items VALUES (1, 'acme'), (2, 'acme'), (3, 'acme'), (4, 'other')",
    );
    let tenants = DatasetSettings { tenant: Some("firm".to_owned()), ..DatasetSettings::default() };
    let shop = Shop::of(database, &[("items", tenants)]).await;
    let mine = Confirmation::of(&shop, with_keys(BulkAction::Delete, [1])).await;
    mine.send(&shop.changes, shop.on("items"), "k").await.unwrap();
    let everything = || vec![Grant::everything()];
    let of = |tenant: &str| Access::new(everything(), Vec::new(), Some(tenant.to_owned()));
    let others = [
        Principal::new("user:2", "Eve", Access::everything()),
        Principal::new("user:2", "Eve", of("acme")),
        // Who has moved to another firm is somebody else.
        Principal::new("user:2", "Eve", of("other")),
    ];
    for (id, somebody) in (2..).zip(&others) {
        let theirs = Target { principal: somebody, ..shop.on("items") };
        let request = with_keys(BulkAction::Delete, [id]);
        let token = shop.changes.preview(theirs, &request).await.unwrap().confirmation;
        let wish = Confirmation { request, token };
        let first = wish.send(&shop.changes, theirs, "k").await.unwrap();
        assert!(!first.repeated, "{somebody:?}");
        assert!(wish.send(&shop.changes, theirs, "k").await.unwrap().repeated, "{somebody:?}");
        // The same request to the letter, by somebody else, is refused as it is without a key.
        assert_eq!(code(mine.send(&shop.changes, theirs, "l").await), "bad_confirmation");
    }
    assert_eq!(made(&shop).await, 4);
    // Whoever may not do it any more is not told what came of it.
    for grants in [
        Vec::new(),
        vec![Grant { permissions: vec!["records.read".to_owned()], datasets: vec!["*".to_owned()] }],
    ] {
        let less = Principal::new(shop.me.id(), "Local", Access::new(grants, Vec::new(), None));
        let refused = mine.send(&shop.changes, Target { principal: &less, ..shop.on("items") }, "k").await;
        let code = code(refused);
        assert!(["unknown_source", "forbidden"].contains(&code), "{code}");
    }
}

async fn a_request_that_failed_is_forgotten(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let on = shop.on("items");
    let wish = Confirmation::of(&shop, delete("state = 1")).await;
    shop.database.execute("INSERT INTO items VALUES (5, 1)");
    assert_eq!(code(wish.send(&shop.changes, on, "k").await), "selection_changed");
    assert_eq!(code(wish.send(&shop.changes, on, "k").await), "selection_changed");
    assert_eq!(code(undo(&shop.changes, on, "none", &ALL, "k").await), "unknown_change_set");
    let wish = Confirmation::of(&shop, delete("state = 1")).await;
    let first = wish.send(&shop.changes, on, "k").await.unwrap();
    assert_eq!((first.repeated, first.rows), (false, 3));
    // One that was put down and stopped is remembered as that.
    shop.changes.cancel(on, &first.change_set, 1).await.unwrap_err();
    shop.changes.cancel(on, &first.change_set, 0).await.unwrap();
    let again = wish.send(&shop.changes, on, "k").await.unwrap();
    let outcome = shop.work("items", &again).await.unwrap();
    assert_eq!((outcome.state, outcome.done, outcome.is_whole()), (OutcomeState::Cancelled, 0, false));
    assert_eq!(made(&shop).await, 1);
}

/// Two servers, each with a desk of its own over the same database, are asked the same at the same moment. Or not quite
/// the same: then one of the two is refused.
async fn of_two_at_the_same_moment_one_is_done(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let seed = seed().unwrap_or(42);
    let mut dice = seed;
    let mut next = || {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        dice >> 33
    };
    let other = shop.days_later(0);
    let on = shop.on("items");
    let rounds = cases(1_000) / 3 + 1;
    let (mut second_won, mut made_before) = (0, 0);
    for round in 0..rounds {
        let wishes = [set("id = 1", "state", json!(round % 7)), set("id = 2", "state", json!(round % 7))];
        let same = !next().is_multiple_of(4);
        let first = Confirmation::of(&shop, wishes[0].clone()).await;
        let second = if same { first.clone() } else { Confirmation::of(&shop, wishes[1].clone()).await };
        let key = format!("round {round}").replace(' ', "-");
        let (early, late) = (next() % 30, next() % 30);
        let ask = |changes: Changes, wish: Confirmation, turns: u64| {
            let key = key.clone();
            async move {
                pause(turns).await;
                let answer = wish.send(&changes, on, &key).await;
                done(&changes, on, answer).await
            }
        };
        let answers = tokio::join!(ask(shop.changes.clone(), first, early), ask(other.clone(), second, late));
        let told = format!("{kind:?}, seed {seed}, round {round}: {answers:?}");
        let change_set = match answers {
            (Ok((a, a_again)), Ok((b, b_again))) => {
                assert!(same && a_again != b_again, "one of the two has made it: {told}");
                assert_eq!(a, b, "{told}");
                second_won += usize::from(a_again);
                a.change_set
            }
            (Ok((done, false)), Err("idempotency_key_reused"))
            | (Err("idempotency_key_reused"), Ok((done, false))) => {
                assert!(!same, "{told}");
                done.change_set
            }
            _ => panic!("{told}"),
        };
        made_before += 1;
        // Both take it back.
        let ask = |changes: Changes, turns: u64| {
            let (key, change_set) = (format!("back-{key}"), change_set.clone());
            async move {
                pause(turns).await;
                let answer = undo(&changes, on, &change_set, &ALL, &key).await;
                done(&changes, on, answer).await
            }
        };
        let (a, b) = tokio::join!(ask(shop.changes.clone(), early), ask(other.clone(), late));
        let told = format!("{kind:?}, seed {seed}, round {round}: {a:?} {b:?}");
        let ((a, a_again), (b, b_again)) = (a.expect(&told), b.expect(&told));
        assert!(a == b && a_again != b_again, "{told}");
        made_before += 1;
    }
    assert_eq!(made(&shop).await, made_before);
    eprintln!("{kind:?}, seed {seed}: {} pairs of requests, {second_won} won by the second", 2 * rounds);
    assert!(rounds < 100 || (second_won > 0 && second_won < rounds), "there was no race");
}

/// Does what was put down, or waits for whoever does; and whether it was the other one who put it down.
async fn done(changes: &Changes, on: Target<'_>, answer: Answer) -> Result<(Outcome, bool), &'static str> {
    let confirmed = answer.map_err(|error| error.code().as_str())?;
    let outcome = match confirmed.repeated {
        true => changes.wait(on, &confirmed.change_set).await,
        false => {
            let never = CancellationToken::new();
            changes.work(on, &confirmed.change_set, 0, &never, |_| {}).await
        }
    };
    Ok((outcome.map_err(|error| error.code().as_str())?, confirmed.repeated))
}

async fn pause(turns: u64) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}
