//! The gateway's own certificate, looked at before Pingora does: a bad one makes it panic while the
//! process lives on without a listener.

use anyhow::Context;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::Listen;

/// Certificate and key can be read and belong together.
pub fn check(listen: &Listen) -> anyhow::Result<()> {
    let Some(tls) = &listen.tls else {
        return Ok(());
    };
    let (cert, key) = (tls.cert.display(), tls.key.display());
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(&tls.cert).and_then(Iterator::collect);
    let chain =
        chain.with_context(|| format!("listen.tls.cert: {cert} is no PEM file of certificates"))?;
    anyhow::ensure!(
        !chain.is_empty(),
        "listen.tls.cert: {cert} holds no certificate"
    );
    let private = PrivateKeyDer::from_pem_file(&tls.key)
        .with_context(|| format!("listen.tls.key: {key} holds no private key in PEM"))?;
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("listen.tls")?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map(|_| ())
        .with_context(|| format!("listen.tls: {cert} and {key} do not belong together"))
}
