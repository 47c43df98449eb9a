//! `[listen]`: where the gateway accepts connections.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::app::App;
use super::problem::Faults;

/// Where the gateway accepts connections.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// Addresses and ports of the public listener. Default: ["0.0.0.0:8443"].
    pub addr: Vec<SocketAddr>,
    /// Certificate and key. Absent: plain HTTP, allowed only for a loopback `app.public_url` or
    /// behind `trusted_proxies`. Default: absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Networks (CIDR) whose `X-Forwarded-*` headers count; empty means nobody's. Default: [].
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<IpNet>,
    /// Worker threads; 0 means one per core. Default: 0.
    pub threads: usize,
    /// Address of health and readiness; never the public listener's. The empty string
    /// turns them off. Default: "127.0.0.1:9901".
    #[serde(deserialize_with = "read_admin", serialize_with = "write_admin")]
    #[schemars(with = "String")]
    pub admin: Option<SocketAddr>,
}

/// The certificate of the public listener.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM file with the certificate chain. Required.
    pub cert: PathBuf,
    /// PEM file with the private key. Required.
    pub key: PathBuf,
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            addr: vec![SocketAddr::from(([0, 0, 0, 0], 8443))],
            tls: None,
            trusted_proxies: Vec::new(),
            threads: 0,
            admin: Some(SocketAddr::from(([127, 0, 0, 1], 9901))),
        }
    }
}

fn read_admin<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(from)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

fn write_admin<S: Serializer>(admin: &Option<SocketAddr>, to: S) -> Result<S::Ok, S::Error> {
    match admin {
        Some(address) => to.collect_str(address),
        None => to.serialize_str(""),
    }
}

impl Listen {
    pub(super) fn check(&self, app: &App, faults: &mut Faults) {
        if self.addr.is_empty() {
            faults.push("listen.addr", "at least one address", "");
        }
        if let Some(admin) = self.admin.filter(|admin| self.addr.contains(admin)) {
            faults.push(
                "listen.admin",
                "an address that is not in listen.addr",
                &format!("{admin} is public; health and readiness belong to a private address"),
            );
        }
        if let Some(tls) = &self.tls {
            for (key, path) in [("listen.tls.cert", &tls.cert), ("listen.tls.key", &tls.key)] {
                check_file(key, path, faults);
            }
        }
        self.check_plain_http(app, faults);
    }

    /// Over plain HTTP, whoever watches the network can take the session. It is allowed where
    /// there is no network, or where a proxy in front ends TLS.
    fn check_plain_http(&self, app: &App, faults: &mut Faults) {
        let url = &app.public_url;
        if self.tls.is_some() {
            if !url.is_https() {
                faults.push(
                    "app.public_url",
                    "an https:// origin, as listen.tls is set",
                    &format!("browsers would see https://{}", url.authority()),
                );
            }
            return;
        }
        if url.is_loopback() {
            return;
        }
        if !url.is_https() {
            faults.push(
                "app.public_url",
                "an https:// origin, unless the host is this machine (localhost, 127.0.0.1)",
                "set listen.tls, or end TLS at a proxy and name it in listen.trusted_proxies",
            );
        } else if self.trusted_proxies.is_empty() {
            faults.push(
                "listen.tls",
                "a certificate and a key, as app.public_url is https",
                "set listen.tls = { cert = \"cert.pem\", key = \"key.pem\" }, or name the proxy \
                 that ends TLS in listen.trusted_proxies",
            );
        }
    }
}

/// Adds a fault where the path is not a file.
pub(super) fn check_file(key: &str, path: &Path, faults: &mut Faults) {
    if !path.is_file() {
        faults.push(
            key,
            "a file that exists",
            "relative paths begin at the working directory",
        );
    }
}
