//! A stock pingora pass-through: the baseline that Seawall's own engine is compared with.
//!
//! `pingora_pass LISTEN UPSTREAM` forwards every request to one address over plain HTTP/1.1 with pingora's own body path,
//! one worker thread and default settings. It inspects nothing.

use std::env;
use std::net::SocketAddr;
use std::process::ExitCode;

use async_trait::async_trait;
use pingora_core::server::Server;
use pingora_core::server::configuration::ServerConf;
use pingora_core::upstreams::peer::HttpPeer;
use pingora_error::Result;
use pingora_proxy::{ProxyHttp, Session, http_proxy_service};

/// Forwards to one address.
struct Pass {
    upstream: SocketAddr,
}

#[async_trait]
impl ProxyHttp for Pass {
    type CTX = ();

    fn new_ctx(&self) -> Self::CTX {}

    async fn upstream_peer(&self, _: &mut Session, (): &mut Self::CTX) -> Result<Box<HttpPeer>> {
        Ok(Box::new(HttpPeer::new(self.upstream, false, String::new())))
    }
}

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let (Some(listen), Some(Ok(upstream))) =
        (arguments.next(), arguments.next().map(|text| text.parse()))
    else {
        return ExitCode::from(2);
    };
    let conf = ServerConf { threads: 1, ..ServerConf::default() };
    let mut server = Server::new_with_opt_and_conf(None, conf);
    server.bootstrap();
    let mut service = http_proxy_service(&server.configuration, Pass { upstream });
    service.add_tcp(&listen);
    server.add_service(service);
    server.run_forever()
}
