use std::collections::BTreeMap;

use rowport_drivers::SourceUrl;
use rowport_engine::settings::SourceSettings;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Checks;
use super::datasets::{self, DatasetSection};
use super::origin::{Kind, Mistake};
use super::structure::Named;

/// One database. Its address is given by `url` or by `url_env`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["url"] }, { "required": ["url_env"] }]))]
pub(super) struct SourceSection {
    /// Where the database is: `postgres://…`, `mysql://…` or `sqlite:PATH`. Nothing in it is expanded. A relative
    /// path of a file is relative to the folder of this file.
    #[schemars(with = "String", length(min = 1))]
    #[schemars(extend("examples" = ["postgres://reader@localhost/shop", "sqlite:shop.db"]))]
    url: Option<Spanned<String>>,
    /// The environment variable that holds the URL, so that a password need not stand in a file.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["SHOP_DATABASE_URL"]))]
    #[schemars(extend("pattern" = "^[A-Za-z_][A-Za-z0-9_]*$"))]
    url_env: Option<Spanned<String>>,
    /// The name for people; the name of the source unless given.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["Shop"]))]
    label: Option<String>,
    /// Refinements of tables and views, by name: `orders`, or `"sales.orders"` in another schema than the default
    /// one.
    #[schemars(with = "BTreeMap<String, DatasetSection>")]
    datasets: Named<DatasetSection>,
}

/// The sources in the order of the file.
pub(super) fn settings(sources: Named<SourceSection>, checks: &mut Checks<'_>) -> Vec<SourceSettings> {
    let mut sources: Vec<_> = sources.into_iter().collect();
    sources.sort_by_key(|(name, _)| name.span().start);
    sources.into_iter().filter_map(|(name, section)| section.settings(&name, checks)).collect()
}

impl SourceSection {
    fn settings(self, name: &Spanned<String>, checks: &mut Checks<'_>) -> Option<SourceSettings> {
        let text = name.get_ref();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if text.is_empty() || !text.chars().all(fits) {
            let hint =
                "lower-case letters, digits, `-` and `_`: it is part of addresses, and `label` is for people";
            checks.wrong(
                name.span(),
                format!("`{}` cannot be the name of a source", text.escape_debug()),
                hint,
            );
        }
        let url = address(self.url, self.url_env, name, checks);
        // The datasets are checked even when the address is wrong.
        let datasets = datasets::settings(self.datasets, checks);
        let label = self.label.map_or_else(|| text.clone(), |label| label.trim().to_owned());
        Some(SourceSettings { name: text.clone(), label, url: url?, datasets })
    }
}

fn address(
    url: Option<Spanned<String>>,
    variable: Option<Spanned<String>>,
    name: &Spanned<String>,
    checks: &mut Checks<'_>,
) -> Option<SourceUrl> {
    let (text, span) = match (url, variable) {
        (Some(_), Some(variable)) => {
            checks.wrong(variable.span(), "`url` is given as well", "keep `url` or `url_env`, not both");
            return None;
        }
        (Some(url), None) => {
            let span = url.span();
            let text = url.into_inner();
            if text.contains("${") {
                let hint = "put the whole URL into an environment variable, and its name into `url_env`";
                checks.wrong(span, "`${…}` is not expanded", hint);
                return None;
            }
            (text, span)
        }
        (None, Some(variable)) => (self::variable(&variable, URL, checks)?, variable.span()),
        (None, None) => {
            let given = ["url", "url_env"].map(|key| {
                checks.origin.knows(&["sources".to_owned(), name.get_ref().clone(), key.to_owned()])
            });
            // One of the wrong type was reported already.
            if !given.contains(&true) {
                let message = format!("source `{}` has no `url`", name.get_ref().escape_debug());
                let hint =
                    "write `url = \"postgres://…\"`, or `url_env` and the name of a variable".to_owned();
                let (span, hint) = (Some(name.span()), Some(hint));
                checks.mistakes.push(Mistake { span, message, hint, kind: Kind::Absence });
            }
            return None;
        }
    };
    match SourceUrl::parse(&relative_to_file(text, checks)) {
        Ok(url) => Some(url),
        Err(_) => {
            // The driver's words name the text before the first colon, which need not be a scheme.
            let hint =
                "it begins with `postgres://`, `mysql://` or `sqlite:`, and names a database or a file";
            checks.wrong(span, "this is not the URL of a database that Rowport knows", hint);
            None
        }
    }
}

const URL: Held =
    Held { what: "the source's URL", key: "url_env", example: "SHOP_DATABASE_URL", value: "postgres://…" };

/// What a variable holds, as messages say it.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub(super) what: &'static str,
    /// The key that names the variable.
    pub(super) key: &'static str,
    /// A name for the variable.
    pub(super) example: &'static str,
    /// A value.
    pub(super) value: &'static str,
}

impl Held {
    /// A name that can be shown.
    fn named<'a>(&self, name: &'a str) -> &'a str {
        if name.chars().any(|c| c.is_ascii_lowercase()) { self.example } else { name }
    }
}

/// The value of the environment variable that a key names.
pub(super) fn variable(variable: &Spanned<String>, held: Held, checks: &mut Checks<'_>) -> Option<String> {
    let name = variable.get_ref();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.chars().all(fits) {
        // Not repeated: somebody may have put the secret itself here.
        let other = if held.key == "url_env" { "; a URL itself goes into `url`" } else { "" };
        let hint = format!("the name alone, such as `{} = \"{}\"`{other}", held.key, held.example);
        checks.wrong(variable.span(), "this is not the name of an environment variable", hint);
        return None;
    }
    let value = (checks.environment)(name).filter(|value| !value.trim().is_empty());
    if value.is_none() {
        // A name in small letters may be the secret itself.
        let shown = match name.chars().any(|c| c.is_ascii_lowercase()) {
            true => "that is named here",
            false => &format!("`{name}`"),
        };
        let message = format!("the environment variable {shown} is not set");
        let hint = format!("set it to {}: `export {}={}`", held.what, held.named(name), held.value);
        checks.wrong(variable.span(), message, hint);
    }
    value
}

/// `sqlite:shop.db` means the file beside this one, wherever Rowport is started.
fn relative_to_file(text: String, checks: &Checks<'_>) -> String {
    let Some(path) = text.strip_prefix("sqlite:") else { return text };
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() {
        return text;
    }
    format!("sqlite:{}", checks.beside(path).display())
}
