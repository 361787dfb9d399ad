use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use rowport_engine::accounts::SignedIn;
use rowport_model::Permission;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{OpenApi, Ref};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::AppState;
use crate::error::ApiError;
use crate::problems;

/// What whoever asks needs for a route. The document says it of each as `x-permission`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing: the route is for those who have not signed in, or its address itself is the key.
    Nothing,
    /// Somebody. The route shows them what is theirs.
    SignIn,
    /// This permission.
    Permission(Permission),
    /// This permission on the dataset in the route's path. A dataset that they may not read is as if it were not there.
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

    fn are_met_by(self, asking: Option<&SignedIn>) -> Result<(), ApiError> {
        let Some(asking) = asking else {
            return if self == Self::Nothing { Ok(()) } else { Err(ApiError::not_signed_in()) };
        };
        match self {
            Self::Nothing | Self::SignIn | Self::Dataset(Permission::RecordsRead) => Ok(()),
            Self::Permission(permission) | Self::Dataset(permission) if asking.may(permission) => Ok(()),
            Self::Permission(permission) | Self::Dataset(permission) => Err(ApiError::forbidden(permission)),
        }
    }
}

async fn check(needs: Needs, request: Request, next: Next) -> Response {
    match needs.are_met_by(request.extensions().get::<SignedIn>()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}
