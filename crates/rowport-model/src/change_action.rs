use serde::{Deserialize, Serialize};

use crate::named::named_enum;
use crate::{Permission, SetField, View};

/// What a change set does to its rows, as the journal stores it.
///
/// Whatever depends on the kind of a change is a `match` over these variants, so that a new kind does not compile before
/// its permission, its way of undoing and its words are said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ChangeAction {
    /// Delete rows: they are in the trash afterwards.
    Delete {
        /// What the rows must fit.
        #[serde(flatten)]
        terms: Terms,
        /// Whether the rows are deleted because they depend on those of the parent change set.
        #[serde(default, alias = "along", skip_serializing_if = "is_false")]
        cascaded: bool,
    },
    /// Set fields of rows.
    Set {
        /// The columns, and what each becomes.
        fields: Vec<SetField>,
        /// What the rows must fit.
        #[serde(flatten)]
        terms: Terms,
        /// Whether the fields are cleared because they refer to rows of the parent change set.
        #[serde(default, alias = "along", skip_serializing_if = "is_false")]
        cascaded: bool,
    },
    /// Restore rows of the trash.
    Restore {
        /// What the rows must fit.
        #[serde(flatten)]
        terms: Terms,
    },
    /// Remove rows of the trash for good.
    Purge {
        /// What the rows must fit.
        #[serde(flatten)]
        terms: Terms,
        /// Only rows that were deleted before this moment, in milliseconds since 1970.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expired_before: Option<i64>,
    },
    /// Undo another change set; or redo it, where that one is an undo itself.
    Undo {
        /// The kind of change that is undone or redone in the end, however often it went back and forth.
        of: BulkKind,
        /// Whether rows are undone that another client has changed since.
        #[serde(default)]
        force: bool,
        /// Whether the change set is worked on before those that it is the parent of: rows come back before those that
        /// depend on them.
        #[serde(default, alias = "leads", skip_serializing_if = "is_false")]
        parent_first: bool,
    },
}

/// What the rows of a change must still fit when their turn comes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// The view that they were chosen by.
    #[serde(default, skip_serializing_if = "is_everything")]
    pub view: View,
    /// Whether nothing is done unless everything can be.
    #[serde(default)]
    pub all_or_nothing: bool,
}

named_enum! {
    /// The kind of a change set.
    pub enum ChangeKind ("a kind of change") {
        /// Rows were deleted.
        Delete = "delete",
        /// Fields were set.
        Set = "set",
        /// Rows were restored from the trash.
        Restore = "restore",
        /// Rows were removed from the trash for good.
        Purge = "purge",
        /// Another change set was undone.
        Undo = "undo",
    }
}

named_enum! {
    /// The kind of a change that is made of rows chosen anew, and not of those of another change set.
    pub enum BulkKind ("a kind of bulk action") {
        /// Rows are deleted.
        Delete = "delete",
        /// Fields are set.
        Set = "set",
        /// Rows are restored from the trash.
        Restore = "restore",
        /// Rows are removed from the trash for good.
        Purge = "purge",
    }
}

impl BulkKind {
    /// The permission that it takes to do this, to undo it, and to redo it.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Delete | Self::Restore => Permission::RecordsDelete,
            Self::Set => Permission::RecordsUpdate,
            Self::Purge => Permission::RecordsPurge,
        }
    }
}

impl ChangeAction {
    /// The kind of the change.
    pub const fn kind(&self) -> ChangeKind {
        match self {
            Self::Delete { .. } => ChangeKind::Delete,
            Self::Set { .. } => ChangeKind::Set,
            Self::Restore { .. } => ChangeKind::Restore,
            Self::Purge { .. } => ChangeKind::Purge,
            Self::Undo { .. } => ChangeKind::Undo,
        }
    }

