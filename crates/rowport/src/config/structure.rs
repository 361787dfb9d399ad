//! Compares a document with the JSON Schema: unknown keys, missing ones, and values of the wrong type.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::nearest;
use super::origin::{Kind, Mistake, Origin};

/// A table whose keys are names that people chose. The keys know where they stand.
pub(super) type Named<T> = BTreeMap<Spanned<String>, T>;

/// Reports what does not fit and takes it out, and tells the origin where every key stands.
pub(super) fn fit(
    schema: &Json,
    root: &mut Spanned<DeTable<'_>>,
    origin: &mut Origin,
    mistakes: &mut Vec<Mistake>,
) {
    let mut walk = Walk { path: Vec::new(), origin, mistakes };
    walk.table(schema, root.get_mut());
}

struct Walk<'a> {
    path: Vec<String>,
    origin: &'a mut Origin,
    mistakes: &'a mut Vec<Mistake>,
}

impl Walk<'_> {
    /// Whether what is left of the table can be used.
    fn table(&mut self, schema: &Json, table: &mut DeTable<'_>) -> bool {
        let properties = schema["properties"].as_object();
        let mut unfit = Vec::new();
        for (key, value) in table.iter_mut() {
            let name = key.get_ref().as_ref();
            self.path.push(name.to_owned());
            self.origin.remember(&self.path, key.span());
            let known = properties.and_then(|properties| properties.get(name));
            match known.or(Some(&schema["additionalProperties"]).filter(|schema| schema.is_object())) {
                Some(schema) if self.value(schema, value) => {}
                Some(_) => unfit.push(name.to_owned()),
                None => {
                    let names = properties.into_iter().flat_map(|properties| properties.keys());
                    self.unknown(key, value, &names.map(String::as_str).collect::<Vec<_>>());
                    unfit.push(name.to_owned());
                }
            }
            self.path.pop();
        }
        for name in unfit {
            table.remove(name.as_str());
        }

        let required = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
        let missing: Vec<_> = required.filter(|name| !table.contains_key(*name)).collect();
        for name in &missing {
            // A value of the wrong type was reported already.
            self.path.push((*name).to_owned());
            let reported = self.origin.knows(&self.path);
            self.path.pop();
            if !reported {
                let here = self.path.last().map_or("", String::as_str);
                let hint =
                    example(&schema["properties"][name]).map(|example| format!("write `{name} = {example}`"));
                let span = self.origin.find(&self.path);
                let message = format!("`{here}` has no `{name}`");
                self.mistakes.push(Mistake { span, message, hint, kind: Kind::Absence });
            }
        }
        missing.is_empty()
    }

    fn value(&mut self, schema: &Json, value: &mut Spanned<DeValue<'_>>) -> bool {
        let span = value.span();
        let expected = match (schema["type"].as_str().unwrap_or_default(), value.get_mut()) {
            ("object", DeValue::Table(table)) => return self.table(schema, table),
            ("array", DeValue::Array(items)) => {
                let mut fit = true;
                for item in items.iter_mut() {
                    // A column of a list is looked for by its name.
                    self.path.push(item.get_ref().as_str().unwrap_or_default().to_owned());
                    self.origin.remember(&self.path, item.span());
                    fit &= self.value(&schema["items"], item);
                    self.path.pop();
                }
                return fit;
            }
            ("string", DeValue::String(text)) if text.trim().is_empty() && schema["minLength"] == 1 => {
                let name = self.path.last().map_or("", String::as_str);
                let hint =
                    example(schema).map(|example| format!("write something like {example}, or leave it out"));
                let message = match name.is_empty() {
                    true => "a name of the list is empty".to_owned(),
                    false => format!("`{name}` is empty"),
                };
                self.mistakes.push(Mistake::new(Some(span), message, hint));
                return false;
            }
            ("string", DeValue::String(_)) | ("boolean", DeValue::Boolean(_)) => return true,
            ("integer", DeValue::Integer(number))
                if u64::from_str_radix(number.as_str(), number.radix())
                    .is_ok_and(|number| i64::try_from(number).is_ok()) =>
            {
                return true;
            }
            ("object", _) => "a table",
            ("array", _) => "a list",
            ("boolean", _) => "`true` or `false`",
            ("integer", _) => "a whole number, 0 or more",
            _ => "text in quotes",
        };
        let message = format!("expected {expected}, found {}", found(value.get_ref()));
        let hint = match expected {
            "a table" => Some(format!("it is written as `[{}]`, with its keys below", self.path.join("."))),
            _ => example(schema).map(|example| format!("such as {example}")),
        };
        self.mistakes.push(Mistake::new(Some(span), message, hint));
        false
    }

    fn unknown(
        &mut self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        known: &[&str],
    ) {
        let name = key.get_ref().as_ref();
        let hint = if let Some(near) = nearest(name, known) {
            format!("did you mean `{near}`?")
        } else if self.path.len() == 5 && self.path[2] == "datasets" && value.get_ref().is_table() {
            let dataset = &self.path[3];
            format!("a dataset of another schema is written in quotes: `datasets.\"{dataset}.{name}\"`")
        } else {
            let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("the keys here are {}", names.join(", "))
        };
        let message = format!("unknown key `{}`", name.escape_debug());
        self.mistakes.push(Mistake::new(Some(key.span()), message, Some(hint)));
    }
}

/// An example of the schema, as it would be written in TOML.
fn example(schema: &Json) -> Option<String> {
    schema["examples"].get(0).map(Json::to_string)
}

fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(number) if number.as_str().starts_with('-') => "a negative number",
        DeValue::Integer(number) if i64::from_str_radix(number.as_str(), number.radix()).is_err() => {
            "a number that is too large"
        }
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
