use rowport_testkit::{Certificates, Smtp};
use serde_json::{Value, json};

use super::ended;
use crate::binary::rowport;
use crate::runs::served::{Served, Site, State};

const PASSWORD: &str = "correct horse battery";

/// A site where people sign in, with a mail server. `more` goes into the section of e-mail.
fn site(smtp: &Smtp, more: &str) -> Site {
    let mut site = Site::new(State::Sqlite, 1_234, "2s");
    site.configure(&format!(
        "public_url = \"https://desk.example.org\"\n[notifications]\nretry_after = \"100ms\"\n[notifications.email]\n\
         server = \"127.0.0.1\"\nport = {}\nfrom = \"Rowport <rowport@example.org>\"\ntimeout = \"5s\"\n{more}",
        smtp.port()
    ));
    site.lend("SMTP_PASSWORD", "hunter2");
    site.people_sign_in();
    site
}

/// Somebody who is signed in.
struct Person<'a> {
    served: &'a Served,
    cookie: String,
}

impl<'a> Person<'a> {
    /// The first administrator, by the link that the process printed.
    fn comes_first(served: &'a Served) -> Self {
        let secret = served.wait_to_hear("/join#").split("/join#").nth(1).unwrap().trim().to_owned();
        Self::accepts(served, json!({"token": secret, "name": "Ada", "email": "ada@example.org"}))
    }

    /// Whoever has a one-time link chooses a password, and is signed in.
    fn accepts(served: &'a Served, mut body: Value) -> Self {
        body["password"] = json!(PASSWORD);
        let headers = ["content-type: application/json"];
        let path = "/api/v1/invitations/accept";
        let (head, body) = served.exchange("POST", path, &headers, &body.to_string());
        let session = head.split("rowport=").nth(1).unwrap_or_else(|| panic!("{head}\n{body}"));
        Self { served, cookie: format!("__Host-rowport={}", session.split(';').next().unwrap()) }
    }

