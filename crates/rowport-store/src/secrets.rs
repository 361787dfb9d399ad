use sqlx::Row;

use crate::database::{in_transaction, with_pool};
use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// The secret of this name: 32 random bytes, made when they are first asked for, and then the same for ever and
    /// for every process on this state.
    pub async fn secret(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        const FIND: &str = "SELECT value FROM secrets WHERE name = $1";
        const MAKE: &str = "INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let wrong = |error| self.database.wrong(error);
        let found = with_pool!(&self.database, |pool| {
            let row = sqlx::query(FIND).bind(name).fetch_optional(pool).await.map_err(wrong)?;
            row.map(|row| row.try_get::<Vec<u8>, _>("value")).transpose().map_err(wrong)?
        });
        if let Some(found) = found {
            return Ok(found);
        }
        let fresh = self.ids.secret();
        in_transaction!(&self.database, |connection| {
            let made = sqlx::query(MAKE).bind(name).bind(&fresh[..]).execute(&mut *connection).await;
            made.map_err(wrong)?;
            let row = sqlx::query(FIND).bind(name).fetch_one(&mut *connection).await.map_err(wrong)?;
            row.try_get::<Vec<u8>, _>("value").map_err(wrong)
        })
    }
}
