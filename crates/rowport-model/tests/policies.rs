//! Whatever the policies: no part of a resolved query mentions a column that the principal may not read.
//!
//! `ROWPORT_CASES` says how many policies are tried, `ROWPORT_SEED` where the dice begin.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rowport_model::{
    Assigned, Catalog, Column, ColumnRef, ColumnType, ComputedColumn, Dataset, DatasetKind, DatasetName,
    DatasetPolicy, Expr, Expression, FieldValue, Filter, ForeignKey, IntegerWidth, Lookup, Predicate, Query,
    SetField, Sort, TenantScope, View,
};

const TABLES: [&str; 4] = ["line", "order", "customer", "country"];

/// The same dice for the same seed: a failure names the one that it had.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }
}

fn name(table: &str) -> DatasetName {
    DatasetName { schema: None, table: table.to_owned() }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn column(name: &str, column_type: ColumnType, computed: bool) -> Column {
    Column {
        name: name.to_owned(),
        label: name.to_owned(),
        column_type,
        native_type: String::new(),
        compared_as: String::new(),
        nullable: !["id", "code"].contains(&name),
        default: None,
        currency: None,
        computed,
        generated: false,
        masked: false,
    }
}

/// A table that refers to the next one by its key and by its other unique column, and to itself.
fn dataset(index: usize) -> Dataset {
    let whole = || ColumnType::Integer { width: IntegerWidth::I32 };
    let stored = [
        ("id", whole()),
        ("code", whole()),
        ("up", whole()),
        ("alt", whole()),
        ("own", whole()),
        ("amount", whole()),
        ("note", ColumnType::Text),
        ("tenant", ColumnType::Text),
        ("gone", ColumnType::Timestamp),
    ];
    let computed = [
        ("more", "amount + 1", whole()),
        ("above", "\"up.amount\" * 2", whole()),
        ("said", "note || ' of ' || far", ColumnType::Text),
        ("mixed", "note || \"own.note\" || \"alt.up.note\"", ColumnType::Text),
    ];
    let lookups = [("near", "up.note"), ("far", "up.up.note"), ("other", "alt.code"), ("key", "own.up.id")];
    let mut columns: Vec<_> = stored.into_iter().map(|(name, kind)| column(name, kind, false)).collect();
    columns.extend(computed.iter().map(|(name, _, kind)| column(name, kind.clone(), true)));
    let reference = |from: &str, to: &str, table: &str| ForeignKey {
        columns: owned(&[from]),
        references: name(table),
        referenced_columns: owned(&[to]),
        on_delete: Default::default(),
    };
    let mut foreign_keys = vec![reference("own", "id", TABLES[index])];
    if let Some(next) = TABLES.get(index + 1) {
        foreign_keys.extend([reference("up", "id", next), reference("alt", "code", next)]);
    }
    Dataset {
        name: name(TABLES[index]),
        label: TABLES[index].to_owned(),
        kind: DatasetKind::Table,
        columns,
        key: owned(&["id"]),
        unique: vec![owned(&["code"]), owned(&["note", "amount"])],
        foreign_keys,
        estimated_rows: None,
        unique_but_null: Vec::new(),
        without_transactions: false,
        inherited: false,
        loosely_typed: false,
        computed: computed
            .iter()
            .map(|(name, text, _)| ComputedColumn {
                name: (*name).to_owned(),
                expression: Expression::parse(text).unwrap(),
            })
            .collect(),
        lookups: lookups
            .iter()
            .map(|(name, path)| Lookup { name: (*name).to_owned(), path: (*path).to_owned() })
            .collect(),
    }
}

fn policy(dice: &mut Dice, dataset: &Dataset) -> DatasetPolicy {
    let mut policy = DatasetPolicy::default();
    let names = dataset.columns.iter().map(|it| &it.name).chain(dataset.lookups.iter().map(|it| &it.name));
    for name in names {
        match dice.roll(12) {
            0 => policy.hidden_columns.push(name.clone()),
            1 => policy.masked_columns.push(name.clone()),
            _ => {}
        }
    }
    policy.deleted_at = (dice.roll(2) == 0).then(|| "gone".to_owned());
    let scope = || TenantScope { column: "tenant".to_owned(), value: "acme".to_owned() };
    policy.tenant = (dice.roll(2) == 0).then(scope);
    policy
}

/// Everything that might be asked for by name.
fn any_name(dice: &mut Dice, dataset: &Dataset) -> String {
    let plain: Vec<&str> = dataset.columns.iter().map(|it| it.name.as_str()).collect();
    let lookups: Vec<&str> = dataset.lookups.iter().map(|it| it.name.as_str()).collect();
    let mut path = Vec::new();
    for _ in 0..*dice.one(&[0, 0, 0, 1, 1, 2, 3]) {
        path.push(*dice.one(&["up", "alt", "own"]));
    }
    path.push(if dice.roll(4) == 0 { *dice.one(&lookups) } else { *dice.one(&plain) });
    path.join(".")
}

fn view(dice: &mut Dice, dataset: &Dataset) -> View {
    let some = |dice: &mut Dice| dice.roll(3) == 0;
    let columns = (dice.roll(4) > 0).then(|| vec![any_name(dice, dataset)]);
    let filter = some(dice).then(|| {
        let asked = any_name(dice, dataset);
        let condition = dice.one(&["= 1", "is null", "is not null"]).to_owned();
        let negated = if dice.roll(2) == 0 { "not " } else { "" };
        Filter::parse(&format!("{negated}{asked} {condition}")).unwrap()
    });
    let sort = some(dice).then(|| Sort { column: any_name(dice, dataset), descending: dice.roll(2) == 0 });
    let search = some(dice).then(|| dice.one(&["1", "text"]).to_string());
    View { columns, filter, sort: sort.into_iter().collect(), search }
}

fn in_expr<'a>(expr: &'a Expr, found: &mut Vec<&'a ColumnRef>) {
    match expr {
        Expr::Column(column) => found.push(column),
        Expr::Number(_) | Expr::Text(_) => {}
        Expr::Arithmetic { left, right, .. } => {
            in_expr(left, found);
            in_expr(right, found);
        }
        Expr::Concat(parts) => parts.iter().for_each(|part| in_expr(part, found)),
        Expr::Rank(order) => order.iter().for_each(|order| in_expr(&order.expr, found)),
    }
}

