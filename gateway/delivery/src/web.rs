//! Requests to servers: bounded in bytes and time, without redirects, over TLS unless the server is this machine.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};
use ureq::{Agent, Body, http};
use url::{Host, Url};

use crate::mirror::Files;
use crate::{Access, Fault};

/// A client for one source.
#[derive(Debug)]
pub(crate) struct Client {
    agent: Agent,
}

/// What a server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) tag: Option<String>,
    /// The header `WWW-Authenticate`.
    pub(crate) challenge: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// A client with these certificate authorities, or the public ones, and this deadline for each request.
    ///
    /// Proxies are taken from the environment (`HTTPS_PROXY`, `NO_PROXY`), as for telemetry.
    pub(crate) fn new(access: &Access) -> Result<Self, String> {
        let roots = match &access.authorities {
            Some(pem) => RootCerts::from(certificates(pem)?),
            None => RootCerts::WebPki,
        };
        let config = Agent::config_builder()
            .timeout_global(Some(access.deadline))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(16 << 10)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build();
        Ok(Self { agent: config.new_agent() })
    }

    /// Gets an address; a body of more than `most` bytes is an error, whatever its status. `what` is how it is called in messages.
    pub(crate) fn get(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        most: usize,
        what: &str,
    ) -> Result<Answer, Fault> {
        let host = url.host_str().unwrap_or("?");
        let mut request = self.agent.get(url.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let told = |error| fault(&error, host, what, most);
        let response = request.call().map_err(told)?;
        let status = response.status().as_u16();
        if (300..400).contains(&status) && status != 304 {
            let mend = "redirects are not followed; name the final address";
            return Err(Fault::new(
                "redirected",
                format!("{host}: redirects {what} elsewhere; {mend}"),
            ));
        }
        let header = |name| {
            let value: Option<&http::HeaderValue> = response.headers().get(name);
            value.and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let (tag, challenge) = (header("etag"), header("www-authenticate"));
        let stated = header("content-length").and_then(|length| length.parse::<u64>().ok());
        if stated.is_some_and(|length| length > most as u64) {
            return Err(too_large(host, what, most));
        }
        let body = read(response, most).map_err(told)?;
        Ok(Answer { status, tag, challenge, body })
    }
}

/// The library counts what it hands out, and says that it is too large when the limit is passed.
fn read(response: http::Response<Body>, most: usize) -> Result<Vec<u8>, ureq::Error> {
    response.into_body().into_with_config().limit(most as u64 + 1).read_to_vec()
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let wrong = || "holds no certificate in PEM form".to_owned();
    let mut found = Vec::new();
    for item in ureq::tls::parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| wrong())? {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err(wrong()) } else { Ok(found) }
}

fn too_large(host: &str, what: &str, most: usize) -> Fault {
    Fault::new(
        "too-large",
        format!("{host}: {what} has more than {most} bytes; nothing of it was taken"),
    )
}

/// What went wrong, without anything that the server said.
fn fault(error: &ureq::Error, host: &str, what: &str, most: usize) -> Fault {
    match error {
        ureq::Error::BodyExceedsLimit(_) => too_large(host, what, most),
        ureq::Error::Timeout(_) => {
            let mend = "see policy.bundle.deadline";
            Fault::new("slow", format!("{host}: {what} did not come whole in time; {mend}"))
        }
        ureq::Error::Io(error) => {
            Fault::new("unreachable", format!("{host}: {what} cannot be had ({error})"))
        }
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => {
            let mend = "its certificate or TLS was not accepted; see policy.bundle.ca_file";
            Fault::new("unreachable", format!("{host}: {what} cannot be had: {mend}"))
        }
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => Fault::new(
            "unreachable",
            format!("{host}: does not answer; check the address and the network"),
        ),
        _ => Fault::new(
            "unreachable",
            format!(
                "{host}: {what} cannot be had: the answer is not one of HTTP, or the proxy refused"
            ),
        ),
    }
}

/// A status other than 200 and 404, told.
pub(crate) fn status(status: u16, host: &str, what: &str) -> Fault {
    let mend = match status {
        401 | 403 => "; see policy.bundle.credentials",
        _ => "",
    };
    Fault::new("status", format!("{host}: answers {status} for {what}{mend}"))
}

/// An address that may be asked: TLS, or this machine; without credentials, query and fragment.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    let url =
        Url::parse(text).map_err(|_| "is not an address such as https://mirror.example/policy/")?;
    let here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "holds credentials; put them into a file and name it in policy.bundle.credentials"
                .to_owned(),
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a query or a fragment; name the folder alone".to_owned());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if here => Ok(url),
        _ => Err("must begin with https:// (http:// only for this machine itself)".to_owned()),
    }
}

/// The header for a name and a secret, `NAME:SECRET`.
pub(crate) fn basic(credentials: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(credentials))
}

/// A folder on a web server.
#[derive(Debug)]
pub(crate) struct Web {
    client: Client,
    base: Url,
    authorization: Option<String>,
}

impl Web {
    pub(crate) fn new(text: &str, access: &Access) -> Result<Self, String> {
        let mut base = address(text)?;
        if !base.path().ends_with('/') {
            let path = format!("{}/", base.path());
            base.set_path(&path);
        }
        let authorization = access.credentials.as_deref().map(basic);
        Ok(Self { client: Client::new(access)?, base, authorization })
    }

    fn url(&self, name: &str) -> Result<Url, Fault> {
        // Names are of letters, digits, dots and hyphens: see `mirror`.
        self.base
            .join(name)
            .map_err(|_| Fault::new("form", "a name cannot be put into the address"))
    }

    /// A file, unless it still has this tag: then an answer with status 304.
    pub(crate) fn ask(&self, name: &str, tag: Option<&str>, most: usize) -> Result<Answer, Fault> {
        let mut headers = Vec::new();
        headers.extend(self.authorization.as_deref().map(|value| ("authorization", value)));
        headers.extend(tag.map(|tag| ("if-none-match", tag)));
        found(self.client.get(&self.url(name)?, &headers, most, name)?, &self.base, name)
    }
}

/// An answer that says that something is there, is not there, or has not changed.
pub(crate) fn found(answer: Answer, base: &Url, name: &str) -> Result<Answer, Fault> {
    match answer.status {
        200 | 304 | 404 => Ok(answer),
        other => Err(status(other, base.host_str().unwrap_or("?"), name)),
    }
}

impl Files for Web {
    fn get(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Fault> {
        let answer = self.ask(name, None, most)?;
        Ok((answer.status == 200).then_some(answer.body))
    }
}

/// How long one request may take where nothing else is said.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);
