//! Limits hold over every process on the same state.

use rowport_engine::accounts::SignInMode;
use rowport_server::LimitSettings;
use rowport_testkit::{Database, Sqlite};
use serde_json::json;

use super::people::{grant, person};
use crate::desk::{Answer, Served, Serving, serve_as};

fn database() -> Database {
    let database = Sqlite::create();
    database.execute("CREATE TABLE items (id integer PRIMARY KEY); INSERT INTO items VALUES (1), (2);");
    database
}

#[test]
fn of_fifty_exports_at_once_on_two_processes_exactly_the_limit_is_admitted() {
    let database = database();
    let folder = tempfile::tempdir().unwrap();
    let limits =
        LimitSettings { exports_per_hour: Some(7), exports_per_day: Some(30), ..LimitSettings::default() };
    let state = Some(folder.path().join("state.sqlite"));
    let serving = Serving { sign_in_mode: SignInMode::Required, limits, state, ..Serving::default() };
    let desks = [serve_as(&database, serving.clone()), serve_as(&database, serving)];
    let me = person(&desks[0], vec![grant(&["records.*"], &["*"])], Vec::new(), None);
    let other = person(&desks[1], vec![grant(&["records.*"], &["*"])], Vec::new(), None);
    let ask = |number: usize| -> Answer {
        let desk = &desks[number % 2];
        match number % 3 {
            0 => me.get(desk, &Served::path("items", "export?format=csv")),
            1 => me.send(desk, "POST", &Served::path("items", "export"), &json!({ "format": "ndjson" })),
            _ => me.send(desk, "POST", &Served::path("items", "exports"), &json!({ "format": "csv" })),
        }
    };
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..50).map(|number| scope.spawn(move || ask(number))).collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    let (admitted, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status < 300);
    assert_eq!((admitted.len(), refused.len()), (7, 43));
    let mut left: Vec<u32> =
        admitted.iter().map(|it| it.headers["ratelimit-remaining"].parse().unwrap()).collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4, 5, 6]);
    for answer in refused {
        assert_eq!((answer.status, answer.code().as_str()), (429, "too_many_exports"), "{answer:?}");
        assert_eq!(answer.headers["retry-after"], "3601");
    }
    // Somebody else has their own, a slip of the hand costs nothing, and an hour later there are more.
    assert_eq!(other.get(&desks[0], &Served::path("items", "export?format=csv")).status, 200);
    assert_eq!(other.get(&desks[0], &Served::path("items", "export?format=cvs")).status, 400);
    let limits = other.get(&desks[1], "/api/v1/limits").json();
    assert_eq!((&limits["exports"][0]["left"], &limits["exports"][1]["left"]), (&json!(6), &json!(29)));
    desks[0].clock.turn(jiff::SignedDuration::from_secs(3_601));
    assert_eq!(
        me.get(&desks[0], &Served::path("items", "export?format=csv")).headers["ratelimit-remaining"],
        "6"
    );
}
