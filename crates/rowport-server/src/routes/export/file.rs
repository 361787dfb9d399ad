//! What the API's document says of a file as an answer.

use std::collections::BTreeMap;

use rowport_formats::{Compression, Format};
use utoipa::IntoResponses;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{Object, Schema, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, RefOr, Response, ResponseBuilder};

/// The file, in one of the media types.
pub(super) struct ExportFile;

impl IntoResponses for ExportFile {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let header = |description: &str| {
            HeaderBuilder::new()
                .schema(Some(Object::with_type(Type::String)))
                .description(Some(description))
                .build()
        };
        let answer = ResponseBuilder::new()
            .description("The file")
            .header("Content-Disposition", header("The name for the file"))
            .header(
                "Rowport-Manifest",
                header("Rows, bytes, SHA-256, snapshot and order as JSON: here for a direct export, else a trailer"),
            );
        let formats = Format::ALL.into_iter().map(|format| (format.media_type(), schema(format)));
        let compressed = [Compression::Gzip, Compression::Zstd].map(|it| (it.media_type(), bytes()));
        let answer = formats.chain(compressed).fold(answer, |answer, (media_type, schema)| {
            // Parameters such as the character set are no part of a key in the document.
            let media_type = media_type.split(';').next().unwrap_or(media_type);
            answer.content(media_type, ContentBuilder::new().schema(Some(schema)).build())
        });
        BTreeMap::from([("200".to_owned(), answer.build().into())])
    }
}

fn schema(format: Format) -> Schema {
    match format {
        Format::Json => envelope(),
        Format::Csv | Format::Tsv | Format::Ndjson | Format::Text => Object::with_type(Type::String).into(),
        Format::Xlsx | Format::Parquet => bytes(),
    }
}

/// The one JSON object that has the rows in it.
fn envelope() -> Schema {
    let parts = [
        ("exported_at", Type::String),
        ("dataset", Type::String),
        ("view", Type::Object),
        ("columns", Type::Array),
        ("rows", Type::Array),
        ("count", Type::Integer),
        ("manifest", Type::Object),
    ];
    let envelope = Object::builder().schema_type(Type::Object);
    let whole = parts.into_iter().fold(envelope, |envelope, (name, kind)| {
        envelope.property(name, Object::with_type(kind)).required(name)
    });
    whole.into()
}

/// Bytes that are no text have no type.
fn bytes() -> Schema {
    Object::with_type(SchemaType::AnyValue).into()
}
