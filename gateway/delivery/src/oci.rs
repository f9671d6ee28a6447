//! A registry of containers as source (OCI Distribution 1.1): a manifest under a tag, whose layers are the files of a mirror.
//!
//! Each layer bears the name of its file (`org.opencontainers.image.title`, as `oras push` writes it). The digests of the registry find
//! the files; whether they are a policy is, as everywhere, a question of their signatures.

use std::collections::BTreeMap;

use bundle::{Digest, MAX_BUNDLE, MAX_SIGNATURE, MAX_SIGNATURES, Root};
use serde::Deserialize;
use url::Url;

use crate::mirror::{is_signature_of, version_in};
use crate::web::{Answer, Client, address, basic, status};
use crate::{Access, Delivery, Fault, REQUIRED_FILE, SignedFile};

/// The largest manifest and the largest answer of a token service. Bytes.
const MAX_MANIFEST: usize = 1 << 20;

/// The most layers that a manifest may have: two files, each with all its signatures, and some beside them.
const MAX_LAYERS: usize = 200;

/// The type of a manifest.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// The annotation with the name of a layer's file.
const TITLE: &str = "org.opencontainers.image.title";

/// A tag of a repository.
#[derive(Debug)]
pub(crate) struct Oci {
    client: Client,
    base: Url,
    repository: String,
    tag: String,
    credentials: Option<String>,
}

/// A manifest; other fields do not matter here.
#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "schemaVersion")]
    version: u64,
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
struct Layer {
    digest: String,
    size: u64,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// What a token service gives.
#[derive(Deserialize)]
struct Token {
    #[serde(alias = "access_token")]
    token: String,
}

impl Oci {
    /// From the part of `oci://REGISTRY/REPOSITORY:TAG` behind the scheme, and the scheme to use.
    pub(crate) fn new(scheme: &str, rest: &str, access: &Access) -> Result<Self, String> {
        let wrong = "names no tag; expected oci://REGISTRY/REPOSITORY:TAG";
        let (registry, path) = rest.split_once('/').ok_or(wrong)?;
        let (repository, tag) = path.rsplit_once(':').ok_or(wrong)?;
        let plain = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b))
        };
        if !plain(repository) || !plain(tag) || tag.contains('/') || repository.contains("..") {
            return Err(wrong.to_owned());
        }
        let base = address(&format!("{scheme}://{registry}/"))?;
        Ok(Self {
            client: Client::new(access)?,
            base,
            repository: repository.to_owned(),
            tag: tag.to_owned(),
            credentials: access.credentials.clone(),
        })
    }

    /// The bundle under the tag and the digest of its manifest; `None` if that digest is the one known.
    pub(crate) fn fetch(
        &self,
        root: &Root,
        known: Option<&str>,
    ) -> Result<Option<(Delivery, String)>, Fault> {
        let path = format!("manifests/{}", self.tag);
        let (bytes, authorization) = self.manifest(&path)?;
        let digest = Digest::of(&bytes).to_string();
        if known == Some(digest.as_str()) {
            return Ok(None);
        }
        let pull = Pull { oci: self, authorization };
        let delivery = pull.delivery(&manifest(&bytes)?, root)?;
        Ok(Some((delivery, digest)))
    }

    /// The manifest, and what opened the repository.
    fn manifest(&self, path: &str) -> Result<(Vec<u8>, Option<String>), Fault> {
        let first = self.ask(path, None, MAX_MANIFEST)?;
        if first.status != 401 {
            return Ok((self.present(first, "the manifest")?, None));
        }
        let authorization = self.authorize(first.challenge.as_deref().unwrap_or_default())?;
        let second = self.ask(path, Some(&authorization), MAX_MANIFEST)?;
        Ok((self.present(second, "the manifest")?, Some(authorization)))
    }

    fn ask(&self, path: &str, authorization: Option<&str>, most: usize) -> Result<Answer, Fault> {
        let path = format!("v2/{}/{path}", self.repository);
        let url = self.base.join(&path);
        let url = url.map_err(|_| Fault::new("form", "the repository has no address"))?;
        let mut headers = vec![("accept", MANIFEST)];
        headers.extend(authorization.map(|value| ("authorization", value)));
        self.client.get(&url, &headers, most, "what belongs to the tag")
    }

    fn present(&self, answer: Answer, what: &str) -> Result<Vec<u8>, Fault> {
        match answer.status {
            200 => Ok(answer.body),
            other => Err(status(other, self.host(), what)),
        }
    }

    fn host(&self) -> &str {
        self.base.host_str().unwrap_or("?")
    }

    /// What opens the repository, after a challenge (RFC 9110 §11.6.1, and the token specification of the registries).
    fn authorize(&self, challenge: &str) -> Result<String, Fault> {
        let (scheme, rest) = challenge.split_once(' ').unwrap_or((challenge, ""));
        let own = self.credentials.as_deref().map(basic);
        if scheme.eq_ignore_ascii_case("basic") {
            return own.ok_or_else(|| status(401, self.host(), "the manifest"));
        }
        let service = self.token_service(rest)?;
        // A registry that is lied to about names where to send the password would get it.
        let is_own = service.origin() == self.base.origin();
        if own.is_some() && !is_own {
            let message = format!(
                "{}: sends callers elsewhere for a token, and credentials go to the registry only",
                self.host()
            );
            return Err(Fault::new("redirected", message));
        }
        let headers: Vec<_> = own.iter().map(|value| ("authorization", value.as_str())).collect();
        let answer = self.client.get(&service, &headers, MAX_MANIFEST, "the token")?;
        let bytes = self.present(answer, "the token")?;
        let token: Token = serde_json::from_slice(&bytes)
            .map_err(|_| Fault::new("form", format!("{}: its token is not one", self.host())))?;
        if !token.token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Fault::new("form", format!("{}: its token is not one", self.host())));
        }
        Ok(format!("Bearer {}", token.token))
    }

    /// The address of the token service, with what it is asked for.
    fn token_service(&self, parameters: &str) -> Result<Url, Fault> {
        let wrong = || {
            Fault::new(
                "form",
                format!("{}: asks for a token in a way that is not understood", self.host()),
            )
        };
        let value = |name: &str| {
            let start = parameters.find(&format!("{name}=\""))? + name.len() + 2;
            let rest = parameters.get(start..)?;
            rest.split('"').next()
        };
        let mut url = address(value("realm").ok_or_else(wrong)?).map_err(|_| wrong())?;
        let scope = format!("repository:{}:pull", self.repository);
        let mut query = url.query_pairs_mut();
        if let Some(service) = value("service") {
            query.append_pair("service", service);
        }
        query.append_pair("scope", &scope);
        drop(query);
        Ok(url)
    }
}

