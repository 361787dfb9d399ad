use std::collections::HashMap;

use rowport_model::{
    Column, ColumnType, Dataset, DatasetKind, DatasetName, ForeignKey, IntegerWidth, OnDelete,
};
use sqlx::{PgConnection, Row};

use super::session::query;
use crate::own;

/// Relations of which the login may read some column, in all schemas but the system's.
const RELATIONS: &str = "
    SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, c.reltuples::float8,
           c.relkind <> 'p' AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
      AND n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_'
      AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
    ORDER BY n.nspname <> 'public', n.nspname, c.relname";

/// Schemas that hold the state of a Rowport, whatever they are called: its steps and what people saved.
const STATES: &str = "
    SELECT n.nspname::text FROM pg_class m JOIN pg_namespace n ON n.oid = m.relnamespace
    WHERE m.relname = 'migrations' AND m.relkind IN ('r', 'p') AND m.relnatts = 1
      AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = m.oid AND a.attname = 'number' AND a.atttypid = 'int8'::regtype)
      AND EXISTS (SELECT FROM pg_attribute a JOIN pg_class s ON s.oid = a.attrelid
                  WHERE s.relnamespace = m.relnamespace AND s.relname = 'saved' AND a.attname = 'name_folded')";

/// Columns with the base type of their domain, however deep it lies.
const COLUMNS: &str = "
    WITH RECURSIVE base (start, oid, modifier) AS (
        SELECT DISTINCT u.atttypid, u.atttypid, -1 FROM pg_attribute u
        WHERE u.attrelid = ANY($1) AND u.attnum > 0 AND NOT u.attisdropped
        UNION ALL
        SELECT b.start, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE b.modifier END
        FROM base b JOIN pg_type t ON t.oid = b.oid WHERE t.typtype = 'd'
    )
    SELECT a.attrelid::int8, a.attname::text,
           format_type(t.oid, CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE b.modifier END),
           CASE WHEN t.typnamespace = 'pg_catalog'::regnamespace OR (t.typname = 'citext' AND t.typcategory = 'S')
                THEN t.typname ELSE '' END::text,
           t.typtype::text, t.typcategory::text, a.attnotnull,
           pg_get_expr(d.adbin, d.adrelid),
           CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE b.modifier END,
           (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
           a.attgenerated <> '', format_type(t.oid, -1)
    FROM pg_attribute a
    JOIN base b ON b.start = a.atttypid
    JOIN pg_type t ON t.oid = b.oid AND t.typtype <> 'd'
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = ANY($1) AND a.attnum > 0 AND NOT a.attisdropped
      AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
    ORDER BY a.attrelid, a.attnum";

/// Unique indexes on columns alone, over all rows, the primary key first and the smaller before the larger.
const KEYS: &str = "
    SELECT i.indrelid::int8, i.indisprimary,
           (SELECT array_agg(a.attname::text ORDER BY k.place)
            FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            WHERE k.place <= i.indnkeyatts)
    FROM pg_index i
    -- A deferrable one may be broken within a transaction, but never in what others see of it.
    WHERE i.indrelid = ANY($1) AND i.indisunique AND i.indisvalid
      AND i.indpred IS NULL AND i.indexprs IS NULL
      -- A key of a table that others inherit from does not hold for their rows, which are read with its own.
      AND NOT EXISTS (SELECT FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent
                      WHERE h.inhparent = i.indrelid AND p.relkind = 'r')
    ORDER BY i.indrelid, NOT i.indisprimary, i.indnkeyatts, i.indexrelid";

const FOREIGN_KEYS: &str = "
    SELECT c.conrelid::int8, n.nspname::text, p.relname::text,
           (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, place)
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum),
           (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(c.confkey) WITH ORDINALITY AS k (attnum, place)
            JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum),
           -- SET NULL of some of the columns only, which PostgreSQL has from 15 on, is as much a rule of its own as a default.
           CASE WHEN c.confdeltype = 'c' THEN 'CASCADE'
                WHEN c.confdeltype = 'n' AND to_jsonb(c) ->> 'confdelsetcols' IS NULL THEN 'SET NULL'
                WHEN c.confdeltype IN ('n', 'd') THEN 'SET DEFAULT' ELSE '' END
    FROM pg_constraint c
    JOIN pg_class p ON p.oid = c.confrelid JOIN pg_namespace n ON n.oid = p.relnamespace
    -- Partitions have constraints of their own, made from that of their table, and refer to each partition of another.
    WHERE c.contype = 'f' AND c.conparentid = 0 AND c.conrelid = ANY($1)
    ORDER BY c.conrelid, c.conname";

