//! People and what they may do: users, roles, sessions, API keys and invitations. Every change to them stands in the
//! audit, in the same transaction.

mod invitations;
mod keys;
mod roles;
mod sessions;
mod token;
mod users;

pub use self::invitations::{Invitations, Invited};
pub use self::keys::{ApiKey, ApiKeys, FoundKey, NewApiKey};
pub use self::roles::{Role, RoleBody, Roles};
pub use self::sessions::{FoundSession, NewSession, Session, Sessions};
pub use self::token::Token;
pub use self::users::{ADMIN_ROLE, NewUser, User, UserChange, Users};
