//! Who asks, and whether they may: found out once for each request, and checked for each route.

mod authenticate;
mod cookie;
mod needs;
mod record;

pub(crate) use self::authenticate::{
    AuditActor, Client, CurrentPrincipal, CurrentUser, authenticate, client_address,
};
pub(crate) use self::cookie::{ended, refused, session};
pub(crate) use self::needs::{Needs, Routes};
pub(crate) use self::record::{Action, record, record_once};
