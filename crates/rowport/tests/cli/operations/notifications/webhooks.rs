use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use rowport_testkit::{Hook, Hooks, Sqlite};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{completed, ended_at};
use crate::runs::served::{Site, State};

/// 32 bytes in base64.
const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// A site whose one webhook leads to this address.
fn site(url: &str, more: &str) -> Site {
    listening(Site::new(State::Sqlite, 1_000, "2s"), url, more)
}

fn listening(site: Site, url: &str, more: &str) -> Site {
    site.configure(&format!(
        "[notifications]\nretry_after = \"100ms\"\n[notifications.webhooks.warehouse]\nurl_env = \"HOOK_URL\"\n\
         secret_env = \"HOOK_SECRET\"\n{more}"
    ));
    site.lend("HOOK_URL", url);
    site.lend("HOOK_SECRET", SECRET);
    site
}

fn private(hooks: &Hooks) -> Site {
    let url = format!("http://{}/rowport?token=hunter2", hooks.address());
    site(&url, "allow_private = true\ntimeout = \"1s\"\n")
}

/// Whether the signature is the one that Standard Webhooks ask for: computed here from their words, and from what came.
fn is_signed(hook: &Hook, body: &[u8]) -> bool {
    let key = BASE64_STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(hook.headers["webhook-id"].as_bytes());
    mac.update(b".");
    mac.update(hook.headers["webhook-timestamp"].as_bytes());
    mac.update(b".");
    mac.update(body);
    let expected = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
    hook.headers["webhook-signature"].split(' ').any(|signature| signature == expected)
}

#[test]
fn the_end_of_an_export_is_told_signed_and_again_until_it_is_taken() {
    let hooks = Hooks::start();
    hooks.answer_next(&[500, 503]);
    let site = private(&hooks);
    let served = site.serve();
    let run = completed(&served);
    let asked = hooks.wait(3);
    for hook in &asked {
        assert_eq!(hook.line, "POST /rowport?token=hunter2 HTTP/1.1");
        assert_eq!(hook.headers["content-type"], "application/json");
        assert_eq!(hook.headers["webhook-id"], asked[0].headers["webhook-id"]);
        assert_eq!(hook.body, asked[0].body);
        assert!(is_signed(hook, &hook.body), "{hook:?}");
        let altered = String::from_utf8(hook.body.clone()).unwrap().replace("1000", "1001");
        assert!(!is_signed(hook, altered.as_bytes()) && altered.as_bytes() != hook.body);
    }
    let told: Value = serde_json::from_slice(&asked[0].body).unwrap();
    assert_eq!(told["type"], "run.completed");
    assert!(told["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{told}");
    let data = &told["data"];
    assert_eq!(
        (&data["run"], &data["state"], &data["kind"]),
        (&run["id"], &json!("completed"), &json!("export"))
    );
    assert_eq!((&data["source"], &data["dataset"]), (&json!("db"), &json!("records")));
    assert_eq!((&data["rows"], &data["bytes"]), (&json!(1000), &run["artifact"]["bytes"]));
    assert_eq!(data["file"]["sha256"], run["artifact"]["sha256"]);
    let text = told.to_string();
    assert!(
        !text.contains("quoted") && !text.contains("/artifacts/"),
        "neither rows nor a way to them: {text}"
    );

    let delivery = ended_at(&served, 1).remove(0);
    assert_eq!((&delivery["state"], &delivery["attempt"]), (&json!("sent"), &json!(3)), "{delivery}");
    assert_eq!(delivery["id"], asked[0].headers["webhook-id"].as_str());
    // Neither the secret nor the address is told.
    let channels = served.get("/api/v1/notifications");
    assert_eq!(
        channels["channels"],
        json!([{"name": "webhook:warehouse", "host": "127.0.0.1", "from": null, "personal": false,
            "events": ["run.completed", "run.failed"]}])
    );
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert_eq!(hooks.asked().len(), 3, "once it was taken it is not told again");
    let said = served.said();
    assert!(!said.contains("hunter2") && !said.contains("whsec_") && !said.contains("records"), "{said}");
}

#[test]
fn a_message_that_was_under_way_when_its_process_was_killed_arrives_after_the_restart() {
    let hooks = Hooks::start();
    // The first attempt hangs, and is never heard of again.
    hooks.answer_next(&[0]);
    let site = private(&hooks);
    let served = site.serve();
    let run = served.export("csv");
    let first = hooks.wait(1).remove(0);
    served.kill();
    assert_eq!(hooks.asked().len(), 1);
    let served = site.serve();
    let asked = hooks.wait(2);
    assert_eq!(asked[1].headers["webhook-id"], first.headers["webhook-id"]);
    assert_eq!(asked[1].body, first.body);
    let delivery = ended_at(&served, 1).remove(0);
    assert_eq!((&delivery["state"], &delivery["run_id"]), (&json!("sent"), &run["id"]));
}

#[test]
fn a_message_whose_process_was_killed_before_it_left_arrives_after_the_restart() {
    let hooks = Hooks::start();
    let site = private(&hooks);
    // A process that answers and works, and does not tell: it knows of the webhook, which leads nowhere for now.
    site.lend("HOOK_URL", "http://127.0.0.1:9/");
    let served = site.serve();
    completed(&served);
    served.kill();
    site.lend("HOOK_URL", &format!("http://{}/", hooks.address()));
    let served = site.serve();
    hooks.wait(1);
    assert_eq!(ended_at(&served, 1)[0]["state"], "sent");
}

#[test]
fn a_webhook_into_a_private_network_is_refused_unless_that_is_allowed() {
    let hooks = Hooks::start();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"] {
        let site = site(&format!("https://{host}:{}/", hooks.address().port()), "");
        let served = site.serve();
        completed(&served);
        let delivery = ended_at(&served, 1).remove(0);
        assert_eq!((&delivery["state"], &delivery["attempt"]), (&json!("failed"), &json!(1)), "{delivery}");
        assert_eq!(delivery["error_code"], "address_not_public", "{delivery}");
    }
    assert!(hooks.asked().is_empty());
}

