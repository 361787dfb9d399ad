use std::net::IpAddr;

use rowport_store::{Actor, User};

use super::principals::user_id;

/// Where a request comes from.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    /// The network address.
    pub address: Option<String>,
    /// What the browser or the program calls itself.
    pub agent: Option<String>,
    /// The request's id.
    pub request: Option<String>,
}

impl Visitor {
    /// An actor who has not signed in, at that address.
    pub fn nobody(&self) -> Actor {
        Actor { request: self.request.clone(), ..Actor::nobody(self.address.clone()) }
    }

    /// This person, from there.
    pub(super) fn user(&self, user: &User) -> Actor {
        Actor {
            principal: user_id(user),
            name: user.name.clone(),
            tenant: user.tenant.clone(),
            ..self.nobody()
        }
    }

    /// What one customer of a provider has: an IPv4 address, or 64 bits of an IPv6 address, of which they have all.
    pub(super) fn network(&self) -> Option<String> {
        let address = self.address.as_deref()?;
        Some(match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Ok(IpAddr::V4(address)) => address.to_string(),
            Err(_) => address.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_a_network_of_ipv6_has_one_address_here() {
        let network =
            |address: &str| Visitor { address: Some(address.to_owned()), ..Visitor::default() }.network();
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.7"), network("192.0.2.7"));
        assert_ne!(network("192.0.2.8"), network("192.0.2.7"));
    }
}
