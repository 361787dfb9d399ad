use std::path::Path;
use std::time::Duration;

use rowport_engine::notify::{Secret, SmtpSecurity};
use rowport_engine::settings::ExportSettings;
use rowport_fetch::Reach;
use rowport_store::DeliveryEvent;

use super::read;

const FULL: &str = r#"
workspace = " shop "
listen = "127.0.0.1:8000"
data_dir = "./rowport-data"

[exports]
direct_rows = 5_000
snapshot_patience = "5m"
spool_limit = "512MiB"

[storage]
bucket = "rowport.files"
endpoint = "http://10.0.0.1:3900/"
public_endpoint = "https://files.example.org"
region = "garage"
prefix = "shop/exports"
access_key_env = "ROWPORT_S3_KEY"
secret_key_env = "ROWPORT_S3_SECRET"
path_style = false
allow_http = true
presign = false
part_size = "64MiB"
timeout = "5s"

[notifications]
retry_after = "2s"
[notifications.email]
server = "smtp.example.org"
security = "tls"
username = "rowport"
password_env = "ROWPORT_SMTP_PASSWORD"
from = "Rowport <rowport@example.org>"
events = ["run.failed"]
[notifications.webhooks.warehouse]
url_env = "WAREHOUSE_WEBHOOK_URL"
secret_env = "WAREHOUSE_WEBHOOK_SECRET"

[limits]
exports_per_hour = 60
subject_exports_per_day = 10

[subjects.customer]
label = " Customer "
[subjects.staff]

[sources.shop]
url_env = "SHOP_DATABASE_URL"
label = "Shop"

[sources.shop.datasets.orders]
label = "Orders"
subjects.customer = ["customer_id", "refund_id.customer_id"]
subjects.staff = ["sold_by"]
key = ["id", "line"]
deleted_at = "deleted_at"
[sources.shop.datasets.orders.columns.total]
label = "Total"
currency = "EUR"
[sources.shop.datasets.orders.columns.card_number]
hidden = true
[sources.shop.datasets.orders.computed.profit]
expression = "price - cost"
label = "Profit"
currency = "USD"
[sources.shop.datasets.orders.lookups]
customer_name = "customer_id.name"
[sources.shop.datasets.orders.presets]
Essential = ["id", "total", "status"]
"All of it" = ["id"]

[sources.shop.datasets."audit.log"]
hidden = true

[sources.archive]
url = "sqlite:./archive.db"
"#;

#[test]
fn everything_that_can_be_said_arrives() {
    let loaded = read(FULL).unwrap();
    assert_eq!(loaded.server.listen.unwrap().to_string(), "127.0.0.1:8000");
    assert_eq!(loaded.server.data_dir.as_deref(), Some(Path::new("/etc/rowport/rowport-data")));

    let bucket = loaded.server.bucket.as_ref().unwrap();
    assert_eq!((bucket.bucket.as_str(), bucket.region.as_str()), ("rowport.files", "garage"));
    assert_eq!(bucket.endpoint.as_deref(), Some("http://10.0.0.1:3900"));
    assert_eq!(bucket.public_endpoint.as_deref(), Some("https://files.example.org"));
    assert_eq!((bucket.access_key.as_str(), bucket.secret_key.as_str()), ("the key", "hunter2"));
    assert_eq!((bucket.prefix.as_str(), bucket.session_token.as_deref()), ("shop/exports", None));
    assert_eq!((bucket.path_style, bucket.allow_http, bucket.presign), (false, true, false));
    assert_eq!((bucket.part_bytes, bucket.timeout), (64 << 20, Duration::from_secs(5)));
    assert!(!format!("{bucket:?}").contains("hunter2"));

    let notify = &loaded.server.notify;
    assert_eq!((notify.page.as_deref(), notify.retry_after), (None, Duration::from_secs(2)));
    let email = notify.email.as_ref().unwrap();
    assert_eq!(
        (email.server.as_str(), email.port, email.security),
        ("smtp.example.org", 465, SmtpSecurity::Tls)
    );
    let login = ("rowport".to_owned(), Secret(b"hunter2".to_vec()));
    assert_eq!(
        (email.login.as_ref(), email.events.as_slice()),
        (Some(&login), [DeliveryEvent::RunFailed].as_slice())
    );
    let webhook = &notify.webhooks[0];
    assert_eq!((webhook.name.as_str(), webhook.reach), ("warehouse", Reach::Public));
    assert_eq!((webhook.key.0.as_slice(), webhook.events.len()), (b"hunter2.hunter2.hunter2.".as_slice(), 2));
    assert!(!format!("{notify:?}").contains("hunter2"));

    let engine = &loaded.engine;
    assert_eq!(engine.workspace.as_deref(), Some("shop"));
    assert_eq!(engine.exports.direct_rows, 5_000);
    assert_eq!(engine.exports.snapshot_patience, Duration::from_secs(300));
    assert_eq!(engine.exports.spool_bytes, 512 << 20);

    // In the order of the file, not of the alphabet.
    let sources: Vec<_> = engine.sources.iter().map(|s| (s.name.as_str(), s.label.as_str())).collect();
    assert_eq!(sources, [("shop", "Shop"), ("archive", "archive")]);
    assert_eq!(engine.sources[0].url.to_string(), "postgres://reader:***@db/shop");
    assert_eq!(engine.sources[1].url.to_string(), "sqlite:/etc/rowport/archive.db");

    let orders = &engine.sources[0].datasets["orders"];
    assert_eq!(orders.label.as_deref(), Some("Orders"));
    assert_eq!(orders.key.as_deref(), Some(["id".to_owned(), "line".to_owned()].as_slice()));
    assert_eq!(orders.deleted_at.as_deref(), Some("deleted_at"));
    assert!(!orders.hidden);
    assert_eq!(orders.columns["total"].label.as_deref(), Some("Total"));
    assert_eq!(orders.columns["total"].currency.as_deref(), Some("EUR"));
    assert!(orders.columns["card_number"].hidden);
    assert_eq!(orders.computed["profit"].expression.columns(), ["price", "cost"]);
    assert_eq!(orders.computed["profit"].label.as_deref(), Some("Profit"));
    assert_eq!(orders.computed["profit"].currency.as_deref(), Some("USD"));
    assert_eq!(orders.lookups["customer_name"], "customer_id.name");
    assert_eq!(orders.subjects["customer"], ["customer_id", "refund_id.customer_id"]);
    assert_eq!(orders.subjects["staff"], ["sold_by"]);
    let kinds: Vec<_> = engine.subjects.iter().map(|it| (it.name.as_str(), it.label.as_str())).collect();
    assert_eq!(kinds, [("customer", "Customer"), ("staff", "staff")]);
    let limits = loaded.server.limits;
    assert_eq!((limits.exports_per_hour, limits.exports_per_day), (Some(60), None));
    assert_eq!(limits.subject_exports_per_day, Some(10));
    assert_eq!(orders.presets["Essential"], ["id", "total", "status"]);
    assert_eq!(orders.presets["All of it"], ["id"]);
    assert!(engine.sources[0].datasets["audit.log"].hidden);
}

