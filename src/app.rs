//! The composition root: a configuration becomes a running gateway.

pub mod administration;
mod guard;
mod hashing;
#[cfg(any(test, fuzzing))]
pub(crate) use guard::of as guard_of;
mod shutdown;
mod stores;
mod theme;
mod tls;
mod upstream;
pub mod users;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use pingora::listeners::tls::TlsSettings;
use pingora::proxy::ProxyServiceBuilder;
use pingora::server::Server;
use pingora::server::configuration::ServerConf;
use pingora::services::listening::Service;
use zeroize::Zeroizing;

use crate::admin::Admin;
use crate::config::{Config, Listen};
use crate::crypto::seal::Sealers;
use crate::crypto::token::Csrf;
use crate::domain::ids::UserId;
use crate::portal::{Portal, PortalSettings};
use crate::proxy::{Gateway, Origin};
use stores::Stores;

/// A gateway that is ready to listen.
pub struct App {
    listen: Listen,
    gateway: Gateway,
    /// Last, so that it is dropped last: everything above talks to the stores.
    stores: Stores,
}

impl App {
    /// Opens everything that the gateway needs.
    pub fn build(config: &Config) -> anyhow::Result<Self> {
        // Fails only where a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let stores = Stores::open(config)?;
        let guard = guard::of(config)?;
        let portal = PortalSettings {
            app_name: config.app.name.clone(),
            support_url: config.app.support_url.clone(),
            path: config.portal.path.clone(),
            security_page: config.portal.security_page.clone(),
            sign_in_page: guard.sign_in_page().to_owned(),
            password_page: config.app.password_page.clone(),
            origin: config.app.public_url.origin(),
            mfa_required: config.policy.mfa == crate::config::Mfa::Required,
            theme: theme::of(config)?,
        };
        let flows = stores.flows(config);
        let portal = Portal::new(portal, flows.clone(), Csrf::new(Arc::clone(&stores.keys)));
        let origin = Origin::new(upstream::of(config)?);
        let gateway = Gateway::new(
            guard,
            flows,
            portal,
            origin,
            Sealers::new(Arc::clone(&stores.keys)),
        );
        Ok(Self {
            listen: config.listen.clone(),
            gateway,
            stores,
        })
    }

    /// Everything that can be tried without listening or writing; what is worth a warning.
    pub fn rehearse(config: &Config) -> anyhow::Result<Vec<String>> {
        guard::of(config)?;
        upstream::of(config)?;
        tls::check(&config.listen)?;
        stores::rehearse(config)
    }

    /// Listens until the process is told to end.
    pub fn serve(self) -> anyhow::Result<()> {
        tls::check(&self.listen)?;
        let conf = ServerConf {
            threads: match self.listen.threads {
                0 => std::thread::available_parallelism().map_or(1, usize::from),
                threads => threads,
            },
            // A runtime for each thread: a request stays on the core that it came in on.
            work_stealing: false,
            grace_period_seconds: Some(shutdown::PATIENCE.as_secs()),
            graceful_shutdown_timeout_seconds: Some(1),
            ..ServerConf::default()
        };
        let mut server = Server::new_with_opt_and_conf(None, conf);
        server.bootstrap();
        let mut service = ProxyServiceBuilder::new(&server.configuration, self.gateway.clone())
            .name("stepgate")
            .build();
        for address in &self.listen.addr {
            // Pingora panics on an address that it cannot bind; a sentence is better.
            can_bind(*address)
                .with_context(|| format!("listen.addr: cannot listen on {address}"))?;
            match &self.listen.tls {
                None => service.add_tcp(&address.to_string()),
                Some(tls) => {
                    let (cert, key) = (
                        tls.cert.display().to_string(),
                        tls.key.display().to_string(),
                    );
                    let mut settings = TlsSettings::intermediate(&cert, &key)
                        .map_err(|error| anyhow::anyhow!("listen.tls: {error}"))?;
                    settings.enable_h2();
                    service.add_tls_with_settings(&address.to_string(), None, settings);
                }
            }
        }
        server.add_service(service);
        if let Some(address) = self.listen.admin {
            can_bind(address)
                .with_context(|| format!("listen.admin: cannot listen on {address}"))?;
            let database = self.stores.database.clone();
            let ping = move || -> std::pin::Pin<Box<dyn Future<Output = crate::stores::Stored<()>> + Send>> {
                let database = database.clone();
                Box::pin(async move { database.ping().await })
            };
            let mut admin = Service::new(
                "admin".to_owned(),
                Admin::new(Arc::new(ping), self.gateway.seen()),
            );
            admin.add_tcp(&address.to_string());
            server.add_service(admin);
        }
        shutdown::run(server, &self.gateway.in_flight())
    }

    /// Enrols an authenticator for a user who has none; the Base32 secret of the first one.
    pub fn enrol_for_demo(&self, user: &UserId, name: &str) -> anyhow::Result<Zeroizing<String>> {
        self.stores.enrol_for_demo(user, name)
    }
}

/// Whether an address is free. It is bound and not listened on: nobody can connect to a socket that
/// is about to be closed again.
fn can_bind(address: SocketAddr) -> std::io::Result<()> {
    let socket = match address {
        SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4(),
        SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)
}

/// A directory that only its owner may enter.
pub fn make_private_dir(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path);
    made.with_context(|| format!("cannot create the directory {}", path.display()))
}