pub(super) async fn datasets(connection: &mut PgConnection) -> Result<Vec<Dataset>, sqlx::Error> {
    let mut datasets = Vec::new();
    let mut index_of: HashMap<i64, usize> = HashMap::new();
    for row in query(RELATIONS).fetch_all(&mut *connection).await? {
        let name = dataset_name(row.get(1), row.get(2));
        let kind = match row.get::<&str, _>(3) {
            "v" | "m" => DatasetKind::View,
            _ => DatasetKind::Table,
        };
        index_of.insert(row.get(0), datasets.len());
        datasets.push(Dataset {
            label: name.to_string(),
            name,
            kind,
            columns: Vec::new(),
            key: Vec::new(),
            unique: Vec::new(),
            unique_but_null: Vec::new(),
            foreign_keys: Vec::new(),
            estimated_rows: estimated_rows(row.get(4), kind),
            without_transactions: false,
            inherited: row.get(5),
            loosely_typed: false,
            computed: Vec::new(),
            lookups: Vec::new(),
        });
    }
    let oids: Vec<i64> = index_of.keys().copied().collect();
    let at = |oid: i64| index_of.get(&oid).copied();
    for row in query(COLUMNS).bind(&oids).fetch_all(&mut *connection).await? {
        if let Some(index) = at(row.get(0)) {
            datasets[index].columns.push(column(&row));
        }
    }
    for row in query(KEYS).bind(&oids).fetch_all(&mut *connection).await? {
        if let Some(index) = at(row.get(0)) {
            add_key(&mut datasets[index], row.get(2));
        }
    }
    for row in query(FOREIGN_KEYS).bind(&oids).fetch_all(&mut *connection).await? {
        if let Some(index) = at(row.get(0)) {
            datasets[index].foreign_keys.push(ForeignKey {
                references: dataset_name(row.get(1), row.get(2)),
                columns: row.get(3),
                referenced_columns: row.get(4),
                on_delete: OnDelete::from_words(row.get(5)),
            });
        }
    }
    datasets.retain(|dataset| !dataset.columns.is_empty());
    let states = query(STATES).fetch_all(&mut *connection).await?;
    let states: Vec<_> = states.iter().map(|row| schema_name(row.get(0))).collect();
    Ok(own::leave_out(datasets, &states))
}

fn dataset_name(schema: String, table: String) -> DatasetName {
    let schema = if table.contains('.') { Some(schema) } else { schema_name(schema) };
    DatasetName { schema, table }
}

fn schema_name(schema: String) -> Option<String> {
    (schema != "public").then_some(schema)
}

/// The first key without nullable columns names rows; the others stay known as unique. One of which the login may not read
/// every column is none.
fn add_key(dataset: &mut Dataset, columns: Option<Vec<String>>) {
    let columns = columns.unwrap_or_default();
    if columns.is_empty() || columns.iter().any(|name| dataset.column(name).is_none()) {
        return;
    }
    let solid = columns.iter().all(|name| dataset.column(name).is_some_and(|column| !column.nullable));
    match (solid, dataset.key.is_empty()) {
        (false, _) => dataset.unique_but_null.push(columns),
        (true, true) => dataset.key = columns,
        (true, false) => dataset.unique.push(columns),
    }
}

/// Tables never analysed say -1, views 0.
fn estimated_rows(rows: f64, kind: DatasetKind) -> Option<u64> {
    (rows >= 0.0 && !(rows == 0.0 && kind == DatasetKind::View)).then_some(rows as u64)
}

fn column(row: &sqlx::postgres::PgRow) -> Column {
    let name: String = row.get(1);
    let (type_name, kind, category): (&str, &str, &str) = (row.get(3), row.get(4), row.get(5));
    let values: Option<Vec<String>> = row.get(9);
    Column {
        label: name.clone(),
        name,
        column_type: column_type(type_name, kind, category, row.get(8), values),
        native_type: row.get(2),
        compared_as: row.get(11),
        nullable: !row.get::<bool, _>(6),
        default: row.get(7),
        currency: None,
        computed: false,
        generated: row.get(10),
        masked: false,
    }
}

fn column_type(
    name: &str,
    kind: &str,
    category: &str,
    modifier: i32,
    enum_values: Option<Vec<String>>,
) -> ColumnType {
    if kind == "e" {
        return ColumnType::Enum { values: enum_values.unwrap_or_default() };
    }
    match name {
        "bool" => ColumnType::Boolean,
        "int2" => ColumnType::Integer { width: IntegerWidth::I16 },
        "int4" => ColumnType::Integer { width: IntegerWidth::I32 },
        "int8" => ColumnType::Integer { width: IntegerWidth::I64 },
        "numeric" => numeric(modifier),
        "float4" => ColumnType::Float { bits: 32 },
        "float8" => ColumnType::Float { bits: 64 },
        "text" | "varchar" | "bpchar" | "name" | "citext" | "char" => ColumnType::Text,
        "uuid" => ColumnType::Uuid,
        "json" | "jsonb" => ColumnType::Json,
        "date" => ColumnType::Date,
        "time" => ColumnType::Time,
        "timestamp" => ColumnType::Timestamp,
        "timestamptz" => ColumnType::TimestampTz,
        "interval" => ColumnType::Interval,
        "bytea" => ColumnType::Bytes,
        // int2vector and oidvector call themselves arrays but have a notation of their own.
        _ if category == "A" && !name.ends_with("vector") => ColumnType::Array,
        _ => ColumnType::Other,
    }
}

/// The type modifier holds precision and scale; since PostgreSQL 15 the scale has 11 bits and a sign.
fn numeric(modifier: i32) -> ColumnType {
    if modifier < 4 {
        return ColumnType::Decimal { precision: None, scale: None };
    }
    let packed = modifier - 4;
    let precision = (packed >> 16) & 0xffff;
    let scale = ((packed & 0x7ff) ^ 1024) - 1024;
    ColumnType::Decimal { precision: u16::try_from(precision).ok(), scale: i16::try_from(scale).ok() }
}
