//! Tables by dice: columns of any type with values at its edges, a key of any type, references that lead nowhere, and
//! triggers that touch, leave out or refuse rows.

use rowport_model::SourceKind;

use super::types::{keys, types};

/// Dice that fall the same way for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64, number: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number.wrapping_mul(0xd1b5_4a32_d192_ed03))
    }

    /// A number below this one.
    pub fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as usize % sides
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    pub fn is_lucky(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

/// What triggers do to every third row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    TouchUpdated,
    TouchInserted,
    SkipUpdated,
    SkipInserted,
    RefuseUpdated,
    RefuseInserted,
    RefuseDeleted,
}

const TRIGGERS: [Trigger; 7] = [
    Trigger::TouchUpdated,
    Trigger::TouchInserted,
    Trigger::SkipUpdated,
    Trigger::SkipInserted,
    Trigger::RefuseUpdated,
    Trigger::RefuseInserted,
    Trigger::RefuseDeleted,
];

/// A table of a number of its own.
#[derive(Debug)]
pub struct Table {
    pub name: String,
    /// The types of its columns `a0`, `b0`, `a1`, `b1`…: each stands there twice, so that one can be copied to the other.
    pub columns: Vec<&'static str>,
    pub rows: i64,
    pub create: String,
    /// Made before the change, or before its undo.
    pub trigger: Option<(Trigger, bool)>,
    pub trigger_sql: String,
    /// A login of its own has the rights that the change needs.
    pub rights: Rights,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    Owner,
    /// Rows may be read, inserted, changed and deleted, under row level security where there is such a thing.
    Rows,
    /// One column may be changed.
    Column,
}

impl Table {
    pub fn new(kind: SourceKind, number: u64, dice: &mut Dice) -> Self {
        let name = format!("t{number}");
        let (key_type, key_of) = *dice.one(keys(kind));
        let is_pair = dice.is_lucky(6);
        let rows = if dice.is_lucky(8) { 130 } else { 2 + dice.below(11) as i64 };
        let all = types(kind);
        let chosen: Vec<_> = (0..1 + dice.below(3)).map(|_| *dice.one(all)).collect();
        let identity = kind == SourceKind::Postgres && dice.is_lucky(3);
        let generated = dice.is_lucky(3);
        let refers = dice.is_lucky(2);

        let mut fields = vec!["rid integer NOT NULL".to_owned(), format!("k {key_type} NOT NULL")];
        for (place, (native, _)) in chosen.iter().enumerate() {
            fields.extend([format!("a{place} {native}"), format!("b{place} {native}")]);
        }
        fields.extend(["touched integer NOT NULL DEFAULT 0".to_owned(), "pid integer".to_owned()]);
        if identity {
            fields.push("seq integer GENERATED ALWAYS AS IDENTITY".to_owned());
        }
        if generated {
            fields.push("twice integer GENERATED ALWAYS AS (rid * 2) STORED".to_owned());
        }
        let key = if is_pair { "k, rid" } else { "k" };
        fields.push(format!("PRIMARY KEY ({key})"));
        let parent = format!("p{number}");
        let deferred = match kind {
            SourceKind::Mysql => "",
            _ => *dice.one(&["", " DEFERRABLE INITIALLY DEFERRED"]),
        };
        let reference = format!("FOREIGN KEY (pid) REFERENCES {parent} (id){deferred}");
        let (mut before, mut after) = (String::new(), String::new());
        match (refers, kind) {
            (false, _) => {}
            (true, SourceKind::Postgres) => {
                after = format!("ALTER TABLE {name} ADD {reference} NOT VALID;");
            }
            (true, _) => fields.push(reference),
        }
        match kind {
            SourceKind::Postgres => {}
            SourceKind::Mysql => before.push_str("SET foreign_key_checks = 0; SET sql_mode = '';"),
            SourceKind::Sqlite => before.push_str("PRAGMA foreign_keys = OFF;"),
        }
        let mut values = Vec::new();
        for row in 0..rows {
            let mut cells = vec![row.to_string(), key_of(row)];
            for (_, edges) in &chosen {
                for _ in 0..2 {
                    let null = dice.is_lucky(5);
                    cells.push(if null { "NULL".to_owned() } else { (*dice.one(edges)).to_owned() });
                }
            }
            cells.push("0".to_owned());
            cells.push((*dice.one(&["1", "2", "NULL", "99"])).to_owned());
            values.push(format!("({})", cells.join(", ")));
        }
        let mut names = vec!["rid".to_owned(), "k".to_owned()];
        for place in 0..chosen.len() {
            names.extend([format!("a{place}"), format!("b{place}")]);
        }
        names.extend(["touched".to_owned(), "pid".to_owned()]);
        let create = format!(
            "{before} CREATE TABLE {parent} (id integer PRIMARY KEY); INSERT INTO {parent} VALUES (1), (2);
             CREATE TABLE {name} ({});
             INSERT INTO {name} ({}) VALUES {}; {after}",
            fields.join(", "),
            names.join(", "),
            values.join(", ")
        );
        let rights = match (kind, dice.below(6)) {
            (SourceKind::Sqlite, _) | (_, 0..=2) => Rights::Owner,
            (_, 3 | 4) => Rights::Rows,
            _ => Rights::Column,
        };
        let trigger = dice.is_lucky(2).then(|| (*dice.one(&TRIGGERS), dice.is_lucky(2)));
        let trigger = trigger.filter(|(trigger, _)| may_skip(kind) || !trigger.skips());
        let trigger_sql =
            trigger.map(|(trigger, _)| trigger_sql(kind, &name, trigger, dice)).unwrap_or_default();
        Self {
            columns: chosen.iter().map(|(native, _)| *native).collect(),
            name,
            rows,
            create,
            trigger,
            trigger_sql,
            rights,
        }
    }
}

