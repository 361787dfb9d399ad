//! Who is behind a piece of work, for what is shared between callers.

use rowport_model::Principal;

tokio::task_local! {
    static ACCOUNT: String;
}

/// Does work on behalf of a principal. What it takes of a source's connections is counted as theirs, whichever way it
/// goes there. On the machine itself there is no other caller to share with.
pub async fn on_behalf_of<T>(principal: &Principal, work: impl Future<Output = T>) -> T {
    match principal.account() {
        Principal::LOCAL => work.await,
        account => ACCOUNT.scope(account.to_owned(), work).await,
    }
}

/// The same work in a task of its own.
pub fn carried_over<T>(work: impl Future<Output = T> + Send) -> impl Future<Output = T> + Send {
    let account = account();
    async move {
        match account {
            None => work.await,
            Some(account) => ACCOUNT.scope(account, work).await,
        }
    }
}

/// The account that this work is done for; none where no caller asked for it.
pub(crate) fn account() -> Option<String> {
    ACCOUNT.try_with(Clone::clone).ok()
}
