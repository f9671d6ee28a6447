//! Tells people and scripts where the node listens, once it does.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use proxy::Background;
use tokio::net::TcpStream;

use crate::cli::config::Config;

/// How often an address is tried.
const EVERY: Duration = Duration::from_millis(20);

/// Prints one line a listener and then `ready`, when all of them accept connections.
pub(super) fn when_ready(config: &Config) -> Background {
    let mut places: Vec<(String, SocketAddr)> =
        config.listeners.iter().map(|listener| (listener.name.clone(), listener.address)).collect();
    places.push(("admin".to_owned(), config.admin.address));
    Background::new("announce", move |mut shutdown| async move {
        let all = async {
            for (_, address) in &places {
                while TcpStream::connect(reachable(*address)).await.is_err() {
                    tokio::time::sleep(EVERY).await;
                }
            }
        };
        tokio::select! {
            _ = shutdown.changed() => {}
            // Nobody may be reading; the gateway serves all the same.
            () = all => drop(print(&places)),
        }
    })
}

/// An address that listens everywhere is reached here.
fn reachable(address: SocketAddr) -> SocketAddr {
    let here = match address.ip() {
        IpAddr::V4(v4) if v4.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(v6) if v6.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        other => other,
    };
    SocketAddr::new(here, address.port())
}

fn print(places: &[(String, SocketAddr)]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (name, address) in places {
        writeln!(out, "listening {name} {address}")?;
    }
    writeln!(out, "ready")?;
    out.flush()
}
