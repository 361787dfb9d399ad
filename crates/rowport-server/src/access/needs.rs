use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use rowport_engine::EngineError;
use rowport_engine::accounts::SignedIn;
use rowport_model::Permission;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{OpenApi, Ref};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::AppState;
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems;
use crate::routes::request::DatasetPath;

/// What a caller needs for a route. The document says it of each as `x-permission`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing: the route is for those who have not signed in, or its address itself is the key.
    Nothing,
    /// A principal. The route shows what is theirs.
    SignIn,
    /// This permission.
    Permission(Permission),
    /// This permission on the dataset in the route's path, which the gate itself reads. A dataset that they may not
    /// read is
    /// as if it were not there.
    Dataset(Permission),
}

/// Routes, each with what it needs: there is no way to add one without.
pub(crate) struct Routes(OpenApiRouter<AppState>);

impl Routes {
    /// No routes, in this document.
    pub(crate) fn new(document: OpenApi) -> Self {
        Self(OpenApiRouter::with_openapi(document))
    }

    /// Adds the methods of one path.
    pub(crate) fn add(self, needs: Needs, route: UtoipaMethodRouter<AppState>) -> Self {
        let (schemas, mut paths, methods) = route;
        for item in paths.paths.values_mut() {
            let operations =
                [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                needs.describe(operation);
            }
        }
        let methods = methods.layer(from_fn(move |request, next| check(needs, request, next)));
        Self(self.0.routes((schemas, paths, methods)))
    }

    /// The routes and their document.
    pub(crate) fn split(self) -> (Router<AppState>, OpenApi) {
        self.0.split_for_parts()
    }
}

impl Needs {
    fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::SignIn => "sign-in",
            Self::Permission(permission) | Self::Dataset(permission) => permission.word(),
        }
    }

    fn describe(self, operation: &mut Operation) {
        let extensions = ExtensionsBuilder::new().add("x-permission", self.word()).build();
        operation.extensions.get_or_insert_default().merge(extensions);
        if self == Self::Nothing {
            operation.security = Some(Vec::new());
            return;
        }
        for status in [401, 403] {
            let name = problems::name(status);
            operation.responses.responses.insert(status.to_string(), Ref::from_response_name(name).into());
        }
    }

    async fn are_met_by(self, parts: &mut Parts) -> Result<(), ApiError> {
        let asking = parts.extensions.get::<SignedIn>().cloned();
        let Some(asking) = asking else {
            return if self == Self::Nothing { Ok(()) } else { Err(ApiError::not_signed_in()) };
        };
        match self {
            Self::Nothing | Self::SignIn => Ok(()),
            Self::Permission(permission) if asking.may(permission) => Ok(()),
            Self::Permission(permission) => Err(ApiError::forbidden(permission)),
            Self::Dataset(permission) => {
                let ApiPath(path) = ApiPath::<DatasetPath>::from_request_parts(parts, &()).await?;
                of_dataset(&asking, permission, &path)
            }
        }
    }
}

/// Whether the permission is held on the dataset in the path. To those who may not read it there is no such dataset,
/// unless
/// they may do this with no dataset at all.
fn of_dataset(asking: &SignedIn, permission: Permission, path: &DatasetPath) -> Result<(), ApiError> {
    let DatasetPath { source, dataset } = path;
    let access = asking.principal.access();
    if permission != Permission::RecordsRead && !asking.may(permission) {
        return Err(ApiError::forbidden(permission));
    }
    if !access.reaches(source) {
        return Err(EngineError::UnknownSource { name: source.clone() }.into());
    }
    if !access.allows(Permission::RecordsRead, source, dataset) {
        let (name, source_name) = (dataset.clone(), source.clone());
        return Err(EngineError::UnknownDataset { name, source_name, suggestion: None }.into());
    }
    match access.allows(permission, source, dataset) {
        true => Ok(()),
        false => {
            let permission = permission.word();
            Err(EngineError::Forbidden { permission, dataset: dataset.clone() }.into())
        }
    }
}

async fn check(needs: Needs, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match needs.are_met_by(&mut parts).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => error.into_response(),
    }
}
