//! What principals may do: permission keys, the roles that are made of them, and what follows from a set of roles.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that can be permitted. The words are stable: roles, keys and addresses say them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Permission {
    /// See a dataset's rows.
    #[serde(rename = "records.read")]
    RecordsRead,
    /// Take rows out as a file.
    #[serde(rename = "records.export")]
    RecordsExport,
    /// Read the columns that the configuration calls sensitive as they are; everybody else sees a mask.
    #[serde(rename = "records.reveal")]
    RecordsReveal,
    /// Bring rows in from a file.
    #[serde(rename = "records.import")]
    RecordsImport,
    /// Change rows.
    #[serde(rename = "records.update")]
    RecordsUpdate,
    /// Delete rows, and restore them.
    #[serde(rename = "records.delete")]
    RecordsDelete,
    /// Delete rows for good.
    #[serde(rename = "records.purge")]
    RecordsPurge,
    /// Take out everything about one person, where the configuration says how a dataset's rows are found.
    #[serde(rename = "subjects.export")]
    SubjectsExport,
    /// Run collections.
    #[serde(rename = "collections.run")]
    CollectionsRun,
    /// Make and change schedules.
    #[serde(rename = "schedules.manage")]
    SchedulesManage,
    /// Read the audit.
    #[serde(rename = "audit.read")]
    AuditRead,
    /// Manage people, roles and settings, and see everybody's runs.
    #[serde(rename = "admin")]
    Admin,
}

/// Permissions on datasets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Permission keys; `*` stands for any part: `records.read`, `records.*`, `*`.
    #[schema(min_items = 1, max_items = 32, example = json!(["records.read", "records.export"]))]
    pub permissions: Vec<String>,
    /// Datasets as `SOURCE/DATASET`; `*` stands for any text: `shop/orders`, `shop/*`, `*`.
    #[schema(min_items = 1, max_items = 200, example = json!(["shop/*"]))]
    pub datasets: Vec<String>,
}

/// A column that a role keeps from people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnRule {
    /// The dataset as `SOURCE/DATASET`, with `*` as in a grant.
    #[schema(min_length = 1, max_length = 300, example = "shop/customers")]
    pub dataset: String,
    /// The column's name.
    #[schema(min_length = 1, max_length = 200, example = "email")]
    pub column: String,
    /// How it is kept from them.
    pub effect: ColumnEffect,
}

/// How a column is kept from a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ColumnEffect {
    /// It does not exist.
    Hidden,
    /// It is there, and every value of it is a mask. It cannot be filtered, sorted, searched or counted by.
    Masked,
}

/// A dataset as rules are held against it.
#[derive(Debug, Clone, Copy)]
pub struct DatasetAt<'a> {
    /// The source's name.
    pub source: &'a str,
    /// The dataset's name within it.
    pub dataset: &'a str,
    /// How the database compares names.
    pub names: Names,
}

/// How names compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Capitals tell two names apart.
    Exact,
    /// They do not.
    AnyCase,
}

impl Names {
    /// Whether two names are the same one.
    pub fn same(self, one: &str, other: &str) -> bool {
        self.folded(one) == self.folded(other)
    }

    fn folded(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::Exact => Cow::Borrowed(name),
            Self::AnyCase => Cow::Owned(name.to_lowercase()),
        }
    }
}

impl ColumnRule {
    /// Whether it names one dataset, rather than a pattern of several.
    pub fn names_a_dataset(&self) -> bool {
        !self.dataset.contains('*')
    }

    /// Whether it is about this dataset. A rule takes something away, so that it holds where in doubt: sources have no
    /// capitals in their names, and those of a rule do not count.
    pub fn is_about(&self, at: &DatasetAt<'_>) -> bool {
        let pattern = match self.dataset.split_once('/') {
            Some((source, dataset)) => format!("{}/{}", source.to_lowercase(), at.names.folded(dataset)),
            None => at.names.folded(&self.dataset).into_owned(),
        };
        matches(&pattern, &format!("{}/{}", at.source, at.names.folded(at.dataset)))
    }
}

