use std::convert::Infallible;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rowport_engine::accounts::{SignedIn, Visitor};
use rowport_engine::on_behalf_of;
use rowport_model::Principal;
use rowport_store::{Actor, StoreError};

use super::cookie;
use crate::AppState;
use crate::connections::Peer;
use crate::error::ApiError;
use crate::middleware::request_id;

/// Who asks.
pub(crate) struct CurrentPrincipal(pub(crate) Principal);

/// Who asks, with the person and the session behind it.
pub(crate) struct CurrentUser(pub(crate) SignedIn);

/// The actor of the request, as the audit has it; `nobody` before signing in.
pub(crate) struct AuditActor(pub(crate) Actor);

/// Where a request comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Client(pub(crate) Visitor);

/// Finds out who asks, for the routes to say whether they may.
pub(crate) async fn authenticate(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = client(&state, &request);
    request.extensions_mut().insert(client);
    match who(&state, request.headers()).await {
        Ok(Some(signed_in)) => {
            let principal = signed_in.principal.clone();
            request.extensions_mut().insert(signed_in);
            on_behalf_of(&principal, next.run(request)).await
        }
        Ok(None) => next.run(request).await,
        Err(error) => ApiError::from(error).into_response(),
    }
}

/// An API key weighs more than a cookie, which browsers send by themselves.
async fn who(state: &AppState, headers: &HeaderMap) -> Result<Option<SignedIn>, StoreError> {
    let accounts = &state.accounts;
    if let Some(authorization) = headers.get(header::AUTHORIZATION) {
        let bearer = authorization.to_str().ok().and_then(|value| value.split_once(' '));
        let secret =
            bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, it)| it.trim());
        return match secret {
            Some(secret) => accounts.by_key(secret).await,
            None => Ok(None),
        };
    }
    if let Some(secret) = cookie::shown(headers, state) {
        if cookie::is_out(secret) {
            return Ok(None);
        }
        if let Some(signed_in) = accounts.by_session(secret).await? {
            return Ok(Some(signed_in));
        }
    }
    accounts.by_the_door().await
}

fn client(state: &AppState, request: &Request) -> Client {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Client(Visitor {
        address: client_address(state, request),
        agent: agent.map(str::to_owned),
        request: request_id::current(),
    })
}

/// The network address that a request comes from.
pub(crate) fn client_address(state: &AppState, request: &Request) -> Option<String> {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|peer| peer.0.address.ip().to_string());
    // The last address of the last line is the one that our own proxy saw; those before it are what the client claims.
    let lines = request.headers().get_all(header::HeaderName::from_static("x-forwarded-for"));
    let forwarded = lines.iter().next_back().filter(|_| state.site.behind_proxy);
    let forwarded = forwarded
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|address| address.trim().parse::<std::net::IpAddr>().ok())
        .map(|address| address.to_string());
    forwarded.or(peer)
}

impl<S: Sync> FromRequestParts<S> for CurrentPrincipal {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let signed_in = parts.extensions.get::<SignedIn>();
        signed_in.map(|it| Self(it.principal.clone())).ok_or_else(ApiError::not_signed_in)
    }
}

impl<S: Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<SignedIn>().cloned().map(Self).ok_or_else(ApiError::not_signed_in)
    }
}

impl<S: Sync> FromRequestParts<S> for AuditActor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let Client(visitor) = parts.extensions.get::<Client>().cloned().unwrap_or_default();
        let actor = match parts.extensions.get::<SignedIn>() {
            Some(SignedIn { principal, .. }) => Actor {
                principal: principal.id().to_owned(),
                name: principal.name().to_owned(),
                tenant: principal.access().tenant().map(str::to_owned),
                address: visitor.address,
                request: visitor.request,
            },
            None => visitor.nobody(),
        };
        Ok(Self(actor))
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}
