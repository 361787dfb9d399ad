//! Every type of each database at its edges: what is least and greatest, what only looks like NULL, what breaks a
//! quoting rule, what another program would alter. Each script fills an empty database with several tables; a row's
//! `edge` column says what is special about it.

use crate::{Database, Mysql, Postgres, Sqlite};

/// The script for PostgreSQL 13 and newer.
pub const POSTGRES: &str = include_str!("edges/postgres.sql");
/// The script for MySQL 8 and MariaDB 10.6 and newer.
pub const MYSQL: &str = include_str!("edges/mysql.sql");
/// The script for SQLite 3.37 and newer: older ones know no STRICT tables.
pub const SQLITE: &str = include_str!("edges/sqlite.sql");

/// A PostgreSQL database with the edges in it.
pub fn postgres() -> Database {
    filled(Postgres::create(), POSTGRES)
}

/// A MariaDB database with the edges in it.
pub fn mysql() -> Database {
    filled(Mysql::create(), MYSQL)
}

/// An SQLite database with the edges in it.
pub fn sqlite() -> Database {
    filled(Sqlite::create(), SQLITE)
}

fn filled(database: Database, script: &str) -> Database {
    database.execute(script);
    database
}

#[cfg(test)]
mod tests {
    use super::*;

    // The scripts are data; what they must not do is lose their edge on the way into the database.

    #[test]
    fn postgres_keeps_every_edge() {
        let database = postgres();
        for (query, expected) in [
            ("SELECT c_bigint FROM integers WHERE id = 2", "-9223372036854775808"),
            ("SELECT length(c_numeric::text) FROM numbers WHERE id = 4", "200"),
            ("SELECT scale(c_numeric) FROM numbers WHERE id = 5", "200"),
            ("SELECT c_numeric FROM numbers WHERE id = 6", "1.500"),
            ("SELECT c_double FROM numbers WHERE id = 8", "-0"),
            ("SELECT c_timestamptz FROM times WHERE id = 7", "294276-12-31 23:59:59.999999+00"),
            ("SELECT c_date FROM times WHERE id = 8", "infinity"),
            ("SELECT c_time FROM times WHERE id = 7", "24:00:00"),
            ("SELECT c_interval FROM times WHERE id = 12", "1 mon 30 days 720:00:00"),
            ("SELECT length(c_bytea) FROM others WHERE id = 3", "256"),
            ("SELECT c_json->>'a' FROM others WHERE id = 3", "again"),
            ("SELECT c_integers FROM arrays WHERE id = 7", "[0:2]={7,8,9}"),
            ("SELECT array_ndims(c_integers) FROM arrays WHERE id = 6", "3"),
            (
                "SELECT c_text = chr(128512) || ' ' || chr(119987) || ' ' || chr(132878) FROM texts WHERE id = 8",
                "t",
            ),
            ("SELECT count(*) FROM \"x\"\"; DROP TABLE integers; --\"", "1"),
        ] {
            assert_eq!(database.text(query), expected, "{query}");
        }
    }

    #[test]
    fn mysql_keeps_every_edge() {
        let database = mysql();
        for (query, expected) in [
            ("SELECT c_bigint_unsigned FROM integers WHERE id = 3", "18446744073709551615"),
            ("SELECT c_bool FROM integers WHERE id = 4", "5"),
            ("SELECT hex(c_bit64) FROM integers WHERE id = 3", "FFFFFFFFFFFFFFFF"),
            (
                "SELECT c_decimal65 FROM numbers WHERE id = 4",
                "99999999999999999999999999999999999.999999999999999999999999999999",
            ),
            ("SELECT c_date FROM times WHERE id = 2", "0000-00-00"),
            ("SELECT c_date FROM times WHERE id = 5", "2024-00-00"),
            ("SELECT c_date FROM times WHERE id = 6", "2023-02-31"),
            ("SELECT c_time6 FROM times WHERE id = 3", "-838:59:59.999999"),
            ("SELECT hex(c_varchar) FROM texts WHERE id = 12", "F48FBFBF"),
            ("SELECT hex(c_long) FROM texts WHERE id = 11", "610062"),
            ("SELECT length(c_varbinary) FROM others WHERE id = 3", "256"),
            ("SELECT c_set FROM texts WHERE id = 9", "a,b c,d'e,日"),
            ("SELECT count(*) FROM `x``; DROP TABLE integers; --`", "1"),
        ] {
            assert_eq!(database.text(query), expected, "{query}");
        }
    }

    #[test]
    fn sqlite_keeps_every_edge() {
        let database = sqlite();
        for (query, expected) in [
            ("SELECT c_any FROM numbers WHERE id = 2", "-9223372036854775808"),
            ("SELECT typeof(c_integer) FROM numbers WHERE id = 5", "real"),
            (
                "SELECT typeof(c_integer) || typeof(c_date) || typeof(c_blob) FROM misfits WHERE id = 3",
                "texttexttext",
            ),
            ("SELECT typeof(c_integer) || typeof(c_text) FROM misfits WHERE id = 6", "blobblob"),
            ("SELECT length(c_blob) FROM texts WHERE id = 19", "256"),
            ("SELECT hex(c_text) FROM texts WHERE id = 17", "FF41FE"),
            ("SELECT hex(c_text) FROM texts WHERE id = 16", "610062"),
            ("SELECT typeof(stored) FROM generated_columns WHERE id = 3", "real"),
            ("SELECT typeof(a) FROM strict_types WHERE id = 2", "text"),
            ("SELECT count(*) FROM mixed_key", "6"),
            ("SELECT count(*) FROM \"x\"\"; DROP TABLE numbers; --\"", "1"),
        ] {
            assert_eq!(database.text(query), expected, "{query}");
        }
    }
}
