use rowport_model::{Access, Permission, Principal};
use rowport_store::{ADMIN_ROLE, Actor, NewUser, Role, StoreError, Token, User};

use super::{Accounts, SignInMode};

/// Who asks, once that is known.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who, and what they may do.
    pub principal: Principal,
    /// The person: oneself, or the owner of the key. `None` without sign-in.
    pub user: Option<User>,
    /// The session, if the request came with one.
    pub session: Option<String>,
}

/// The address of the demo's administrator, who has no password.
const DEMO: &str = "demo@localhost";

impl Accounts {
    /// The person whose session has this secret.
    pub async fn by_session(&self, secret: &str) -> Result<Option<SignedIn>, StoreError> {
        let found = self.store.sessions().find(self.clock(), &Token::shown(secret)).await?;
        Ok(found.map(|found| SignedIn {
            principal: user_principal(&found.user, &found.roles),
            session: Some(found.id),
            user: Some(found.user),
        }))
    }

    /// The principal of the API key with this secret.
    pub async fn by_key(&self, secret: &str) -> Result<Option<SignedIn>, StoreError> {
        let found = self.store.api_keys().find(self.clock(), &Token::shown(secret)).await?;
        Ok(found.map(|found| SignedIn {
            principal: key_principal(&found),
            session: None,
            user: Some(found.user),
        }))
    }

    /// The principal without either, where sign-in is not required.
    pub async fn by_the_door(&self) -> Result<Option<SignedIn>, StoreError> {
        match self.sign_in_mode {
            SignInMode::Required => Ok(None),
            SignInMode::Disabled => {
                Ok(Some(SignedIn { principal: Principal::local(), user: None, session: None }))
            }
            SignInMode::Demo => {
                let Some(user) = self.store.users().by_email(DEMO).await? else { return Ok(None) };
                let principal = self.principal(&format!("user:{}", user.id)).await?;
                Ok(principal.map(|principal| SignedIn { principal, user: Some(user), session: None }))
            }
        }
    }

    /// Who this id stands for, and what they may do now; `None` when they may not do anything any more.
    pub async fn principal(&self, id: &str) -> Result<Option<Principal>, StoreError> {
        if id == Principal::LOCAL {
            // Runs from the time without sign-in have no owner now.
            return Ok((self.sign_in_mode == SignInMode::Disabled).then(Principal::local));
        }
        if let Some(key) = id.strip_prefix("key:") {
            let found = self.store.api_keys().get(self.clock(), key).await?;
            return Ok(found.map(|found| key_principal(&found)));
        }
        let Some(user) = id.strip_prefix("user:") else { return Ok(None) };
        let user = match self.store.users().get(user).await {
            Ok(user) if !user.suspended => user,
            Ok(_) | Err(StoreError::UnknownUser { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let roles = self.store.roles().list().await?;
        let held: Vec<Role> = roles.into_iter().filter(|role| user.roles.contains(&role.id)).collect();
        Ok(Some(user_principal(&user, &held)))
    }

    /// Whether a session goes on.
    pub async fn is_active(&self, session: &str) -> Result<bool, StoreError> {
        self.store.sessions().is_active(self.clock(), session).await
    }

    /// Makes the demo's administrator, unless there is one.
    pub async fn prepare_demo(&self) -> Result<(), StoreError> {
        if self.store.users().by_email(DEMO).await?.is_some() {
            return Ok(());
        }
        let new = NewUser { email: DEMO, name: "Demo admin", tenant: None, roles: &[ADMIN_ROLE.to_owned()] };
        self.store.users().create(self.clock(), &Actor::system(), new).await.map(drop)
    }
}

/// The principals that a person is: themselves, and their keys.
pub(super) fn user_id(user: &User) -> String {
    format!("user:{}", user.id)
}

fn user_principal(user: &User, roles: &[Role]) -> Principal {
    Principal::new(user_id(user), &user.name, access(user, roles))
}

fn key_principal(found: &rowport_store::FoundKey) -> Principal {
    let access = access(&found.user, &found.roles).narrowed(found.key.scopes.clone());
    let name = format!("{} ({})", found.user.name, found.key.name);
    Principal::new(format!("key:{}", found.key.id), name, access).on_account_of(user_id(&found.user))
}

fn access(user: &User, roles: &[Role]) -> Access {
    let grants = roles.iter().flat_map(|role| role.grants.clone()).collect();
    let columns = roles.iter().flat_map(|role| role.columns.clone()).collect();
    Access::new(grants, columns, user.tenant.clone())
}

impl SignedIn {
    /// Whether a program asks, on behalf of a person.
    pub fn is_key(&self) -> bool {
        self.principal.id().starts_with("key:")
    }

    /// Whether they may do this, on some dataset or other.
    pub fn may(&self, permission: Permission) -> bool {
        self.principal.access().allows_somewhere(permission)
    }
}