/// What the roles of a principal add up to.
///
/// Grants add up: what one role allows is allowed. Column rules add up as well: what one role hides is hidden.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Each layer has to allow an action: the roles of a person, then the scopes of the API key that they use.
    layers: Vec<Vec<Grant>>,
    columns: Vec<ColumnRule>,
    tenant: Option<String>,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::RecordsRead,
        Self::RecordsExport,
        Self::RecordsReveal,
        Self::RecordsImport,
        Self::RecordsUpdate,
        Self::RecordsDelete,
        Self::RecordsPurge,
        Self::SubjectsExport,
        Self::CollectionsRun,
        Self::SchedulesManage,
        Self::AuditRead,
        Self::Admin,
    ];

    /// As roles say it.
    pub fn word(self) -> &'static str {
        match self {
            Self::RecordsRead => "records.read",
            Self::RecordsExport => "records.export",
            Self::RecordsReveal => "records.reveal",
            Self::RecordsImport => "records.import",
            Self::RecordsUpdate => "records.update",
            Self::RecordsDelete => "records.delete",
            Self::RecordsPurge => "records.purge",
            Self::SubjectsExport => "subjects.export",
            Self::CollectionsRun => "collections.run",
            Self::SchedulesManage => "schedules.manage",
            Self::AuditRead => "audit.read",
            Self::Admin => "admin",
        }
    }

    /// Whether the pattern of a grant stands for at least one permission.
    pub fn is_pattern(pattern: &str) -> bool {
        Self::ALL.into_iter().any(|permission| matches(pattern, permission.word()))
    }

    /// Whether it is about changing rows.
    pub fn writes(self) -> bool {
        matches!(self, Self::RecordsImport | Self::RecordsUpdate | Self::RecordsDelete | Self::RecordsPurge)
    }

    /// Whether it is about one dataset or another, rather than about Rowport itself.
    pub fn is_of_datasets(self) -> bool {
        self.word().starts_with("records.") || self == Self::SubjectsExport
    }
}

impl Grant {
    /// Every permission on every dataset.
    pub fn everything() -> Self {
        Self { permissions: vec!["*".to_owned()], datasets: vec!["*".to_owned()] }
    }

    fn allows(&self, permission: Permission) -> bool {
        self.permissions.iter().any(|pattern| matches(pattern, permission.word()))
    }

    fn covers(&self, dataset: &str) -> bool {
        self.datasets.iter().any(|pattern| matches(pattern, dataset))
    }
}

impl Access {
    /// All of it.
    pub fn everything() -> Self {
        Self::new(vec![Grant::everything()], Vec::new(), None)
    }

    /// What follows from the grants and column rules of all roles; a tenant narrows it to that tenant's rows.
    pub fn new(grants: Vec<Grant>, columns: Vec<ColumnRule>, tenant: Option<String>) -> Self {
        Self { layers: vec![grants], columns, tenant }
    }

    /// The part of it that these grants allow too.
    #[must_use]
    pub fn narrowed(mut self, grants: Vec<Grant>) -> Self {
        self.layers.push(grants);
        self
    }

    /// Whether it is without any limit.
    pub fn is_everything(&self) -> bool {
        let everything = Grant::everything();
        self.tenant.is_none()
            && self.columns.is_empty()
            && self.layers.iter().all(|it| it.contains(&everything))
    }

    /// Whether the action is allowed on the dataset.
    pub fn allows(&self, permission: Permission, source: &str, dataset: &str) -> bool {
        let dataset = format!("{source}/{dataset}");
        let allows = |layer: &Vec<Grant>| layer.iter().any(|it| it.allows(permission) && it.covers(&dataset));
        !self.layers.is_empty() && self.layers.iter().all(allows)
    }

    /// Whether the action is allowed at all, on some dataset or other.
    ///
    /// A principal of a tenant manages nothing that other tenants share. What is about Rowport itself is allowed by
    /// grants on every dataset only: everything in one dataset is not everything.
    pub fn allows_somewhere(&self, permission: Permission) -> bool {
        if self.tenant.is_some() && matches!(permission, Permission::Admin) {
            return false;
        }
        let covers = |grant: &Grant| permission.is_of_datasets() || grant.datasets.iter().any(|it| it == "*");
        let allows = |layer: &Vec<Grant>| layer.iter().any(|it| it.allows(permission) && covers(it));
        !self.layers.is_empty() && self.layers.iter().all(allows)
    }