fn in_predicate<'a>(predicate: &'a Predicate, found: &mut Vec<&'a ColumnRef>) {
    match predicate {
        Predicate::All(parts) | Predicate::Any(parts) => {
            parts.iter().for_each(|part| in_predicate(part, found));
        }
        Predicate::Not(inner) => in_predicate(inner, found),
        Predicate::Compare { expr, .. }
        | Predicate::In { expr, .. }
        | Predicate::Match { expr, .. }
        | Predicate::Exactly { expr, .. }
        | Predicate::IsNull(expr)
        | Predicate::IsEmptyText(expr) => in_expr(expr, found),
    }
}

/// What was asked for of the filter, without the scope that the policy itself puts before it.
fn asked_of<'a>(query: &'a Query, policy: &DatasetPolicy, view: &View) -> &'a [Predicate] {
    let scope = usize::from(policy.deleted_at.is_some()) + 2 * usize::from(policy.tenant.is_some());
    let asked = usize::from(view.filter.is_some()) + usize::from(view.search.is_some());
    match (&query.filter, scope + asked) {
        (_, 1) if scope == 1 => &[],
        (whole, 1) => std::slice::from_ref(whole),
        (Predicate::All(parts), count) => {
            assert_eq!(parts.len(), count);
            &parts[scope..]
        }
        (other, _) => panic!("{other:?}"),
    }
}

#[test]
fn no_part_of_a_query_mentions_a_column_that_is_hidden_or_masked() {
    let number = |variable: &str| std::env::var(variable).ok().map(|text| text.parse::<u64>().unwrap());
    let full = if std::env::var_os("ROWPORT_SOAK").is_some() { 10_000 } else { 1_000 };
    let cases = number("ROWPORT_CASES").unwrap_or(full);
    let first = number("ROWPORT_SEED").unwrap_or(1);
    let (mut resolved, mut refused, mut joined, mut computed) = (0, 0, 0, 0);
    for seed in first..first + cases {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let datasets: Vec<_> = (0..TABLES.len()).map(dataset).collect();
        let policies: BTreeMap<_, _> =
            datasets.iter().map(|it| (it.name.table.clone(), policy(&mut dice, it))).collect();
        let catalog =
            Catalog::new(datasets.iter().map(|it| (Arc::new(it.clone()), policies[&it.name.table].clone())));
        let readable = |table: &str, column: &str| {
            let policy = &policies[table];
            !policy.hidden_columns.iter().chain(&policy.masked_columns).any(|kept| kept == column)
        };
        for plain in &datasets {
            let table = plain.name.table.as_str();
            let here = catalog.dataset(table).unwrap();
            let visible = here.visible();
            for key in &visible.foreign_keys {
                assert!(key.columns.iter().all(|it| readable(table, it)), "seed {seed}");
                assert!(
                    key.referenced_columns.iter().all(|it| readable(&key.references.table, it)),
                    "seed {seed}"
                );
            }
            let keys = visible.unique.iter().chain([&visible.key]);
            assert!(keys.flatten().all(|it| readable(table, it)), "seed {seed}: {visible:?}");
            let fields = here.assignments(&[SetField {
                column: any_name(&mut dice, plain),
                to: match dice.roll(2) {
                    0 => FieldValue::Copy(any_name(&mut dice, plain)),
                    _ => FieldValue::Clear,
                },
            }]);
            for field in fields.into_iter().flatten() {
                assert!(readable(table, &field.column.name), "seed {seed}: {field:?}");
                if let Assigned::Copy(from) = &field.value {
                    assert!(readable(table, &from.name), "seed {seed}: {field:?}");
                }
            }
            for _ in 0..4 {
                let view = view(&mut dice, plain);
                let Ok(query) = here.query(&view, Timestamp::UNIX_EPOCH) else {
                    refused += 1;
                    continue;
                };
                resolved += 1;
                joined += usize::from(!query.joins.is_empty());
                let at = |place: usize| match place {
                    0 => table,
                    place => query.joins[place - 1].dataset.table.as_str(),
                };
                let mut found = Vec::new();
                for output in &query.columns {
                    computed += usize::from(matches!(output.expr, Expr::Arithmetic { .. } | Expr::Concat(_)));
                    in_expr(&output.expr, &mut found);
                }
                query.order.iter().for_each(|by| in_expr(&by.expr, &mut found));
                asked_of(&query, &policies[table], &view).iter().for_each(|it| in_predicate(it, &mut found));
                for join in &query.joins {
                    found.push(&join.from);
                    assert!(readable(&join.dataset.table, &join.to), "seed {seed}: {view:?}: {join:?}");
                }
                for column in found {
                    assert!(
                        readable(at(column.table), &column.name),
                        "seed {seed}: {view:?} mentions {}.{}",
                        at(column.table),
                        column.name
                    );
                }
            }
        }
    }
    eprintln!("{cases} policies: {resolved} views resolved, {refused} refused, {joined} with joins");
    let some = usize::try_from(cases).unwrap() / 10;
    assert!(resolved > refused / 3 && joined > some && computed > some);
}
