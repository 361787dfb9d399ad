//! People with roles, signed in.

use std::sync::atomic::{AtomicU32, Ordering};

use rowport_model::{ColumnRule, Grant};
use rowport_store::{Actor, NewSession, NewUser, RoleBody, User};

use crate::desk::{Answer, Served};

/// Somebody who is signed in.
pub struct Person {
    pub user: User,
    pub cookie: String,
}

pub fn grant(permissions: &[&str], datasets: &[&str]) -> Grant {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Grant { permissions: owned(permissions), datasets: owned(datasets) }
}

/// Somebody new with a role of these grants and rules.
pub fn person(served: &Served, grants: Vec<Grant>, columns: Vec<ColumnRule>, tenant: Option<&str>) -> Person {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let (store, clock, system) = (&served.store, served.clock.as_ref(), Actor::system());
    served.runtime.block_on(async {
        // Somebody always administers, or changing people is refused.
        if store.users().list().await.map(|users| users.is_empty()).unwrap() {
            let roles = ["admin".to_owned()];
            let first = NewUser { email: "first@example.org", name: "First", tenant: None, roles: &roles };
            let first = store.users().create(clock, &system, first).await.unwrap();
            choose_password(served, &first).await;
        }
        let body = RoleBody { grants, columns };
        let role = store.roles().create(clock, &system, &format!("Role {number}"), &body).await.unwrap();
        let email = format!("person{number}@example.org");
        let new = NewUser { email: &email, name: "Somebody", tenant, roles: &[role.id] };
        let user = store.users().create(clock, &system, new).await.unwrap();
        choose_password(served, &user).await;
        let cookie = session(served, &user).await;
        Person { user, cookie }
    })
}

async fn session(served: &Served, user: &User) -> String {
    let new = NewSession { user: &user.id, password: HASH, address: None, agent: None };
    let token = served.store.sessions().begin(served.clock.as_ref(), &Actor::system(), new).await.unwrap();
    format!("rowport={}", token.unwrap().secret())
}

/// In place of a hash, which would take its time. Nobody signs in with it.
const HASH: &str = "no hash at all";

async fn choose_password(served: &Served, user: &User) {
    let (links, clock, system) = (served.store.invitations(), served.clock.as_ref(), Actor::system());
    let (link, _) = links.user(clock, &system, &user.id).await.unwrap();
    links.accept(clock, &system, &link, &user.id, HASH).await.unwrap();
}

impl Person {
    /// Signs in once more.
    pub fn again(&self, served: &Served) -> String {
        served.runtime.block_on(session(served, &self.user))
    }

    pub fn get(&self, served: &Served, path: &str) -> Answer {
        served.send("GET", path, &[("cookie", &self.cookie)], b"")
    }

    pub fn send(&self, served: &Served, method: &str, path: &str, body: &serde_json::Value) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("content-type", "application/json")];
        served.send(method, path, &headers, body.to_string().as_bytes())
    }
}