    fn asks(&self, method: &str, path: &str, body: &Value) -> Value {
        let cookie = format!("cookie: {}", self.cookie);
        let headers = ["content-type: application/json", cookie.as_str()];
        let (_, body) = self.served.exchange(method, path, &headers, &body.to_string());
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    fn exports(&self) -> Value {
        self.asks("POST", "/api/v1/sources/db/datasets/records/exports", &json!({"format": "csv"}))
    }

    fn ended(&self, count: usize) -> Vec<Value> {
        ended(|| self.asks("GET", "/api/v1/notifications/deliveries", &Value::Null), count)
    }
}

/// What `rowport doctor` says of the mail server.
fn doctor(site: &Site) -> Value {
    let mut command = rowport();
    command.args(["doctor", "--json", "--config"]).arg(site.folder.path().join("rowport.toml"));
    site.lend_variables(&mut command);
    let output = command.output().unwrap();
    let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
    let is_mail = |it: &&Value| it["what"].as_str().unwrap().starts_with("mail server 127.0.0.1:");
    findings.as_array().unwrap().iter().find(is_mail).unwrap_or_else(|| panic!("{findings}")).clone()
}

#[test]
fn whoever_asked_for_an_export_gets_an_e_mail_when_it_is_ready() {
    let certificates = Certificates::new("IP:127.0.0.1");
    let smtp = Smtp::start_with_tls(&certificates, "rowport", "hunter2");
    let login = "username = \"rowport\"\npassword_env = \"SMTP_PASSWORD\"\n";
    let authority = certificates.authority();
    let site = site(&smtp, &format!("{login}ca_file = \"{}\"\n", authority.display()));
    let found = doctor(&site);
    assert_eq!((&found["ok"], &found["detail"]), (&json!(true), &json!("takes the login")), "{found}");
    assert!(smtp.mails().is_empty(), "looking sends nothing");

    let served = site.serve();
    let ada = Person::comes_first(&served);
    let run = ada.exports();
    let mail = smtp.wait(1).remove(0);
    assert!(mail.encrypted);
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("rowport@example.org", ["ada@example.org".to_owned()].as_slice())
    );
    for line in [
        "From: Rowport <rowport@example.org>",
        "To: ada@example.org",
        "Subject: The export of records is ready",
        "Auto-Submitted: auto-generated",
        "https://desk.example.org/exports",
    ] {
        assert!(mail.text.lines().any(|it| it == line), "no `{line}` in\n{}", mail.text);
    }
    assert!(mail.text.contains(".csv is ready: 1,234 rows, "), "{}", mail.text);
    assert!(!mail.text.contains("a name") && !mail.text.contains("/artifacts/"), "{}", mail.text);
    let delivery = ada.ended(1).remove(0);
    assert_eq!((&delivery["state"], &delivery["run_id"]), (&json!("sent"), &run["id"]), "{delivery}");
    assert!(mail.text.contains(delivery["id"].as_str().unwrap()), "the message's id is the delivery's");
    let said = served.said();
    assert!(!said.contains("ada@") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_mail_server_that_cannot_prove_who_it_is_gets_neither_password_nor_mail() {
    let certificates = Certificates::new("IP:127.0.0.1");
    let smtp = Smtp::start_with_tls(&certificates, "rowport", "hunter2");
    let site = site(&smtp, "username = \"rowport\"\npassword_env = \"SMTP_PASSWORD\"\n");
    let found = doctor(&site);
    assert_eq!(found["ok"], false, "{found}");
    assert!(found["detail"].as_str().unwrap().contains("certificate"), "{found}");
    let served = site.serve();
    let ada = Person::comes_first(&served);
    let asked = ada.asks("POST", "/api/v1/notifications/email/test", &Value::Null);
    assert_eq!(asked["event"], "test", "{asked}");
    let delivery = ada.ended(1).remove(0);
    assert_eq!(
        (&delivery["state"], &delivery["error_code"]),
        (&json!("failed"), &json!("mail_untrusted")),
        "{delivery}"
    );
    assert!(smtp.met() >= 2 && smtp.mails().is_empty());
}

#[test]
fn a_server_that_does_not_encrypt_gets_no_mail_where_that_is_asked_for() {
    let smtp = Smtp::start();
    let site = site(&smtp, "");
    let served = site.serve();
    let ada = Person::comes_first(&served);
    ada.asks("POST", "/api/v1/notifications/email/test", &Value::Null);
    let delivery = ada.ended(1).remove(0);
    assert_eq!(delivery["state"], "failed", "{delivery}");
    assert!(smtp.met() >= 1 && smtp.mails().is_empty());
}

#[test]
fn what_a_mail_server_refuses_for_now_is_tried_again_and_what_it_refuses_for_good_is_not() {
    let smtp = Smtp::start();
    smtp.refuse_next(&["451 4.3.0 later", "451 4.3.0 later"]);
    let site = site(&smtp, "security = \"none\"\n");
    let served = site.serve();
    let ada = Person::comes_first(&served);
    ada.exports();
    assert_eq!(smtp.wait(1).len(), 1);
    let delivery = ada.ended(1).remove(0);
    assert_eq!((&delivery["state"], &delivery["attempt"]), (&json!("sent"), &json!(3)), "{delivery}");
    smtp.refuse_next(&["550 5.1.1 nobody of that name"]);
    ada.exports();
    let delivery = ada.ended(2).remove(0);
    assert_eq!((&delivery["state"], &delivery["attempt"]), (&json!("failed"), &json!(1)), "{delivery}");
    assert!(delivery["error_message"].as_str().unwrap().contains("nobody of that name"), "{delivery}");
    // A test goes to whoever asks for it.
    ada.asks("POST", "/api/v1/notifications/email/test", &Value::Null);
    let mail = smtp.wait(2).remove(1);
    assert_eq!(mail.to, ["ada@example.org"]);
    assert!(mail.text.contains("Subject: Rowport: a test"), "{}", mail.text);
}

#[test]
fn whoever_is_suspended_meanwhile_is_told_nothing() {
    let smtp = Smtp::start();
    let site = site(&smtp, "security = \"none\"\n");
    let served = site.serve();
    let ada = Person::comes_first(&served);
    let grace = json!({"email": "grace@example.org", "name": "Grace", "roles": ["operator"]});
    let invited = ada.asks("POST", "/api/v1/users", &grace);
    let token = invited["path"].as_str().unwrap().strip_prefix("/join#").unwrap();
    let grace = Person::accepts(&served, json!({"token": token}));
    // Long enough for what comes next.
    smtp.refuse_next(&["451 4.3.0 later"; 3]);
    let run = grace.exports();
    served.wait_until("she was nearly told", || smtp.met() > 0);
    let path = format!("/api/v1/users/{}", invited["user"]["id"].as_str().unwrap());
    let suspended = ada.asks("PATCH", &path, &json!({"suspended": true}));
    assert_eq!(suspended["suspended"], true, "{suspended}");
    let delivery = ada.ended(1).remove(0);
    assert_eq!((&delivery["run_id"], &delivery["state"]), (&run["id"], &json!("failed")), "{delivery}");
    assert_eq!(delivery["error_code"], "nobody_to_tell");
    assert!(smtp.mails().is_empty());
}
