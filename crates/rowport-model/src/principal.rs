use std::sync::Arc;

use crate::access::Access;

/// Who asks, and what they may do at this moment.
///
/// Only [`Principal::id`] is ever stored: of runs, saved views and audit events. What a principal may do is looked up
/// again whenever it matters, so that taking it away takes effect at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    id: String,
    account: String,
    name: String,
    access: Arc<Access>,
}

impl Principal {
    /// The id of the person at the machine that Rowport runs on.
    pub const LOCAL: &'static str = "local";

    /// A principal that was looked up: `user:…` or `key:…`, its name for people, and what it may do.
    pub fn new(id: impl Into<String>, name: impl Into<String>, access: Access) -> Self {
        let id = id.into();
        Self { account: id.clone(), id, name: name.into(), access: Arc::new(access) }
    }

    /// A principal whose limits are those of another one: an API key's are its owner's, who could make another key.
    #[must_use]
    pub fn on_account_of(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// The person at this machine, for the command line and for servers without sign-in. May do everything.
    pub fn local() -> Self {
        Self::new(Self::LOCAL, "local", Access::everything())
    }

    /// What is stored of it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whose limits are used up by what it does.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// A name for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it may do.
    pub fn access(&self) -> &Access {
        &self.access
    }
}
