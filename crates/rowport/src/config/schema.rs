use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::Document;

/// The JSON Schema of `rowport.toml`: for editors, and for [`structure`](super::structure).
pub fn json_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        // Without references it can be walked beside a document.
        settings.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<Document>().to_value();
    tidy(&mut schema);
    // What it is comes first, for people who open it.
    let mut ordered = serde_json::Map::new();
    if let Value::Object(mut rest) = schema {
        for key in ["$schema", "title", "description"] {
            ordered.extend(rest.shift_remove(key).map(|value| (key.to_owned(), value)));
        }
        ordered.extend(rest);
    }
    Value::Object(ordered)
}

/// Takes out what the derive writes and TOML cannot say, and the line breaks of descriptions.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            // An option that is left out has no default, and that of a table is what its own keys say already.
            if object.get("default").is_some_and(|default| default.is_null() || default.is_object()) {
                object.shift_remove("default");
            }
            if let Some(Value::String(text)) = object.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            object.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}
