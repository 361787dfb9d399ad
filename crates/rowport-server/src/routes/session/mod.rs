//! Who one is: signing in, being signed in, signing out.

pub(crate) mod begin;
pub(crate) mod end;
pub(crate) mod get;
pub(crate) mod password;

use rowport_engine::accounts::SignedIn;
use rowport_model::Permission;
use serde::Serialize;
use utoipa::ToSchema;

/// Who one is, and what one may do.
#[derive(Serialize, ToSchema)]
pub(crate) struct Identity {
    /// The principal's id, as runs and the audit have it.
    #[schema(example = "user:0198c0de-0000-7000-8000-000000000000")]
    principal: String,
    /// The name for people.
    name: String,
    /// The address that one signs in with; `null` for a key and without sign-in.
    email: Option<String>,
    /// The tenant whose rows one sees; `null` for all.
    tenant: Option<String>,
    /// What one may do on some dataset or other; each dataset says what one may do with it.
    permissions: Vec<Permission>,
    /// The session's id, for finding it in the list of one's sessions.
    session: Option<String>,
    /// Whether there is anything to sign out of.
    can_sign_out: bool,
}

impl From<&SignedIn> for Identity {
    fn from(me: &SignedIn) -> Self {
        let access = me.principal.access();
        let is_user = me.principal.id().starts_with("user:");
        Self {
            principal: me.principal.id().to_owned(),
            name: me.principal.name().to_owned(),
            email: me.user.as_ref().filter(|_| is_user).map(|user| user.email.clone()),
            tenant: access.tenant().map(str::to_owned),
            permissions: Permission::ALL.into_iter().filter(|it| access.allows_somewhere(*it)).collect(),
            session: me.session.clone(),
            can_sign_out: is_user,
        }
    }
}
