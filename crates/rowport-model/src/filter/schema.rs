//! What the API's document says of the JSON notation, made from the operators themselves.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, Ref, Schema, SchemaType, Type,
};
use utoipa::{PartialSchema, ToSchema};

use super::{Filter, Literal, Operator};

/// A part's name in the document, and what makes its schema.
type Part = (&'static str, fn() -> Schema);

/// The parts that a filter is made of, in the order in which the document lists them.
const PARTS: [Part; 7] = [
    ("FilterAnd", || group("and", list(reference("Filter")), "All of these hold; an empty list: every row.")),
    ("FilterOr", || group("or", list(reference("Filter")), "One of these holds; an empty list: no row.")),
    ("FilterNot", || group("not", reference("Filter"), "This does not hold.")),
    ("FilterOnValue", || condition('1', Some(("value", reference("Literal"))))),
    ("FilterOnRange", || {
        let two = ArrayBuilder::new().items(reference("Literal")).min_items(Some(2)).max_items(Some(2));
        condition('2', Some(("values", two.into())))
    }),
    ("FilterOnList", || condition('*', Some(("values", list(reference("Literal")))))),
    ("FilterOnPresence", || condition('0', None)),
];

impl PartialSchema for Filter {
    fn schema() -> RefOr<Schema> {
        let parts = PARTS.iter().fold(OneOfBuilder::new(), |parts, (name, _)| parts.item(reference(name)));
        let description = "Which rows: groups of conditions, in the notation for programs. Comparing with NULL is \
                           false, and a negation is true wherever the positive is not.";
        parts.description(Some(description)).into()
    }
}

impl ToSchema for Filter {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Filter")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend(PARTS.iter().map(|(name, part)| ((*name).to_owned(), part().into())));
        schemas.push(("Literal".to_owned(), Literal::schema()));
    }
}

impl PartialSchema for Literal {
    fn schema() -> RefOr<Schema> {
        let plain = SchemaType::from_iter([Type::String, Type::Number, Type::Boolean]);
        let digits = Object::builder()
            .property("number", Object::builder().schema_type(Type::String).pattern(Some(NUMBER)))
            .required("number")
            .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
            .description(Some("A number that a JSON number would round, as its digits."));
        OneOfBuilder::new()
            .item(Object::with_type(plain))
            .item(digits)
            .description(Some("A value to compare with."))
            .into()
    }
}

impl ToSchema for Literal {}

/// What the digits of a number look like.
const NUMBER: &str = "^[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?$";

fn group(word: &str, inner: RefOr<Schema>, description: &str) -> Schema {
    closed().property(word, inner).required(word).description(Some(description)).into()
}

/// A condition with one of the operators that take so many values.
fn condition(values: char, value: Option<(&str, RefOr<Schema>)>) -> Schema {
    let operators = Operator::ALL.iter().filter(|operator| operator.values() == values);
    let names = operators.map(|operator| operator.name());
    let operator = Object::builder().schema_type(Type::String).enum_values(Some(names));
    let column = Object::builder()
        .schema_type(Type::String)
        .description(Some("The column's name, dotted when it reaches through a foreign key."));
    let object =
        closed().property("column", column).required("column").property("op", operator).required("op");
    match value {
        Some((name, schema)) => object.property(name, schema).required(name).into(),
        None => object.into(),
    }
}

fn closed() -> ObjectBuilder {
    Object::builder()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
}

fn list(items: RefOr<Schema>) -> RefOr<Schema> {
    ArrayBuilder::new().items(items).into()
}

fn reference(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_belongs_to_one_part() {
        let text = PARTS.iter().map(|(_, part)| serde_json::to_string(&part()).unwrap()).collect::<String>();
        for operator in Operator::ALL {
            let name = format!("\"{}\"", operator.name());
            assert_eq!(text.matches(&name).count(), 1, "{name}");
        }
    }
}
