//! A throwaway database with a desk over it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use rowport_drivers::{Limits, SourceUrl};
use rowport_engine::changes::{BulkAction, Changes, Confirmed, Outcome, Request, Target, UndoRequest};
use rowport_engine::settings::{ChangeSettings, DatasetSettings, EngineSettings, SourceSettings};
use rowport_engine::{EngineError, Sources};
use rowport_model::{Clock, DatasetName, Filter, Key, Principal, Selection, SourceKind, SystemClock, View};
use rowport_store::{Actor, Ids};
use rowport_testkit::Database;
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// The clock of the machine, until a test turns it ahead.
#[derive(Default)]
pub struct HandClock(AtomicI64);

impl HandClock {
    pub fn turn(&self, by: SignedDuration) {
        self.0.fetch_add(by.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        SystemClock.now() + SignedDuration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

pub struct Shop {
    pub desk: Arc<Sources>,
    pub clock: Arc<HandClock>,
    pub changes: Changes,
    settings: EngineSettings,
    pub me: Principal,
    // Dropped last: it takes the database with it.
    pub database: Database,
}

impl Shop {
    /// A desk over a new database with these rows in it, ready for changes.
    pub async fn new(kind: SourceKind, script: &str) -> Self {
        let database = Database::create(kind);
        database.execute(script);
        Self::of(database, &[]).await
    }

    /// The same for a login of its own with these rights.
    pub async fn with_login(kind: SourceKind, script: &str, rights: &str) -> Self {
        let mut shop = Self::new(kind, script).await;
        (shop.desk, shop.changes) = shop.add_login(rights).1;
        shop
    }

    /// A login of its own with the rights of the journal and these, in which `{login}` is it, and a desk for it over the
    /// same database. It may make no tables there, not even temporary ones.
    pub fn add_login(&self, rights: &str) -> (String, (Arc<Sources>, Changes)) {
        let (_, database) = self.database.url().rsplit_once('/').unwrap();
        let name = database.replace("rowport_", "app_");
        let (login, script) = match self.database.kind() {
            SourceKind::Postgres => (
                name.clone(),
                format!(
                    "CREATE ROLE {name} LOGIN PASSWORD 'secret'; REVOKE ALL ON DATABASE {database} FROM PUBLIC;
                     GRANT CONNECT ON DATABASE {database} TO {name};
                     GRANT USAGE ON SCHEMA rowport_journal TO {name};
                     GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA rowport_journal TO {name};"
                ),
            ),
            _ => {
                let tables = ["_rowport_journal", "_rowport_change_sets", "_rowport_change_chunks"];
                let login = format!("'{name}'@'%'");
                let rights =
                    tables.map(|table| format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {login};"));
                let made = format!("CREATE USER {login} IDENTIFIED BY 'secret'; {}", rights.concat());
                (login, made)
            }
        };
        self.database.execute(&(script + &rights.replace("{login}", &login)));
        let mut settings = self.settings.clone();
        let url = self.database.url().replacen("rowport:rowport@", &format!("{name}:secret@"), 1);
        settings.sources[0].url = SourceUrl::parse(&url).unwrap();
        (login, at(settings, Arc::clone(&self.clock) as Arc<dyn Clock>))
    }

    pub async fn of(database: Database, settings: &[(&str, DatasetSettings)]) -> Self {
        let url = database.url().to_owned();
        let shop = Self::with_settings(database, &url, settings);
        shop.changes.prepare("shop").await.unwrap();
        shop
    }

    /// A desk over a database whose rows cannot be changed yet, as the login of this URL sees it.
    pub fn unprepared(database: Database, url: &str) -> Self {
        Self::with_settings(database, url, &[])
    }

    fn with_settings(database: Database, url: &str, settings: &[(&str, DatasetSettings)]) -> Self {
        let source = SourceSettings {
            name: "shop".to_owned(),
            label: "Shop".to_owned(),
            url: SourceUrl::parse(url).unwrap(),
            datasets: settings.iter().map(|(name, it)| ((*name).to_owned(), it.clone())).collect(),
        };
        let changes = ChangeSettings { purge_marked: true, ..ChangeSettings::default() };
        let settings = EngineSettings { sources: vec![source], changes, ..EngineSettings::default() };
        let clock = Arc::new(HandClock::default());
        let ticking = Arc::clone(&clock) as Arc<dyn Clock>;
        let (desk, changes) = at(settings.clone(), ticking);
        Self { desk, clock, changes, settings, me: Principal::local(), database }
    }

    /// Goes on under another login.
    pub fn log_in(&mut self, url: &str) {
        self.settings.sources[0].url = SourceUrl::parse(url).unwrap();
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        (self.desk, self.changes) = at(self.settings.clone(), clock);
    }

    /// Changes on the same database, so many days later.
    pub fn days_later(&self, days: i64) -> Changes {
        self.days_later_with(days, self.settings.changes)
    }

    pub fn days_later_with(&self, days: i64, changes: ChangeSettings) -> Changes {
        let clock = HandClock::default();
        clock.turn(SignedDuration::from_hours(24 * days));
        at(EngineSettings { changes, ..self.settings.clone() }, Arc::new(clock)).1
    }

    pub fn on<'a>(&'a self, dataset: &'a str) -> Target<'a> {
        Target { principal: &self.me, source: "shop", dataset }
    }

    pub async fn confirm(&self, dataset: &str, request: &Request) -> Result<Confirmed, EngineError> {
        let preview = self.changes.preview(self.on(dataset), request).await?;
        self.confirm_with(dataset, request, &preview.confirmation).await
    }

    pub async fn confirm_with(
        &self,
        dataset: &str,
        request: &Request,
        confirmation: &str,
    ) -> Result<Confirmed, EngineError> {
        self.changes.confirm(self.on(dataset), &Actor::default(), request, confirmation, None).await
    }

    pub async fn outcome(&self, dataset: &str, change_set: &str) -> Outcome {
        self.changes.outcome(self.on(dataset), change_set).await.unwrap()
    }

    pub async fn work(&self, dataset: &str, confirmed: &Confirmed) -> Result<Outcome, EngineError> {
        let never = CancellationToken::new();
        let id = &confirmed.change_set;
        self.changes.work(self.on(dataset), id, 1, &never, |_| {}).await
    }

    /// Previews, confirms and does it.
    pub async fn bulk(&self, dataset: &str, request: &Request) -> Outcome {
        let confirmed = self.confirm(dataset, request).await.unwrap();
        self.work(dataset, &confirmed).await.unwrap()
    }

    /// Takes a change set back.
    pub async fn undo(&self, dataset: &str, change_set: &str) -> Outcome {
        self.undo_some(dataset, change_set, UndoRequest { keys: None, force: false }).await
    }

    pub async fn undo_some(&self, dataset: &str, change_set: &str, request: UndoRequest) -> Outcome {
        let actor = Actor::default();
        let undone = self.changes.undo(self.on(dataset), &actor, change_set, &request, None).await;
        self.work(dataset, &undone.unwrap()).await.unwrap()
    }

    /// A table's rows, each as the database itself writes it, in the order of a column.
    pub fn rows(&self, table: &str, order: &str) -> Vec<Vec<Option<String>>> {
        self.rows_of(&DatasetName { schema: None, table: table.to_owned() }, order)
    }

    pub fn rows_of(&self, name: &DatasetName, order: &str) -> Vec<Vec<Option<String>>> {
        let quote = if self.database.kind() == SourceKind::Mysql { '`' } else { '"' };
        let quoted =
            |name: &str| format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")));
        let (table, order) = (quoted(&name.table), quoted(order));
        let schema = name.schema.as_deref().map(|schema| format!("{}.", quoted(schema))).unwrap_or_default();
        let sql = match self.database.kind() {
            SourceKind::Postgres => format!("SELECT t::text FROM {schema}{table} t ORDER BY {order}"),
            SourceKind::Mysql => format!("SELECT * FROM {table} ORDER BY {order}"),
            SourceKind::Sqlite => {
                let name = name.table.replace('\'', "''");
                let columns = self.database.rows(&format!("SELECT name FROM pragma_table_info('{name}')"));
                let columns: Vec<_> = columns
                    .into_iter()
                    .map(|row| String::from_utf8(row[0].clone().unwrap()).unwrap())
                    .map(|name| format!("typeof({0}), quote({0})", quoted(&name)))
                    .collect();
                format!("SELECT {} FROM {table} ORDER BY {order}", columns.join(", "))
            }
        };
        let text = |value: Option<Vec<u8>>| value.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        self.database.rows(&sql).into_iter().map(|row| row.into_iter().map(text).collect()).collect()
    }
}

fn at(settings: EngineSettings, clock: Arc<dyn Clock>) -> (Arc<Sources>, Changes) {
    let desk = Arc::new(Sources::new(settings, Limits::default(), clock).unwrap());
    let changes = Changes::new(Arc::clone(&desk), vec![7; 32], Arc::new(Ids::default()));
    (desk, changes)
}

/// Deletes all rows that fit a filter.
pub fn delete(filter: &str) -> Request {
    Request::new(BulkAction::Delete, all(filter))
}

/// Sets a field in all rows that fit a filter.
pub fn set(filter: &str, column: &str, value: serde_json::Value) -> Request {
    let fields = serde_json::from_value(json!([{ "column": column, "to": { "value": value } }])).unwrap();
    Request::new(BulkAction::Set { fields }, all(filter))
}

/// Does something with the rows that have these keys.
pub fn with_keys(action: BulkAction, keys: impl IntoIterator<Item = i64>) -> Request {
    let keys = keys.into_iter().map(key).collect();
    Request::new(action, Selection::Keys(keys))
}

/// Does something with the rows that have a text somewhere, or with all of them.
pub fn with_text(action: BulkAction, search: Option<&str>) -> Request {
    let view = View { search: search.map(str::to_owned), ..View::default() };
    Request::new(action, Selection::View { view, except: Vec::new() })
}

pub fn all(filter: &str) -> Selection {
    let filter = (!filter.is_empty()).then(|| Filter::parse(filter).unwrap());
    Selection::View { view: View { filter, ..View::default() }, except: Vec::new() }
}

pub fn key(value: impl Into<serde_json::Value>) -> Key {
    Key::Single(value.into())
}