    /// Whether everything that the grants allow is allowed by it, for all that they name and with all columns.
    pub fn covers(&self, grants: &[Grant]) -> bool {
        let within = |layer: &Vec<Grant>, permission: &str, dataset: &str| {
            let covers = |it: &Grant| {
                let permitted = it.permissions.iter().any(|pattern| matches(pattern, permission));
                permitted && it.datasets.iter().any(|pattern| matches(pattern, dataset))
            };
            layer.iter().any(covers)
        };
        // A pattern within a pattern: its star is a character like any other, which only a star stands for.
        let covered = |grant: &Grant| {
            let datasets = || grant.datasets.iter();
            let all = |permission: &String| {
                datasets().all(|it| self.layers.iter().all(|layer| within(layer, permission, it)))
            };
            grant.permissions.iter().all(all)
        };
        self.tenant.is_none() && self.columns.is_empty() && grants.iter().all(covered)
    }

    /// Whether the rows of some dataset of the source may be read, as far as the grants tell.
    pub fn reaches(&self, source: &str) -> bool {
        // A pattern may stand for a dataset of the source when it fits its beginning, or when its star comes before.
        let within = format!("{source}/");
        let may_fit = |pattern: &String| match pattern.split_once('*') {
            Some((start, _)) => within.starts_with(start) || start.starts_with(&within),
            None => pattern.starts_with(&within),
        };
        let reaches = |layer: &Vec<Grant>| {
            layer.iter().any(|it| it.allows(Permission::RecordsRead) && it.datasets.iter().any(may_fit))
        };
        !self.layers.is_empty() && self.layers.iter().all(reaches)
    }

    /// What is kept from the principal of a column; hiding it weighs more than masking it.
    pub fn effect_on(&self, at: &DatasetAt<'_>, column: &str) -> Option<ColumnEffect> {
        let rules = self.columns.iter().filter(|it| it.is_about(at) && at.names.same(&it.column, column));
        let effects: Vec<_> = rules.map(|rule| rule.effect).collect();
        match effects.contains(&ColumnEffect::Hidden) {
            true => Some(ColumnEffect::Hidden),
            false => effects.first().copied(),
        }
    }

    /// The columns that rules name of this very dataset. A rule whose dataset is a pattern is about the columns that
    /// there
    /// are; one that names the dataset is about a column that has to be there.
    pub fn columns_named(&self, at: &DatasetAt<'_>) -> impl Iterator<Item = &str> {
        let rules = self.columns.iter().filter(|rule| rule.names_a_dataset() && rule.is_about(at));
        rules.map(|rule| rule.column.as_str())
    }

    /// The tenant whose rows these are; `None` for a principal who sees those of all.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }
}