fn manifest(bytes: &[u8]) -> Result<Manifest, Fault> {
    let wrong = || {
        Fault::new(
            "form",
            "the manifest of the tag is not an image manifest of OCI with at most 200 layers",
        )
    };
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|_| wrong())?;
    let fits = manifest.version == 2 && manifest.layers.len() <= MAX_LAYERS;
    if fits { Ok(manifest) } else { Err(wrong()) }
}

/// One pull: what opened the repository opens its layers, too.
struct Pull<'o> {
    oci: &'o Oci,
    authorization: Option<String>,
}

impl Pull<'_> {
    fn delivery(&self, manifest: &Manifest, root: &Root) -> Result<Delivery, Fault> {
        let name = |layer: &'_ Layer| layer.annotations.get(TITLE).cloned().unwrap_or_default();
        let mut bundles = manifest.layers.iter().filter(|l| version_in(&name(l), root).is_some());
        let (Some(layer), None) = (bundles.next(), bundles.next()) else {
            let message = format!("the tag does not hold exactly one bundle of `{}`", root.name());
            return Err(Fault::new("absent", message));
        };
        let bundle = self.signed(manifest, layer, &name(layer), MAX_BUNDLE)?;
        let statement = manifest.layers.iter().find(|layer| name(layer) == REQUIRED_FILE);
        let required =
            statement.map(|l| self.signed(manifest, l, REQUIRED_FILE, MAX_MANIFEST)).transpose()?;
        Ok(Delivery { bundle, required })
    }

    fn signed(
        &self,
        manifest: &Manifest,
        layer: &Layer,
        name: &str,
        most: usize,
    ) -> Result<SignedFile, Fault> {
        let bytes = self.blob(layer, most)?;
        let title = |layer: &Layer| layer.annotations.get(TITLE).cloned().unwrap_or_default();
        let beside = manifest.layers.iter().filter(|layer| is_signature_of(&title(layer), name));
        let signatures = beside.take(MAX_SIGNATURES).map(|layer| self.blob(layer, MAX_SIGNATURE));
        Ok(SignedFile { bytes, signatures: signatures.collect::<Result<_, _>>()? })
    }

    /// A layer: not asked for if it says that it is too large, and not taken if it is not what its digest says.
    fn blob(&self, layer: &Layer, most: usize) -> Result<Vec<u8>, Fault> {
        let host = self.oci.host();
        let digest = layer.digest.strip_prefix("sha256:").and_then(Digest::parse);
        let digest = digest.ok_or_else(|| {
            Fault::new("form", format!("{host}: names a layer otherwise than by its SHA-256"))
        })?;
        if layer.size > most as u64 {
            let message =
                format!("{host}: a layer has more than {most} bytes; nothing of it was taken");
            return Err(Fault::new("too-large", message));
        }
        let path = format!("blobs/sha256:{digest}");
        let answer = self.oci.ask(&path, self.authorization.as_deref(), most)?;
        let bytes = self.oci.present(answer, "a layer")?;
        if Digest::of(&bytes) != digest {
            let message = format!("{host}: a layer is not what its digest says");
            return Err(Fault::new("form", message));
        }
        Ok(bytes)
    }
}