impl Trigger {
    fn skips(self) -> bool {
        matches!(self, Self::SkipUpdated | Self::SkipInserted)
    }

    fn event(self) -> &'static str {
        match self {
            Self::TouchUpdated | Self::SkipUpdated | Self::RefuseUpdated => "UPDATE",
            Self::TouchInserted | Self::SkipInserted | Self::RefuseInserted => "INSERT",
            Self::RefuseDeleted => "DELETE",
        }
    }
}

/// MySQL leaves no row out without a word.
fn may_skip(kind: SourceKind) -> bool {
    kind != SourceKind::Mysql
}

fn trigger_sql(kind: SourceKind, table: &str, trigger: Trigger, dice: &mut Dice) -> String {
    let event = trigger.event();
    let row = if event == "DELETE" { "OLD" } else { "NEW" };
    let touches = matches!(trigger, Trigger::TouchUpdated | Trigger::TouchInserted);
    match kind {
        SourceKind::Postgres => {
            let code = dice.one(&["P0001", "ZX001", "42501", "23514", "0A000"]);
            let (when, body) = match (touches, trigger.skips()) {
                (true, _) if dice.is_lucky(2) => {
                    ("AFTER", format!("UPDATE {table} SET touched = touched + 1 WHERE rid = NEW.rid;"))
                }
                (true, _) => ("BEFORE", "NEW.touched := NEW.touched + 1;".to_owned()),
                (_, true) => ("BEFORE", "RETURN NULL;".to_owned()),
                _ => (
                    *dice.one(&["BEFORE", "AFTER"]),
                    format!("RAISE EXCEPTION 'not this one' USING ERRCODE = '{code}';"),
                ),
            };
            format!(
                "CREATE FUNCTION f_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
                    IF {row}.rid % 3 = 0 AND pg_trigger_depth() < 2 THEN {body} END IF; RETURN {row}; END $$;
                 CREATE TRIGGER g_{table} {when} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION f_{table}();"
            )
        }
        SourceKind::Mysql => {
            let number = dice.one(&["", "SET MYSQL_ERRNO = 31001", "SET MYSQL_ERRNO = 1205"]);
            let body = match touches {
                true => "SET NEW.touched = NEW.touched + 1".to_owned(),
                false => format!("SIGNAL SQLSTATE '45000' {number}"),
            };
            format!(
                "CREATE TRIGGER g_{table} BEFORE {event} ON {table} FOR EACH ROW
                    BEGIN IF {row}.rid % 3 = 0 THEN {body}; END IF; END;"
            )
        }
        SourceKind::Sqlite => {
            let how = dice.one(&["ABORT", "FAIL", "ROLLBACK"]);
            let (when, body) = match (touches, trigger.skips()) {
                (true, _) => {
                    ("AFTER", format!("UPDATE {table} SET touched = touched + 1 WHERE rid = NEW.rid"))
                }
                (_, true) => ("BEFORE", "SELECT RAISE(IGNORE)".to_owned()),
                _ => (*dice.one(&["BEFORE", "AFTER"]), format!("SELECT RAISE({how}, 'not this one')")),
            };
            format!(
                "CREATE TRIGGER g_{table} {when} {event} ON {table} WHEN {row}.rid % 3 = 0 BEGIN {body}; END;"
            )
        }
    }
}
