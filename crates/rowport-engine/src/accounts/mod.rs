//! People and programs, and what they may do: signing in, and finding out who asks.
//!
//! What a principal may do is looked up with every request, every run and every download, and never kept: taking a
//! role, a session or a key away takes effect at once.

mod guessable;
mod invitations;
mod own;
mod passwords;
mod principals;
mod sign_in;
mod visitor;

use std::sync::Arc;

use rowport_model::Clock;
use rowport_store::Store;

use self::passwords::Passwords;

pub use self::principals::SignedIn;
pub use self::sign_in::{Credentials, SignInError};
pub use self::visitor::Visitor;

/// Whether people sign in, and what a request without a session may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SignInMode {
    /// People sign in; other requests may do nothing.
    #[default]
    Required,
    /// Every request is the demo's administrator.
    Demo,
    /// Every request may do everything, and there are no accounts.
    Disabled,
}

/// The people and programs of a store.
#[derive(Clone)]
pub struct Accounts {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    sign_in_mode: SignInMode,
}

impl Accounts {
    /// The accounts of this store.
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, sign_in_mode: SignInMode) -> Self {
        Self { store, clock, passwords: Passwords::default(), sign_in_mode }
    }

    /// Whether people sign in, and what a request without a session may do.
    pub fn sign_in_mode(&self) -> SignInMode {
        self.sign_in_mode
    }

    fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }
}
