use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use rowport_engine::accounts::{Accounts, SignInError, SignInMode};
use rowport_model::SystemClock;
use rowport_store::{ADMIN_ROLE, Actor, Store, StoreError, User as Person, UserChange};
use serde::Serialize;

use super::serve::{DEFAULT_DATA_DIR, default_listen, openable};
use crate::config;
use crate::failure::Failure;
use crate::state::{Place, in_store};
use crate::terminal::plain;

/// Manage who can sign in, also while Rowport serves.
#[derive(Subcommand)]
pub enum User {
    /// List the people who can sign in.
    List(List),
    /// Give a person a new password, or a one-time link to choose one, and end their sessions.
    ResetPassword(ResetPassword),
    /// Let a suspended person sign in again.
    Resume(Resume),
    /// Add an administrator.
    CreateAdmin(CreateAdmin),
}

/// Where the state is.
#[derive(Args)]
struct At {
    /// The configuration; `rowport.toml` in this folder is used if it is there.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The folder for Rowport's own state and files, as for `serve`.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Where the state is, as for `serve`.
    #[arg(long, env = "ROWPORT_STATE", hide_env_values = true)]
    state: Option<String>,
    /// The file of the key that the audit is sealed with, as for `serve`.
    #[arg(long, env = "ROWPORT_AUDIT_KEY", value_name = "FILE")]
    audit_key: Option<PathBuf>,
    /// The outcome as JSON.
    #[arg(long)]
    json: bool,
}

/// List the people who can sign in.
#[derive(Args)]
pub struct List {
    #[command(flatten)]
    at: At,
}

/// Give a person a new password, or a one-time link to choose one, and end their sessions.
#[derive(Args)]
pub struct ResetPassword {
    /// The e-mail address that the person signs in with.
    email: String,
    /// Read the new password from standard input instead of making a link. The old one stops working at once.
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    at: At,
}

/// Let a suspended person sign in again.
#[derive(Args)]
pub struct Resume {
    /// The e-mail address that the person signs in with.
    email: String,
    #[command(flatten)]
    at: At,
}

/// Add an administrator.
#[derive(Args)]
pub struct CreateAdmin {
    /// The e-mail address to sign in with.
    email: String,
    /// The name that others see [default: the part of the address before the @].
    #[arg(long)]
    name: Option<String>,
    /// Read the password from standard input instead of making a link.
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    at: At,
}

/// The state of a Rowport, which may serve at this moment.
struct Sources {
    store: Arc<Store>,
    accounts: Accounts,
    /// Where people open the page.
    page: String,
    json: bool,
}

/// What was done.
#[derive(Serialize)]
struct Outcome {
    user: Person,
    /// The one-time link, where one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// Until when it works.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

impl User {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::List(List { at }) => at.open().await?.list().await,
            Self::ResetPassword(reset) => reset.run().await,
            Self::Resume(resume) => resume.run().await,
            Self::CreateAdmin(create) => create.run().await,
        }
    }
}

impl At {
    async fn open(self) -> Result<Sources, Failure> {
        let implied = Path::new("rowport.toml");
        let file = self.config.clone().or_else(|| implied.is_file().then(|| implied.to_owned()));
        let server = match file {
            Some(file) => config::load(&file).map_err(Failure::config)?.server,
            None => Default::default(),
        };
        let data_dir = self.data_dir.clone().or(server.data_dir).unwrap_or_else(|| DEFAULT_DATA_DIR.into());
        let place = Place { data_dir: &data_dir, url: self.state.as_deref(), key: self.audit_key.as_deref() };
        let mut store = place.present("there is no state, and so nobody who can sign in").await?;
        if let Some(key) = place.key()? {
            // What is done here stands in the audit, under the seal of the process that serves.
            (store, _) = store.sealing(key).await.map_err(in_store)?;
        }
        let store = Arc::new(store);
        let listen = openable(server.listen.unwrap_or_else(default_listen));
        let page = server.site.address().unwrap_or_else(|| format!("http://{listen}"));
        let accounts = Accounts::new(Arc::clone(&store), Arc::new(SystemClock), SignInMode::Required);
        Ok(Sources { store, accounts, page, json: self.json })
    }
}

impl ResetPassword {
    async fn run(self) -> Result<ExitCode, Failure> {
        let sources = self.at.open().await?;
        let user = sources.person(&self.email).await?;
        if self.password_stdin {
            sources.accounts.set_password(&operator(), &user, password()?).await.map_err(refused)?;
            return sources
                .tell(user, None, "The password is changed, and all of their sessions have ended.")
                .await;
        }
        sources.store.users().end_sessions(&SystemClock, &operator(), &user.id).await.map_err(in_store)?;
        let told = "All of their sessions have ended. This link sets a new password, once; until then the old one works:";
        sources.link(user, told).await
    }
}

impl Resume {
    async fn run(self) -> Result<ExitCode, Failure> {
        let sources = self.at.open().await?;
        let user = sources.person(&self.email).await?;
        let change = UserChange { suspended: Some(false), ..UserChange::default() };
        let changed = sources.store.users().change(&SystemClock, &operator(), &user.id, change).await;
        sources.tell(changed.map_err(in_store)?, None, "They can sign in again.").await
    }
}

