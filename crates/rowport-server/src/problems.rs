//! Which problems a route may answer with. The document lists each status, and there is no other: adding one
//! adds it here.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

/// Every status, the name of its answer in the document, and what it says.
const ANSWERS: [(u16, &str, &str); 15] = [
    (400, "BadRequest", "The request cannot be read, or a part of it cannot be understood"),
    (401, "NotSignedIn", "Nobody is signed in, or the API key is not good any more"),
    (403, "Forbidden", "It is not allowed, or the request came from another site or named another host"),
    (404, "NotFound", "There is none of that name"),
    (408, "TooSlow", "The body did not arrive in time"),
    (409, "Conflict", "The name is taken, or what there is has changed meanwhile"),
    (413, "TooLarge", "More columns, values or bytes than a request may have"),
    (415, "UnsupportedMediaType", "The body is of a kind that is not read here"),
    (
        422,
        "Unprocessable",
        "Rows do not fit the format or the database, or a key came with another request before",
    ),
    (429, "TooOften", "It was done or tried too often; `Retry-After` says when it may be asked again"),
    (500, "Internal", "A mistake of ours, or Rowport's own file cannot be used"),
    (502, "BadGateway", "The database or the storage refused, or was lost"),
    (503, "Unavailable", "The database or the storage does not answer, or is busy"),
    (504, "Timeout", "The database took longer than the statement limit"),
    (507, "StorageFull", "The disk has no room for the file"),
];

macro_rules! groups {
    ($($doc:literal $name:ident: $($status:literal)+;)+) => {
        $(#[doc = $doc]
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                [$($status),+].into_iter().map(reference).collect()
            }
        })+
    };
}

groups! {
    "What any route may answer." Refusals: 403;
    "What a route about a dataset may answer." DatasetProblems: 400 403 404 500 502 503 504;
    "What a route that saves something of a dataset may answer." SavingProblems: 400 403 404 409 413 500 502 503 504;
    "What a route that reads rows may answer." RowsProblems: 400 403 404 409 413 500 502 503 504;
    "What a route that writes rows into a file may answer." ExportProblems: 400 403 404 409 413 422 429 500 502 503 504 507;
    "What a route about Rowport's own state may answer." StateProblems: 400 403 500 503;
    "What a route about one run may answer on top." RunProblems: 404 409;
    "What a route that changes rows may answer on top." ChangeProblems: 422;
    "What a route that is slowed down may answer on top." Throttled: 401 403 429;
    "What a route that may be asked only so often may answer on top." TooOften: 429;
    "What a route that gives out a file may answer on top." FileProblems: 502 507;
    "What a route that reads a body may answer on top." BodyProblems: 408 413 415;
}

/// The answers that the groups refer to, for the document's components.
pub(crate) fn answers() -> impl Iterator<Item = (String, RefOr<Response>)> {
    ANSWERS.into_iter().map(|(_, name, description)| {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let answer = ResponseBuilder::new().description(description);
        (name.to_owned(), answer.content("application/problem+json", problem).build().into())
    })
}

/// The name of the answer with this status.
pub(crate) fn name(status: u16) -> &'static str {
    let answer = ANSWERS.iter().find(|(known, ..)| *known == status);
    answer.map_or("Internal", |(_, name, _)| name)
}

fn reference(status: u16) -> (String, RefOr<Response>) {
    (status.to_string(), Ref::from_response_name(name(status)).into())
}
