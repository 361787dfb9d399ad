//! Whether references that are checked late are broken at this moment. No statement of SQLite tells it, and COMMIT, which
//! does, is too late: so its C function is asked, which rusqlite has no safe form of.

use rusqlite::{Connection, ffi};

/// Whether a COMMIT would fail because a row refers to one that is not there.
#[allow(unsafe_code)]
pub(super) fn has_open_references(connection: &Connection) -> bool {
    let (mut open, mut most) = (0, 0);
    // SAFETY: the handle is that of a connection that stays open, and of this thread alone, for as long as it is borrowed;
    // the function writes to the two numbers only, and keeps neither.
    let code = unsafe {
        let handle = connection.handle();
        ffi::sqlite3_db_status(handle, ffi::SQLITE_DBSTATUS_DEFERRED_FKS, &mut open, &mut most, 0)
    };
    code == ffi::SQLITE_OK && open != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_reference_is_open_until_it_is_mended() {
        let connection = Connection::open_in_memory().unwrap();
        let run = |sql: &str| connection.execute_batch(sql).unwrap();
        run("PRAGMA foreign_keys = ON; CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1), (2);
             CREATE TABLE c (pid INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED); INSERT INTO c VALUES (1);
             BEGIN; DELETE FROM p WHERE id = 2");
        assert!(!has_open_references(&connection));
        run("SAVEPOINT s; DELETE FROM p WHERE id = 1");
        assert!(has_open_references(&connection));
        run("ROLLBACK TO s");
        assert!(!has_open_references(&connection));
        run("INSERT INTO c VALUES (7)");
        assert!(has_open_references(&connection));
        run("INSERT INTO p VALUES (7)");
        assert!(!has_open_references(&connection));
    }
}
