//! The Chinook music store: a real database that nobody here designed. `data/README.md` says whose it is.

use crate::{Database, Mysql, Postgres, Sqlite};

const POSTGRES: &[u8] = include_bytes!("../data/Chinook_PostgreSql.sql.zst");
const MYSQL: &[u8] = include_bytes!("../data/Chinook_MySql.sql.zst");
const SQLITE: &[u8] = include_bytes!("../data/Chinook_Sqlite.sqlite.zst");

/// A PostgreSQL database with Chinook in it. Its names are in snake case.
pub fn postgres() -> Database {
    load(Postgres::create(), POSTGRES)
}

/// A MariaDB database with Chinook in it.
pub fn mysql() -> Database {
    load(Mysql::create(), MYSQL)
}

/// An SQLite database with Chinook in it.
pub fn sqlite() -> Database {
    let database = Sqlite::create();
    std::fs::write(database.path(), unpack(SQLITE)).expect("the database file can be written");
    database
}

fn load(database: Database, packed: &[u8]) -> Database {
    let script = String::from_utf8(unpack(packed)).expect("the script is UTF-8");
    // The scripts make a database of a fixed name and move into it; here it is made already, under its own name.
    let tables = script.find("CREATE TABLE").expect("the script makes tables");
    database.execute(&script[tables..]);
    database
}

fn unpack(packed: &[u8]) -> Vec<u8> {
    zstd::decode_all(packed).expect("the packed data is intact")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_hold_the_same_tracks_and_invoices() {
        let queries = [
            (postgres(), "SELECT count(*) FROM track", "SELECT sum(total) FROM invoice"),
            (mysql(), "SELECT count(*) FROM Track", "SELECT sum(Total) FROM Invoice"),
            (sqlite(), "SELECT count(*) FROM Track", "SELECT printf('%.2f', sum(Total)) FROM Invoice"),
        ];
        for (database, tracks, total) in queries {
            assert_eq!(database.text(tracks), "3503");
            assert_eq!(database.text(total), "2328.60");
        }
    }
}