#[test]
fn a_redirect_is_not_followed_and_410_is_the_end_of_it() {
    let hooks = Hooks::start();
    hooks.answer_next(&[302, 410]);
    let site = private(&hooks);
    let served = site.serve();
    completed(&served);
    let delivery = ended_at(&served, 1).remove(0);
    assert_eq!((&delivery["state"], &delivery["attempt"]), (&json!("failed"), &json!(2)), "{delivery}");
    assert!(delivery["error_message"].as_str().unwrap().contains("410"), "{delivery}");
    assert!(hooks.asked().iter().all(|hook| hook.line.starts_with("POST /rowport")), "{:?}", hooks.asked());
}

#[test]
fn a_failure_is_told_without_what_the_rows_say() {
    let hooks = Hooks::start();
    let source = Sqlite::create();
    // Too long for a cell of XLSX.
    source.execute(
        "CREATE TABLE records (id integer PRIMARY KEY, name text);
         INSERT INTO records VALUES (1, 'hunter2' || printf('%.*c', 40000, 'x'))",
    );
    let url = format!("http://{}/", hooks.address());
    let failures = "allow_private = true\nevents = [\"run.failed\"]\n";
    let site = listening(Site::of(source, None, "2s"), &url, failures);
    let served = site.serve();
    completed(&served);
    let run = served.export("xlsx");
    let run = served.wait_for(run["id"].as_str().unwrap(), "failed", |run| run["state"] == "failed");
    let hook = hooks.wait(1).remove(0);
    let told: Value = serde_json::from_slice(&hook.body).unwrap();
    assert_eq!((&told["type"], &told["data"]["run"]), (&json!("run.failed"), &run["id"]), "{told}");
    assert_eq!(told["data"]["error"]["code"], "cell_too_long");
    assert_eq!(told["data"]["error"]["message"], "the rows do not go into a file of this format");
    assert_eq!(told["data"]["file"], Value::Null);
    assert_eq!(ended_at(&served, 1).len(), 1, "the export that went well is not told of here");
    assert_eq!(hooks.asked().len(), 1);
}

#[test]
fn a_test_is_sent_once_and_stands_in_the_audit() {
    let hooks = Hooks::start();
    hooks.answer_next(&[500]);
    let site = private(&hooks);
    let served = site.serve();
    let send = || served.request("POST", "/api/v1/notifications/webhook:warehouse/test", &Value::Null);
    let asked = send();
    assert_eq!(
        (&asked["event"], &asked["channel"]),
        (&json!("test"), &json!("webhook:warehouse")),
        "{asked}"
    );
    let delivery = ended_at(&served, 1).remove(0);
    assert_eq!((&delivery["state"], &delivery["attempt"]), (&json!("failed"), &json!(1)), "{delivery}");
    assert_eq!(delivery["error_message"], "it answered 500");
    send();
    assert_eq!(ended_at(&served, 2)[0]["state"], "sent");
    let hook = hooks.wait(2).remove(1);
    assert!(is_signed(&hook, &hook.body));
    assert_eq!(serde_json::from_slice::<Value>(&hook.body).unwrap()["type"], "test");
    let audit = served.get("/api/v1/audit?action=notification.tested");
    assert_eq!(audit["events"].as_array().unwrap().len(), 2, "{audit}");
    assert_eq!(audit["events"][0]["subject"], "webhook:warehouse");
}

#[test]
fn of_a_run_that_was_deleted_nothing_more_is_told() {
    let hooks = Hooks::start();
    hooks.answer_next(&[500; 3]);
    let site = private(&hooks);
    let served = site.serve();
    let run = completed(&served);
    hooks.wait(1);
    served.exchange("DELETE", &format!("/api/v1/runs/{}", run["id"].as_str().unwrap()), &[], "");
    let delivery = ended_at(&served, 1).remove(0);
    assert_eq!((&delivery["state"], &delivery["error_code"]), (&json!("failed"), &json!("run_deleted")));
    assert!(hooks.asked().len() <= 3, "{}", hooks.asked().len());
}
