//! The identity a listener shows: certificate chain and key, TLS 1.2 and 1.3, HTTP/2 offered first.

use std::path::Path;
use std::sync::Arc;

use pingora_core::listeners::tls::Acceptor;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::TlsFiles;

/// Reads the files and prepares the acceptor.
///
/// # Errors
/// Which file cannot be used, and why.
pub(crate) fn acceptor(files: &TlsFiles) -> Result<Acceptor, String> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .map_err(|error| unusable(&files.certificate, &error))?;
    if chain.is_empty() {
        return Err(unusable(&files.certificate, &"it holds no certificate"));
    }
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable(&files.key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| unusable(&files.certificate, &error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Acceptor::from_server_config(Arc::new(config)))
}

/// What is wrong with each file of an identity, by its key: `certificate` or `key`.
pub(crate) fn problems(files: &TlsFiles) -> Vec<(&'static str, String)> {
    let chain: Result<Vec<CertificateDer<'static>>, _> =
        CertificateDer::pem_file_iter(&files.certificate).and_then(Iterator::collect);
    let chain = match chain {
        Ok(found) if found.is_empty() => {
            Some(unusable(&files.certificate, &"it holds no certificate"))
        }
        Ok(_) => None,
        Err(error) => Some(unusable(&files.certificate, &error)),
    };
    let key = PrivateKeyDer::from_pem_file(&files.key).err();
    let key = key.map(|error| unusable(&files.key, &error));
    let both = || acceptor(files).err();
    match (chain, key) {
        (None, None) => both().map(|why| ("certificate", why)).into_iter().collect(),
        (chain, key) => {
            let told = [chain.map(|why| ("certificate", why)), key.map(|why| ("key", why))];
            told.into_iter().flatten().collect()
        }
    }
}

fn unusable(file: &Path, why: &dyn std::fmt::Display) -> String {
    format!("{}: {why}", file.display())
}
