use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use rowport_engine::notify::NotifySettings;
use rowport_engine::runs::RunnerSettings;
use rowport_server::{LimitSettings, Site};
use rowport_store::BucketSettings;
use toml::Spanned;

use super::{Checks, Connections};
use crate::telemetry::TelemetrySettings;

/// Where Rowport listens, and where it keeps its own state, as far as the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSettings {
    /// The address of the page and the API.
    pub listen: Option<SocketAddr>,
    /// The folder of Rowport's own state.
    pub data_dir: Option<PathBuf>,
    /// How background work is done.
    pub runs: RunnerSettings,
    /// How often something may be done.
    pub limits: LimitSettings,
    /// How many connections there may be.
    pub connections: Connections,
    /// Where the page is, as browsers see it.
    pub site: Site,
    /// The bucket of the artifacts; `None` for a folder beside the state.
    pub bucket: Option<BucketSettings>,
    /// Over which channels it is told that runs have ended.
    pub notify: NotifySettings,
    /// How long requests are still taken once the process has been asked to end.
    pub shutdown_delay: Option<Duration>,
    /// What it tells of itself.
    pub telemetry: TelemetrySettings,
}

const PORT: u16 = 7878;

/// An address that is not listened on.
#[derive(Debug)]
pub struct ListenError {
    /// What is wrong.
    message: String,
    /// What would be right.
    hint: String,
}

impl std::fmt::Display for ListenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.message, self.hint)
    }
}

impl std::error::Error for ListenError {}

/// Reads `127.0.0.1:7878`, `[::1]:7878`, `localhost:7878`, or a port alone, which is one of this machine alone. Port 0
/// takes any that is free.
pub fn parse_listen(text: &str) -> Result<SocketAddr, ListenError> {
    let shown = text.escape_debug();
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    if let Ok(port) = port.parse() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse::<SocketAddr>().map_err(|_| match text.strip_prefix(':').map(str::parse::<u16>) {
        Some(Ok(port)) => ListenError {
            message: format!("`{shown}` does not say which address"),
            hint: format!(
                "`127.0.0.1:{port}` for this machine, `0.0.0.0:{port}` for every network that it is in"
            ),
        },
        _ => ListenError {
            message: format!("`{shown}` is not an address with a port"),
            hint: format!("such as `127.0.0.1:{PORT}` or `[::1]:{PORT}`"),
        },
    })
}

pub(super) fn settings(
    listen: Option<Spanned<String>>,
    data_dir: Option<Spanned<String>>,
    checks: &mut Checks<'_>,
) -> ServerSettings {
    let listen = listen.and_then(|text| match parse_listen(text.get_ref()) {
        Ok(address) => Some(address),
        Err(error) => {
            checks.wrong(text.span(), error.message, error.hint);
            None
        }
    });
    let data_dir = data_dir.map(|folder| checks.beside(folder.get_ref()));
    ServerSettings { listen, data_dir, ..ServerSettings::default() }
}

/// The name that file names begin with.
pub(super) fn workspace(name: &Spanned<String>, checks: &mut Checks<'_>) -> Option<String> {
    let text = name.get_ref().trim();
    let fit =
        text.chars().count() <= 80 && !text.contains(['/', '\\']) && !text.chars().any(char::is_control);
    if !fit {
        let hint = "at most 80 characters, without `/`, `\\` and line breaks: it becomes part of file names";
        checks.wrong(name.span(), "this cannot begin the name of a file", hint);
        return None;
    }
    Some(text.to_owned())
}

/// Where the page is, as browsers see it.
pub(super) fn site(public_url: Option<Spanned<String>>, behind_proxy: bool, checks: &mut Checks<'_>) -> Site {
    let mut site = Site { behind_proxy, ..Site::default() };
    let Some(text) = public_url else { return site };
    let host = ["https://", "http://"].into_iter().find_map(|scheme| text.get_ref().strip_prefix(scheme));
    match host.map(|host| host.trim_end_matches('/')) {
        Some(host) if !host.is_empty() && !host.contains(['/', '@', '?', '#', ' ']) => {
            let port = host.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
            site.port = Some(port.unwrap_or(80));
            site.host = Some(host.to_owned());
            site.secure = text.get_ref().starts_with("https://");
        }
        _ => {
            let message = format!("`{}` is not where a page can be", text.get_ref().escape_debug());
            checks.wrong(text.span(), message, "such as `https://desk.example.org`, without a path");
        }
    }
    site
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port() {
        for text in [
            "127.0.0.1:7878",
            "127.1.2.3:0",
            "[::1]:7878",
            "localhost:80",
            "0.0.0.0:7878",
            "[::]:7878",
            "7878",
        ] {
            assert!(parse_listen(text).is_ok(), "{text}");
        }
        for text in ["localhost", "127.0.0.1", "desk.example.org:80", "", "127.0.0.1:99999", ":", "99999"] {
            assert!(parse_listen(text).is_err(), "{text}");
        }
        assert!(parse_listen("7878").unwrap().ip().is_loopback());
        let said = parse_listen(":7878").unwrap_err().to_string();
        assert!(said.contains("0.0.0.0:7878") && said.contains("127.0.0.1:7878"), "{said}");
    }
}
