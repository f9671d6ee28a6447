//! By which names the listener may be addressed.

use std::net::IpAddr;

/// The names beside addresses and `localhost`, which are always allowed: another site cannot take those.
pub(crate) struct Hosts(Vec<String>);

impl Hosts {
    pub(crate) fn new(names: Vec<String>) -> Self {
        Self(names)
    }

    /// Whether a Host header or the authority of a target names this listener.
    pub(crate) fn allow(&self, host: &str) -> bool {
        if let Some(address) = host.strip_prefix('[') {
            let address = address.split_once(']').map_or("", |(address, _)| address);
            return address.parse::<IpAddr>().is_ok();
        }
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        name.parse::<IpAddr>().is_ok()
            || name.eq_ignore_ascii_case("localhost")
            || self.0.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_known_names_only() {
        let hosts = Hosts::new(vec!["Seawall.Agency.example".to_owned()]);
        let check = |host: &str, expect: bool| assert_eq!(hosts.allow(host), expect, "{host}");
        for host in ["127.0.0.1:9797", "10.0.0.5", "[::1]:9797", "[::1]", "localhost:9797"] {
            check(host, true);
        }
        check("seawall.agency.example:9797", true);
        for host in [
            "evil.example",
            "evil.example:9797",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "",
            "[x]",
            "x@127.0.0.1",
        ] {
            check(host, false);
        }
    }
}
