/// Who does something, from where, as the audit has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// The principal's id; `nobody` for whoever has not signed in.
    pub principal: String,
    /// The principal's name at that moment.
    pub name: String,
    /// Their tenant.
    pub tenant: Option<String>,
    /// The network address that the request came from.
    pub address: Option<String>,
    /// The request's id, which also stands in the logs.
    pub request: Option<String>,
}

impl Actor {
    /// Rowport itself.
    pub fn system() -> Self {
        Self { principal: "system".to_owned(), name: "Rowport".to_owned(), ..Self::default() }
    }

    /// A visitor without a session or a key.
    pub fn nobody(address: Option<String>) -> Self {
        Self { principal: "nobody".to_owned(), name: "nobody".to_owned(), address, ..Self::default() }
    }

    /// Whether it is a visitor without a session or a key.
    pub fn is_nobody(&self) -> bool {
        self.principal == "nobody"
    }
}