/// Whether the text fits the pattern, in which `*` stands for any text, the empty one too.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(permissions: &[&str], datasets: &[&str]) -> Grant {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Grant { permissions: owned(permissions), datasets: owned(datasets) }
    }

    #[test]
    fn everything_in_one_dataset_is_nothing_of_rowport_itself() {
        let one = Access::new(vec![grant(&["*"], &["shop/orders"])], Vec::new(), None);
        assert!(one.allows(Permission::RecordsDelete, "shop", "orders"));
        assert!(one.allows_somewhere(Permission::RecordsExport));
        assert!(!one.allows_somewhere(Permission::Admin) && !one.allows_somewhere(Permission::AuditRead));
        let key = Access::everything().narrowed(vec![grant(&["*"], &["shop/*"])]);
        assert!(!key.allows_somewhere(Permission::Admin));
        assert!(
            Access::everything()
                .narrowed(vec![grant(&["admin"], &["*"])])
                .allows_somewhere(Permission::Admin)
        );
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("*", "a/b", true),
            ("shop/*", "shop/orders", true),
            ("shop/*", "shopping/orders", false),
            ("shop/orders", "shop/orders", true),
            ("shop/orders", "shop/orders2", false),
            ("*/audit_*", "shop/audit_log", true),
            ("*/audit_*", "shop/orders", false),
            ("records.*", "records.read", true),
            ("records.*", "audit.read", false),
            ("a*a", "a", false),
            ("*.read", "records.read", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn what_one_role_allows_is_allowed_where_it_says() {
        let grants =
            vec![grant(&["records.read"], &["shop/*"]), grant(&["records.export"], &["shop/orders"])];
        let access = Access::new(grants, Vec::new(), None);
        assert!(access.allows(Permission::RecordsRead, "shop", "customers"));
        assert!(access.allows(Permission::RecordsExport, "shop", "orders"));
        assert!(!access.allows(Permission::RecordsExport, "shop", "customers"));
        assert!(!access.allows(Permission::RecordsRead, "crm", "customers"));
        assert!(access.allows_somewhere(Permission::RecordsExport));
        assert!(!access.allows_somewhere(Permission::Admin));
        assert!(!Access::default().allows(Permission::RecordsRead, "shop", "orders"));
    }

    #[test]
    fn a_key_may_do_what_both_its_owner_and_its_scopes_allow() {
        let owner = Access::new(vec![grant(&["records.*"], &["shop/*"])], Vec::new(), None);
        let key = owner.narrowed(vec![grant(&["records.read", "admin"], &["*"])]);
        assert!(key.allows(Permission::RecordsRead, "shop", "orders"));
        assert!(!key.allows(Permission::RecordsRead, "crm", "people"));
        assert!(!key.allows(Permission::RecordsExport, "shop", "orders"));
        assert!(!key.allows_somewhere(Permission::Admin));
    }

    #[test]
    fn what_is_granted_is_covered_by_what_holds_all_of_it() {
        let admin = Access::everything().narrowed(vec![grant(&["admin"], &["*"])]);
        assert!(admin.covers(&[grant(&["admin"], &["*"])]) && admin.covers(&[]));
        for more in
            [grant(&["*"], &["*"]), grant(&["records.read"], &["*"]), grant(&["records.*"], &["shop/a"])]
        {
            assert!(!admin.covers(std::slice::from_ref(&more)), "{more:?}");
            assert!(Access::everything().covers(&[more]));
        }
        let shop = Access::everything().narrowed(vec![grant(&["records.*", "admin"], &["shop/*"])]);
        assert!(shop.covers(&[grant(&["records.read", "records.*"], &["shop/a", "shop/*"])]));
        assert!(!shop.covers(&[grant(&["records.read"], &["*"])]));
    }

    #[test]
    fn hiding_a_column_weighs_more_than_masking_it() {
        let rule = |dataset: &str, effect| ColumnRule {
            dataset: dataset.to_owned(),
            column: "email".to_owned(),
            effect,
        };
        let rules = vec![rule("*", ColumnEffect::Masked), rule("shop/people", ColumnEffect::Hidden)];
        let access = Access::new(vec![Grant::everything()], rules, None);
        let at = |dataset| DatasetAt { source: "shop", dataset, names: Names::Exact };
        assert_eq!(access.effect_on(&at("people"), "email"), Some(ColumnEffect::Hidden));
        assert_eq!(access.effect_on(&at("orders"), "email"), Some(ColumnEffect::Masked));
        assert_eq!(access.effect_on(&at("orders"), "id"), None);
        assert!(!access.is_everything());
    }

    #[test]
    fn a_rule_is_about_the_names_that_the_database_takes_for_the_same() {
        let rule = |dataset: &str, column: &str| ColumnRule {
            dataset: dataset.to_owned(),
            column: column.to_owned(),
            effect: ColumnEffect::Hidden,
        };
        let rules = vec![rule("SHOP/People", "Email"), rule("shop/*", "Code"), rule("*", "Note")];
        let access = Access::new(vec![Grant::everything()], rules, None);
        let at = |dataset, names| DatasetAt { source: "shop", dataset, names };
        for (dataset, column, exact, any_case) in [
            ("people", "email", false, true),
            ("People", "Email", true, true),
            ("orders", "code", false, true),
            ("orders", "Code", true, true),
            ("orders", "note", false, true),
            ("orders", "email", false, false),
        ] {
            for (names, expected) in [(Names::Exact, exact), (Names::AnyCase, any_case)] {
                let effect = access.effect_on(&at(dataset, names), column);
                assert_eq!(effect.is_some(), expected, "{dataset}.{column} {names:?}");
            }
        }
        let named = |dataset, names| access.columns_named(&at(dataset, names)).count();
        assert_eq!((named("People", Names::Exact), named("people", Names::Exact)), (1, 0));
        assert_eq!((named("people", Names::AnyCase), named("orders", Names::AnyCase)), (1, 0));
    }

    #[test]
    fn the_words_are_those_that_serde_says() {
        for permission in Permission::ALL {
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.word());
            assert!(Permission::is_pattern(permission.word()));
        }
        assert!(!Permission::is_pattern("records.fly"));
    }

    #[test]
    fn whoever_belongs_to_a_tenant_manages_nothing() {
        let access = Access::new(vec![Grant::everything()], Vec::new(), Some("acme".to_owned()));
        assert!(!access.allows_somewhere(Permission::Admin));
        assert!(access.allows_somewhere(Permission::RecordsRead));
    }
}
