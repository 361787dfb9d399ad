use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use rowport_engine::runs::RunnerSettings;
use toml::Spanned;

use super::Checks;

/// Where Rowport listens, and where it keeps its own state, as far as the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSettings {
    /// A loopback address.
    pub listen: Option<SocketAddr>,
    /// The folder of Rowport's own state.
    pub data_dir: Option<PathBuf>,
    /// How background work is done.
    pub runs: RunnerSettings,
}

const PORT: u16 = 7878;

/// An address that is not listened on.
#[derive(Debug)]
struct ListenError {
    /// What is wrong.
    message: String,
    /// What would be right.
    hint: String,
}

/// Reads `127.0.0.1:7878`, `[::1]:7878` or `localhost:7878`. Port 0 takes any that is free.
///
/// Addresses that other machines reach are refused: there are no accounts yet, so whoever reaches Rowport may read
/// everything.
fn parse_listen(text: &str) -> Result<SocketAddr, ListenError> {
    let shown = text.escape_debug();
    let port = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
    let address = match port {
        Some(port) => SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        None => text.parse::<SocketAddr>().map_err(|_| ListenError {
            message: format!("`{shown}` is not an address with a port"),
            hint: format!("such as `127.0.0.1:{PORT}` or `[::1]:{PORT}`"),
        })?,
    };
    if !address.ip().is_loopback() {
        return Err(ListenError {
            message: format!("`{shown}` can be reached by other machines"),
            hint: format!(
                "until there are accounts, Rowport listens on this machine only: `127.0.0.1:{}`",
                address.port()
            ),
        });
    }
    Ok(address)
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
    ServerSettings { listen, data_dir, runs: RunnerSettings::default() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_listened_on() {
        for text in ["127.0.0.1:7878", "127.1.2.3:0", "[::1]:7878", "localhost:80"] {
            assert!(parse_listen(text).is_ok(), "{text}");
        }
        for text in [
            "0.0.0.0:7878",
            "[::]:7878",
            "192.168.0.1:7878",
            "[::ffff:127.0.0.1]:7878",
            "8.8.8.8:53",
            "localhost",
        ] {
            assert!(parse_listen(text).is_err(), "{text}");
        }
    }
}
