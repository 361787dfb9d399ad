//! What Rowport must remember and must not show, such as the key that links are signed with.

use crate::context::Context;
use crate::database::{Row, query};
use crate::error::StoreError;
use crate::tx::Tx;

/// The secret of this name: 32 random bytes, made when they are first asked for, and then the same for ever and for
/// every process on this state.
pub(crate) async fn secret(context: &Context, name: &str) -> Result<Vec<u8>, StoreError> {
    const FIND: &str = "SELECT value FROM secrets WHERE name = $1";
    const MAKE: &str = "INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let value = |row: &Row| row.bytes("value");
    if let Some(found) = query(FIND).bind(name).fetch_optional(&context.database, value).await? {
        return Ok(found);
    }
    let fresh = context.ids.secret();
    let mut tx = Tx::begin(context).await?;
    query(MAKE).bind(name).bind(&fresh[..]).execute(&mut tx).await?;
    let secret = query(FIND).bind(name).fetch_one(&mut tx, value).await?;
    tx.commit().await?;
    Ok(secret)
}
