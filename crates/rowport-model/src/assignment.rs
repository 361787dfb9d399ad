use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{
    AdditionalProperties, Object, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// One field that a bulk action sets in every row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetField {
    /// The column.
    pub column: String,
    /// What it becomes.
    pub to: FieldValue,
}

/// What a field becomes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldValue {
    /// This value, the same in every row.
    Value(serde_json::Value),
    /// What another column of the row holds.
    Copy(String),
    /// Itself and so much more; less, where the number is negative.
    Add(serde_json::Value),
    /// Its text with every occurrence of one text replaced by another.
    Replace {
        /// What is looked for, in this case only.
        find: String,
        /// What takes its place.
        with: String,
    },
    /// No value: NULL.
    Clear,
}

/// Written out, because what is derived would say that there may be other words beside these.
impl PartialSchema for FieldValue {
    fn schema() -> RefOr<Schema> {
        let text = || Object::builder().schema_type(Type::String);
        let anything = || Object::builder().schema_type(SchemaType::AnyValue);
        let one = |name: &str, of: RefOr<Schema>, description: &str| {
            closed().property(name, of).required(name).description(Some(description))
        };
        let replaced = Ref::from_schema_name(TextReplacement::name()).into();
        OneOfBuilder::new()
            .item(one("value", anything().into(), "This value, the same in every row."))
            .item(one("copy", text().into(), "What another column of the row holds."))
            .item(one(
                "add",
                anything().into(),
                "Itself and so much more; less, where the number is negative.",
            ))
            .item(one("replace", replaced, "Its text with every occurrence of one text replaced by another."))
            .item(text().enum_values(Some(["clear"])).description(Some("No value: NULL.")))
            .description(Some("What a field becomes."))
            .into()
    }
}

impl ToSchema for FieldValue {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((TextReplacement::name().into_owned(), TextReplacement::schema()));
    }
}

/// What [`FieldValue::Replace`] has, for the document: a name of its own is what makers of clients go by.
struct TextReplacement;

impl PartialSchema for TextReplacement {
    fn schema() -> RefOr<Schema> {
        let text = |description| Object::builder().schema_type(Type::String).description(Some(description));
        closed()
            .property("find", text("What is looked for, in this case only."))
            .required("find")
            .property("with", text("What takes its place."))
            .required("with")
            .description(Some("A text and what takes its place."))
            .into()
    }
}

impl ToSchema for TextReplacement {}

fn closed() -> ObjectBuilder {
    Object::builder()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
}