impl CreateAdmin {
    async fn run(self) -> Result<ExitCode, Failure> {
        let sources = self.at.open().await?;
        let name = self.name.unwrap_or_else(|| self.email.split('@').next().unwrap_or_default().to_owned());
        let chosen = match self.password_stdin {
            true => {
                let password = password()?;
                // Before anybody is added.
                sources.accounts.check_password(&password, &self.email).map_err(refused)?;
                Some(password)
            }
            false => None,
        };
        let user = sources.accounts.create_admin(&operator(), &self.email, &name).await.map_err(not_added)?;
        match chosen {
            Some(password) => {
                sources.accounts.set_password(&operator(), &user, password).await.map_err(refused)?;
                sources.tell(user, None, "The administrator can sign in.").await
            }
            None => sources.link(user, "This link sets the administrator's password, once:").await,
        }
    }
}

impl Sources {
    async fn list(self) -> Result<ExitCode, Failure> {
        let users = self.store.users().list().await.map_err(in_store)?;
        let text = match self.json {
            true => serde_json::to_string_pretty(&users).map_err(Failure::other)? + "\n",
            false => table(&users),
        };
        write_out(&text)
    }

    async fn person(&self, email: &str) -> Result<Person, Failure> {
        let found = self.store.users().by_email(email).await.map_err(in_store)?;
        found.ok_or_else(|| {
            Failure::request(format!("nobody signs in with `{}`", plain(email)))
                .with_hint("`rowport user list` says who does")
        })
    }

    async fn link(self, user: Person, told: &str) -> Result<ExitCode, Failure> {
        let made = self.store.invitations().user(&SystemClock, &operator(), &user.id).await;
        let (token, expires) = made.map_err(in_store)?;
        let link = format!("{}/join#{}", self.page, token.secret());
        self.tell(user, Some((link, expires.to_string())), told).await
    }

    /// Says what was done. The person is read again: it is what the change made of them.
    async fn tell(
        self,
        user: Person,
        link: Option<(String, String)>,
        told: &str,
    ) -> Result<ExitCode, Failure> {
        let user = self.store.users().get(&user.id).await.map_err(in_store)?;
        let text = match (self.json, link) {
            (true, link) => {
                let (link, expires_at) = link.unzip();
                let outcome = Outcome { user, link, expires_at };
                serde_json::to_string_pretty(&outcome).map_err(Failure::other)? + "\n"
            }
            (false, link) => {
                let mut text = format!("{} <{}>: {told}\n", plain(&user.name), plain(&user.email));
                if let Some((link, expires)) = link {
                    text.push_str(&format!("{link}\nIt works until {expires}.\n"));
                }
                if user.suspended {
                    text.push_str("They are suspended: `rowport user resume` lets them sign in again.\n");
                }
                text
            }
        };
        write_out(&text)
    }
}

/// What the audit says of who does it.
fn operator() -> Actor {
    Actor { name: "Command line".to_owned(), ..Actor::system() }
}

/// The first line of standard input.
fn password() -> Result<String, Failure> {
    let mut text = String::new();
    // A password has at most a thousand characters; what is longer is no password.
    let read = std::io::stdin().lock().take(16 << 10).read_to_string(&mut text);
    read.map_err(|error| Failure::other(format!("the password cannot be read: {error}")))?;
    let line = text.split('\n').next().unwrap_or_default();
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

fn refused(error: SignInError) -> Failure {
    match error {
        SignInError::BadPassword { message } => Failure::request(message),
        SignInError::Engine(error) => Failure::output("the store", &error),
        error => Failure::other(error),
    }
}

fn not_added(error: StoreError) -> Failure {
    match error {
        StoreError::NameTaken { .. } | StoreError::BadName { .. } => {
            Failure::request(plain(&error.to_string()))
        }
        error => in_store(error),
    }
}

fn table(users: &[Person]) -> String {
    let width = |of: fn(&Person) -> &str, title: &str| {
        users.iter().map(|user| plain(of(user)).chars().count()).max().unwrap_or(0).max(title.len())
    };
    let (emails, names) = (width(|user| &user.email, "E-MAIL"), width(|user| &user.name, "NAME"));
    let mut text =
        format!("{:emails$}  {:names$}  {:13}  {:9}  LAST SEEN\n", "E-MAIL", "NAME", "ROLE", "STATE");
    for user in users {
        let role = if user.roles.iter().any(|role| role == ADMIN_ROLE) { "administrator" } else { "-" };
        let state = match (user.suspended, user.active) {
            (true, _) => "suspended",
            (false, true) => "active",
            (false, false) => "invited",
        };
        let seen = user.last_seen_at.map_or_else(|| "-".to_owned(), |at| at.to_string());
        let (email, name) = (plain(&user.email), plain(&user.name));
        text.push_str(&format!("{email:emails$}  {name:names$}  {role:13}  {state:9}  {seen}\n"));
    }
    text
}

fn write_out(text: &str) -> Result<ExitCode, Failure> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::output("the outcome cannot be written", &error))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}
