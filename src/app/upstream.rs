//! How the application is reached.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use anyhow::Context;
use pingora::lb::LoadBalancer;
use pingora::protocols::tls::CaType;
use pingora::utils::tls::WrappedX509;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::Config;
use crate::proxy::OriginSettings;

pub fn of(config: &Config) -> anyhow::Result<OriginSettings> {
    let upstream = &config.upstream;
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for server in &upstream.servers {
        let found = (server.host.as_str(), server.port).to_socket_addrs();
        let found = found.with_context(|| format!("upstream.servers: cannot resolve {server}"))?;
        addresses.extend(found.take(1));
    }
    let servers = LoadBalancer::try_from_iter(addresses).context("upstream.servers")?;
    let host = config.app.public_url.host();
    Ok(OriginSettings {
        servers: Arc::new(servers),
        tls: upstream.tls,
        server_name: upstream
            .server_name
            .clone()
            .unwrap_or_else(|| host.to_owned()),
        ca: upstream.ca.as_deref().map(certificates).transpose()?,
        connect_timeout: upstream.connect_timeout.get(),
        timeout: upstream.timeout.get(),
    })
}

fn certificates(path: &std::path::Path) -> anyhow::Result<Arc<CaType>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = read.with_context(|| {
        format!(
            "upstream.ca: cannot read certificates from {}",
            path.display()
        )
    })?;
    anyhow::ensure!(
        !certificates.is_empty(),
        "upstream.ca: {} holds no certificate",
        path.display()
    );
    let wrapped: Vec<WrappedX509> = certificates
        .iter()
        .map(|der| WrappedX509::new(der.to_vec(), pingora::utils::tls::parse_x509))
        .collect();
    Ok(wrapped.into())
}