    /// The kind of change that this is in the end: of an undo that which is undone or redone.
    pub const fn bulk_kind(&self) -> BulkKind {
        match self {
            Self::Delete { .. } => BulkKind::Delete,
            Self::Set { .. } => BulkKind::Set,
            Self::Restore { .. } => BulkKind::Restore,
            Self::Purge { .. } => BulkKind::Purge,
            Self::Undo { of, .. } => *of,
        }
    }

    /// The permission that it takes, which undoing and redoing it take as well.
    pub const fn permission(&self) -> Permission {
        self.bulk_kind().permission()
    }

    /// What the rows must fit; an undo is of the rows of another change set.
    pub const fn terms(&self) -> Option<&Terms> {
        match self {
            Self::Delete { terms, .. }
            | Self::Set { terms, .. }
            | Self::Restore { terms }
            | Self::Purge { terms, .. } => Some(terms),
            Self::Undo { .. } => None,
        }
    }

    /// Whether nothing is done unless everything can be.
    pub fn is_all_or_nothing(&self) -> bool {
        self.terms().is_some_and(|terms| terms.all_or_nothing)
    }

    /// The fields that it sets itself.
    pub fn fields(&self) -> &[SetField] {
        match self {
            Self::Set { fields, .. } => fields,
            Self::Delete { .. } | Self::Restore { .. } | Self::Purge { .. } | Self::Undo { .. } => &[],
        }
    }

    /// Whether its rows depend on those of the parent change set.
    pub const fn is_cascaded(&self) -> bool {
        match self {
            Self::Delete { cascaded, .. } | Self::Set { cascaded, .. } => *cascaded,
            Self::Restore { .. } | Self::Purge { .. } | Self::Undo { .. } => false,
        }
    }

    /// Whether rows are undone that another client has changed since.
    pub const fn is_forced(&self) -> bool {
        match self {
            Self::Undo { force, .. } => *force,
            Self::Delete { .. } | Self::Set { .. } | Self::Restore { .. } | Self::Purge { .. } => false,
        }
    }

    /// Whether it is worked on before the change sets that it is the parent of.
    pub const fn is_parent_first(&self) -> bool {
        match self {
            Self::Undo { parent_first, .. } => *parent_first,
            Self::Delete { .. } | Self::Set { .. } | Self::Restore { .. } | Self::Purge { .. } => false,
        }
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_everything(view: &View) -> bool {
    *view == View::default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_action_is_read_as_it_is_stored() {
        let fields = vec![SetField { column: "title".to_owned(), to: crate::FieldValue::Clear }];
        let terms = Terms { all_or_nothing: true, ..Terms::default() };
        let actions = [
            ChangeAction::Delete { terms: terms.clone(), cascaded: false },
            ChangeAction::Set { fields, terms: terms.clone(), cascaded: true },
            ChangeAction::Restore { terms: terms.clone() },
            ChangeAction::Purge { terms, expired_before: Some(1) },
            ChangeAction::Undo { of: BulkKind::Set, force: true, parent_first: true },
        ];
        for action in actions {
            let stored = serde_json::to_value(&action).unwrap();
            assert_eq!(stored["action"], action.kind().as_str());
            assert_eq!(serde_json::from_value::<ChangeAction>(stored).unwrap(), action);
        }
    }

    #[test]
    fn an_action_of_an_earlier_version_keeps_its_meaning() {
        let read = |stored| serde_json::from_value::<ChangeAction>(stored).unwrap();
        let deleted =
            read(json!({"action": "delete", "all_or_nothing": true, "force": false, "along": true}));
        let terms = Terms { all_or_nothing: true, ..Terms::default() };
        assert_eq!(deleted, ChangeAction::Delete { terms, cascaded: true });
        let undone =
            json!({"action": "undo", "all_or_nothing": false, "force": true, "leads": true, "of": "set"});
        let undo = ChangeAction::Undo { of: BulkKind::Set, force: true, parent_first: true };
        assert_eq!((undo.permission(), read(undone)), (Permission::RecordsUpdate, undo));
    }
}
