use rowport_model::{Clock, ColumnRule, Grant, Permission};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::context::Context;
use crate::database::{Row, query};
use crate::error::StoreError;
use crate::names;
use crate::tx::Tx;

/// A set of permissions under a name, which people are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Role {
    /// A version 7 UUID, or the word of one that comes with Rowport: `admin`, `operator`, `viewer`.
    pub id: String,
    /// Its name, unique in any capitals.
    pub name: String,
    /// It comes with Rowport and stays as it is.
    pub built_in: bool,
    /// What it allows.
    pub grants: Vec<Grant>,
    /// The columns that it keeps from people.
    pub columns: Vec<ColumnRule>,
}

/// What a role allows and what it keeps from people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleBody {
    /// What it allows.
    pub grants: Vec<Grant>,
    /// The columns that it keeps from people.
    pub columns: Vec<ColumnRule>,
}

/// The roles of a [`Store`](crate::Store).
#[derive(Debug, Clone, Copy)]
pub struct Roles<'a> {
    pub(crate) context: &'a Context,
}

/// Far more than anybody can keep apart.
const MAX_ROLES: i64 = 500;

impl Roles<'_> {
    /// All of them, ordered by name.
    pub async fn list(&self) -> Result<Vec<Role>, StoreError> {
        query("SELECT id, name, built_in, body FROM roles ORDER BY name_folded")
            .fetch_all(&self.context.database, read)
            .await
    }

    /// Those that a user has.
    pub(crate) async fn of(&self, user: &str) -> Result<Vec<Role>, StoreError> {
        query(
            "SELECT r.id, r.name, r.built_in, r.body FROM roles r JOIN user_roles u ON u.role_id = r.id \
             WHERE u.user_id = $1 ORDER BY r.name_folded",
        )
        .bind(user)
        .fetch_all(&self.context.database, read)
        .await
    }

    /// Makes a role.
    pub async fn create(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        name: &str,
        body: &RoleBody,
    ) -> Result<Role, StoreError> {
        check(body)?;
        let name = names::checked(name)?;
        let now = clock.now();
        let id = self.context.ids.next(now);
        let mut tx = Tx::begin(self.context).await?;
        let detail = json!({ "name": name, "grants": body.grants, "columns": body.columns });
        let event = NewEvent { action: "role.created", subject: Some(&id), detail, ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        if query("SELECT count(*) FROM roles").fetch_number(&mut tx).await? >= MAX_ROLES {
            return Err(StoreError::BadRole { message: format!("there are {MAX_ROLES} of them already") });
        }
        query("INSERT INTO roles (id, name, name_folded, built_in, body) VALUES ($1, $2, $3, 0, $4)")
            .bind(&id)
            .bind(name)
            .bind(names::folded(name))
            .bind(text(body))
            .on_unique_violation(name_taken(name))
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(role(id, name, body))
    }

    /// Replaces a role. Whoever has it may do what it says now from their next request on.
    pub async fn update(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        id: &str,
        name: &str,
        body: &RoleBody,
    ) -> Result<Role, StoreError> {
        check(body)?;
        let name = names::checked(name)?;
        let now = clock.now();
        let mut tx = Tx::begin(self.context).await?;
        let detail = json!({ "name": name, "grants": body.grants, "columns": body.columns });
        let event = NewEvent { action: "role.changed", subject: Some(id), detail, ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        let changed =
            query("UPDATE roles SET name = $2, name_folded = $3, body = $4 WHERE id = $1 AND built_in = 0")
                .bind(id)
                .bind(name)
                .bind(names::folded(name))
                .bind(text(body))
                .on_unique_violation(name_taken(name))
                .execute(&mut tx)
                .await?;
        if changed == 0 {
            return Err(unchangeable(id));
        }
        tx.commit().await?;
        Ok(role(id.to_owned(), name, body))
    }

    /// Deletes a role that nobody has.
    pub async fn delete(&self, clock: &dyn Clock, actor: &Actor, id: &str) -> Result<(), StoreError> {
        let now = clock.now();
        let mut tx = Tx::begin(self.context).await?;
        let held = query("SELECT count(*) FROM user_roles WHERE role_id = $1").bind(id);
        let held = held.fetch_number(&mut tx).await?;
        if held > 0 {
            let message = format!("{held} people have it; give them another one first");
            return Err(StoreError::BadRole { message });
        }
        let deleted = query("DELETE FROM roles WHERE id = $1 AND built_in = 0").bind(id);
        if deleted.execute(&mut tx).await? == 0 {
            return Err(unchangeable(id));
        }
        let event = NewEvent { action: "role.deleted", subject: Some(id), ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        tx.commit().await
    }
}

fn unchangeable(id: &str) -> StoreError {
    match id {
        "admin" | "operator" | "viewer" => StoreError::BadRole {
            message: "it comes with Rowport and stays as it is; make another one".to_owned(),
        },
        _ => StoreError::UnknownRole { id: id.to_owned() },
    }
}

fn name_taken(name: &str) -> StoreError {
    StoreError::NameTaken { what: "role", name: name.to_owned() }
}

/// Patterns that stand for nothing are slips of the hand, and a role with one allows less than it seems to.
fn check(body: &RoleBody) -> Result<(), StoreError> {
    let bad = |message: String| Err(StoreError::BadRole { message });
    if body.grants.len() > 200 || body.columns.len() > 1_000 {
        return bad("at most 200 grants and 1,000 column rules".to_owned());
    }
    check_grants(&body.grants)?;
    for rule in &body.columns {
        if !(1..=200).contains(&rule.column.chars().count()) || !is_dataset_pattern(&rule.dataset) {
            return bad(format!("`{}` of `{}` names no column of a dataset", rule.column, rule.dataset));
        }
    }
    Ok(())
}

/// They are read with each request, and every change of them is kept in the audit.
const LONGEST_GRANTS: usize = 32 * 1024;

pub(super) fn check_grants(grants: &[Grant]) -> Result<(), StoreError> {
    let bad = |message: String| Err(StoreError::BadRole { message });
    let patterns = grants.iter().flat_map(|grant| grant.permissions.iter().chain(&grant.datasets));
    if patterns.map(String::len).sum::<usize>() > LONGEST_GRANTS {
        return bad(format!("the grants together have more than {LONGEST_GRANTS} characters"));
    }
    for grant in grants {
        if grant.permissions.is_empty() || grant.datasets.is_empty() {
            return bad("a grant has at least one permission and one dataset".to_owned());
        }
        if grant.permissions.len() > 32 || grant.datasets.len() > 200 {
            return bad("a grant has at most 32 permissions and 200 datasets".to_owned());
        }
        if let Some(unknown) =
            grant.permissions.iter().find(|it| it.len() > 64 || !Permission::is_pattern(it))
        {
            return bad(format!("there is no permission `{unknown}`"));
        }
        if let Some(wrong) = grant.datasets.iter().find(|it| !is_dataset_pattern(it)) {
            return bad(format!("`{wrong}` names no dataset; such as `shop/orders`, `shop/*` or `*`"));
        }
    }
    Ok(())
}

fn is_dataset_pattern(text: &str) -> bool {
    text.chars().count() <= 300
        && !text.chars().any(char::is_control)
        && (text.contains('*')
            || text.split_once('/').is_some_and(|(source, it)| !source.is_empty() && !it.is_empty()))
}

fn role(id: String, name: &str, body: &RoleBody) -> Role {
    let RoleBody { grants, columns } = body.clone();
    Role { id, name: name.to_owned(), built_in: false, grants, columns }
}

/// Texts and lists; serialising them cannot fail.
fn text(body: &RoleBody) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

fn read(row: &Row) -> Result<Role, sqlx::Error> {
    let body: RoleBody =
        serde_json::from_str(&row.text("body")?).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(Role {
        id: row.text("id")?,
        name: row.text("name")?,
        built_in: row.number("built_in")? != 0,
        grants: body.grants,
        columns: body.columns,
    })
}
