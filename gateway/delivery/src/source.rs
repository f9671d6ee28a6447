//! Where bundles are fetched from: one of four kinds, told apart by how the address begins.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bundle::Root;

use crate::folder::Folder;
use crate::mirror::{self, Files, LATEST, MAX_LATEST};
use crate::oci::Oci;
use crate::s3::S3;
use crate::web::{Answer, DEADLINE, Web};
use crate::{Delivery, Fault};

/// How a source is reached. `Debug` shows nothing of the credentials.
#[derive(Clone)]
pub struct Access {
    /// Certificate authorities in PEM form; none: the public ones.
    pub authorities: Option<Vec<u8>>,
    /// `NAME:SECRET`: of a web server or registry the user and password, of S3 the access key and its secret.
    pub credentials: Option<String>,
    /// Of S3 the address of its API.
    pub endpoint: Option<String>,
    /// The region of S3; none: `us-east-1`, which stores of one region take.
    pub region: Option<String>,
    /// How long one request may take, with its body.
    pub deadline: Duration,
}

impl Default for Access {
    fn default() -> Self {
        let (authorities, credentials, endpoint, region) = (None, None, None, None);
        Self { authorities, credentials, endpoint, region, deadline: DEADLINE }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Access(..)")
    }
}

/// A place that bundles are fetched from.
pub struct Source {
    kind: Kind,
}

enum Kind {
    Folder(PathBuf),
    Web(Web),
    S3(S3),
    Registry(Oci),
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Names the policy, and whose signatures are looked for.
    pub root: &'a Root,
    /// The tag under which the source gave what is installed; none: all is fetched.
    pub known: Option<&'a str>,
    /// The time in seconds since 1970-01-01 UTC: requests to S3 carry it.
    pub now: i64,
}

/// What a source gave.
#[derive(Debug)]
pub enum Fetched {
    /// It has what is known already.
    Same,
    /// A bundle, and the tag under which the source knows it, if it has tags.
    Delivery(Box<Delivery>, Option<String>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            Kind::Folder(_) => "folder",
            Kind::Web(_) => "web",
            Kind::S3(_) => "s3",
            Kind::Registry(_) => "registry",
        };
        write!(f, "Source({kind})")
    }
}

impl Source {
    /// Reads an address: `https://…/`, `s3://BUCKET/FOLDER`, `oci://REGISTRY/REPOSITORY:TAG` or the path of a folder.
    /// `http://` and `oci+http://` are for servers on this machine itself.
    ///
    /// # Errors
    /// What is wrong with it, to stand behind the name of the key.
    pub fn new(from: &str, access: &Access) -> Result<Self, String> {
        let kind = match from.split_once("://") {
            Some(("s3", rest)) => Kind::S3(S3::new(rest, access)?),
            Some(("oci", rest)) => Kind::Registry(Oci::new("https", rest, access)?),
            Some(("oci+http", rest)) => Kind::Registry(Oci::new("http", rest, access)?),
            Some(_) => Kind::Web(Web::new(from, access)?),
            None => Kind::Folder(PathBuf::from(from)),
        };
        Ok(Self { kind })
    }

    /// Fetches the newest bundle, unless it is known. Blocks for as long as the deadlines allow: one for each request.
    ///
    /// # Errors
    /// Why there is none.
    pub fn fetch(&self, wanted: Wanted<'_>) -> Result<Fetched, Fault> {
        let Wanted { root, known, now } = wanted;
        match &self.kind {
            Kind::Folder(path) => {
                let folder = Folder(path);
                let name = folder.newest(root)?;
                Ok(Fetched::Delivery(Box::new(mirror::collect(&folder, &name, root)?), None))
            }
            Kind::Web(web) => of_mirror(web, web.ask(LATEST, known, MAX_LATEST)?, root),
            Kind::S3(s3) => {
                let s3 = s3.at(now);
                of_mirror(&s3, s3.ask(LATEST, known, MAX_LATEST)?, root)
            }
            Kind::Registry(oci) => Ok(match oci.fetch(root, known)? {
                Some((delivery, tag)) => Fetched::Delivery(Box::new(delivery), Some(tag)),
                None => Fetched::Same,
            }),
        }
    }
}

/// What the answer to `latest` leads to.
fn of_mirror(files: &impl Files, latest: Answer, root: &Root) -> Result<Fetched, Fault> {
    match latest.status {
        304 => return Ok(Fetched::Same),
        200 => {}
        _ => {
            let message =
                format!("there is no `{LATEST}`; it is one line, the name of the newest bundle");
            return Err(Fault::new("absent", message));
        }
    }
    let name = mirror::named_in(&latest.body, root)?;
    let delivery = mirror::collect(files, &name, root)?;
    Ok(Fetched::Delivery(Box::new(delivery), latest.tag))
}
