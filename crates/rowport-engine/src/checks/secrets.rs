//! Columns that are named like secrets. They are pointed out and never hidden: a name is no proof, and what people see is
//! what the configuration says.

use rowport_model::{Catalog, Column, ColumnType};

/// A dataset with columns that are named like secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretColumns {
    /// The dataset's name.
    pub dataset: String,
    /// The columns.
    pub columns: Vec<String>,
}

/// Words that name a secret by themselves, in whatever style the name is written.
const WORDS: &[&str] = &[
    "accesstoken",
    "apikey",
    "authtoken",
    "credential",
    "credentials",
    "cvc",
    "cvv",
    "jwt",
    "kennwort",
    "otp",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwordhash",
    "passwords",
    "passwort",
    "privatekey",
    "pwd",
    "refreshtoken",
    "secret",
    "secretkey",
    "secrets",
    "ssn",
    "token",
    "tokens",
    "totp",
];

/// Words that do so one after the other.
const PHRASES: &[&[&str]] = &[
    &["access", "key"],
    &["api", "key"],
    &["auth", "key"],
    &["card", "number"],
    &["connection", "string"],
    &["encryption", "key"],
    &["pass", "word"],
    &["private", "key"],
    &["recovery", "code"],
    &["recovery", "codes"],
    &["security", "code"],
    &["signing", "key"],
    &["social", "security"],
];

/// Those whose value is a number as often as a text.
const NUMBERS: &[&str] = &["card", "cvc", "cvv", "otp", "security", "ssn"];

/// The columns of a catalog that are named like secrets, those that are shown.
pub(super) fn found(catalog: &Catalog, shown: impl Fn(&str, &str) -> bool) -> Vec<SecretColumns> {
    let of_dataset = |dataset: rowport_model::Dataset| {
        let name = dataset.name.to_string();
        let columns = dataset.columns.iter().filter(|column| is_secret(column) && shown(&name, &column.name));
        let columns: Vec<String> = columns.map(|column| column.name.clone()).collect();
        (!columns.is_empty()).then_some(SecretColumns { dataset: name, columns })
    };
    catalog.datasets().filter_map(|dataset| of_dataset(dataset.visible())).collect()
}

fn is_secret(column: &Column) -> bool {
    let words = words(&column.name);
    let has = |word: &&str| words.iter().any(|it| it == word);
    let named = WORDS.iter().any(has)
        || PHRASES.iter().any(|phrase| words.windows(phrase.len()).any(|it| it == *phrase));
    named
        && match &column.column_type {
            // When a password was changed, and whether there is one, is no secret.
            ColumnType::Boolean
            | ColumnType::Date
            | ColumnType::Time
            | ColumnType::Timestamp
            | ColumnType::TimestampTz => false,
            ColumnType::Integer { .. } | ColumnType::Decimal { .. } | ColumnType::Float { .. } => {
                NUMBERS.iter().any(has)
            }
            _ => true,
        }
}

/// The words of a name: `userPasswordHash`, `USER_PASSWORD_HASH` and `user password-hash` have the same ones.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_alphabetic() {
            let next_is_small = characters.peek().is_some_and(|next| next.is_lowercase());
            let begins = !before.is_alphabetic()
                || character.is_uppercase() && (before.is_lowercase() || next_is_small);
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        before = character;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, column_type: ColumnType) -> bool {
        is_secret(&Column {
            name: name.to_owned(),
            label: name.to_owned(),
            column_type,
            native_type: String::new(),
            compared_as: String::new(),
            nullable: true,
            default: None,
            currency: None,
            computed: false,
            generated: false,
            masked: false,
        })
    }

    #[test]
    fn secrets_are_known_by_whole_words_in_every_style() {
        for name in [
            "password",
            "PASSWORD",
            "Password",
            "user_password",
            "userPassword",
            "UserPasswordHash",
            "password_hash",
            "PASSWORD_HASH",
            "user-password",
            "user password",
            "passwordhash",
            "passwd",
            "pwd",
            "secret",
            "client_secret",
            "clientSecret",
            "token",
            "access_token",
            "accessToken",
            "refreshtoken",
            "api_key",
            "apiKey",
            "APIKey",
            "APIKEY",
            "api-key",
            "API Key",
            "stripe_api_key2",
            "ssn",
            "SSN",
            "employee.ssn",
            "privateKey",
            "card_number",
            "credentials",
            "recovery_codes",
            "social_security_number",
        ] {
            assert!(named(name, ColumnType::Text), "{name}");
        }
        for name in [
            "",
            "name",
            "passenger",
            "compass",
            "tokenizer",
            "tokenized",
            "secretary",
            "key",
            "apikeys_",
            "monkey",
            "keyboard",
            "lessness",
            "passion",
            "card",
            "number",
            "api",
            "apiary_key_count",
            "bypassword2go",
        ] {
            assert!(!named(name, ColumnType::Text), "{name}");
        }
    }

    #[test]
    fn what_is_only_about_a_secret_is_none() {
        let integer = || ColumnType::Integer { width: rowport_model::IntegerWidth::I64 };
        assert!(!named("has_password", ColumnType::Boolean));
        assert!(!named("password_changed_on", ColumnType::Date));
        assert!(!named("token_count", integer()));
        assert!(named("ssn", integer()) && named("card_number", integer()));
        assert!(named("password_hash", ColumnType::Bytes));
    }
}