#[test]
fn an_empty_file_says_nothing() {
    for text in ["", "\u{feff}", "# nothing\r\n", "[exports]\n[sources]\n"] {
        let loaded = read(text).unwrap();
        assert!(loaded.engine.sources.is_empty() && loaded.engine.workspace.is_none());
        assert_eq!(loaded.server, Default::default());
        let default = ExportSettings::default();
        assert_eq!(loaded.engine.exports.direct_rows, default.direct_rows);
        assert_eq!(loaded.engine.exports.snapshot_patience, default.snapshot_patience);
        assert_eq!(loaded.engine.exports.spool_bytes, default.spool_bytes);
    }
}

#[test]
fn a_bucket_needs_little_more_than_its_name() {
    let keys = "access_key_env = \"ROWPORT_S3_KEY\"\nsecret_key_env = \"ROWPORT_S3_SECRET\"\n";
    let read = |more: &str| read(&format!("[storage]\nbucket = \"rowport\"\n{keys}{more}")).unwrap();
    let amazon = read("").server.bucket.unwrap();
    assert_eq!((amazon.endpoint, amazon.prefix.as_str(), amazon.region.as_str()), (None, "", "us-east-1"));
    assert_eq!((amazon.path_style, amazon.allow_http, amazon.presign), (false, false, true));
    assert_eq!((amazon.part_bytes, amazon.timeout), (8 << 20, Duration::from_secs(60)));
    let other = read("endpoint = \"https://s3.example.org\"").server.bucket.unwrap();
    assert!(other.path_style);
}

#[test]
fn every_way_of_writing_toml_is_understood() {
    for text in [
        "sources.shop.url = \"sqlite:shop.db\"\nsources.shop.datasets.orders.label = \"Orders\"",
        "sources = { shop = { url = 'sqlite:shop.db', datasets = { orders = { label = \"\"\"Orders\"\"\" } } } }",
        "[sources.shop.datasets.orders]\nlabel = \"\\u004frders\"\r\n[sources.shop]\r\nurl = \"sqlite:shop.db\"\r\n",
    ] {
        let loaded = read(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
        assert_eq!(loaded.engine.sources[0].datasets["orders"].label.as_deref(), Some("Orders"), "{text}");
        let path = ["sources", "shop", "datasets", "orders", "label"].map(str::to_owned);
        assert!(loaded.locate(&path).is_some(), "{text}");
    }
}

#[test]
fn the_example_workspace_has_no_mistakes() {
    let loaded = read(include_str!("../../demo/rowport.toml")).unwrap();
    assert_eq!(loaded.engine.sources[0].name, "demo");
}

#[test]
fn paths_are_relative_to_the_file_and_absolute_ones_stay() {
    for (url, expected) in [
        ("sqlite:shop.db", "sqlite:/etc/rowport/shop.db"),
        ("sqlite://data/shop.db", "sqlite:/etc/rowport/data/shop.db"),
        ("sqlite:/var/shop.db", "sqlite:/var/shop.db"),
        ("sqlite:///var/shop.db", "sqlite:/var/shop.db"),
    ] {
        let loaded = read(&format!("[sources.shop]\nurl = {url:?}")).unwrap();
        assert_eq!(loaded.engine.sources[0].url.to_string(), expected);
    }
}
