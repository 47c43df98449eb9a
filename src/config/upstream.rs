//! `[upstream]`: the application behind the gateway.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::listen::check_file;
use super::period::Period;
use super::problem::Faults;

/// The application behind the gateway.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// The application's servers, each as "host:port". Required.
    pub servers: Vec<HostPort>,
    /// Whether they speak TLS. Default: false.
    #[serde(default)]
    pub tls: bool,
    /// PEM file with the authorities that their certificates are checked against. Default: the
    /// system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// The name in their certificates (SNI). Default: the host of `app.public_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Longest wait for a response's head, and between two parts of its body. Default: "30s".
    #[serde(default = "timeout")]
    pub timeout: Period,
    /// Longest wait for a connection. Default: "5s".
    #[serde(default = "connect_timeout")]
    pub connect_timeout: Period,
}

fn timeout() -> Period {
    Period::seconds(30)
}

fn connect_timeout() -> Period {
    Period::seconds(5)
}

impl Upstream {
    pub(super) fn check(&self, faults: &mut Faults) {
        if self.servers.is_empty() {
            faults.push("upstream.servers", "at least one \"host:port\"", "");
        }
        faults.positive("upstream.timeout", self.timeout);
        faults.positive("upstream.connect_timeout", self.connect_timeout);
        if let Some(ca) = &self.ca {
            check_file("upstream.ca", ca, faults);
        }
        let unused = [
            ("upstream.ca", self.ca.is_some()),
            ("upstream.server_name", self.server_name.is_some()),
        ];
        for (key, set) in unused {
            if set && !self.tls {
                faults.push(
                    key,
                    "no such key while upstream.tls is false",
                    "set upstream.tls = true, or remove the key",
                );
            }
        }
    }
}

/// A server's host (a name or an address; IPv6 in brackets) and port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct HostPort {
    /// A name or an address, without the brackets of IPv6.
    pub host: String,
    /// The port, never 0.
    pub port: u16,
}

const EXPECTED: &str = "a server as \"host:port\", such as \"127.0.0.1:8000\"";

impl FromStr for HostPort {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (host, port) = text.rsplit_once(':').ok_or(EXPECTED)?;
        let port: u16 = port.parse().map_err(|_| EXPECTED)?;
        let host = match host.strip_prefix('[') {
            Some(inside) => {
                let address = inside.strip_suffix(']').ok_or(EXPECTED)?;
                address
                    .parse::<std::net::Ipv6Addr>()
                    .map_err(|_| EXPECTED)?;
                address
            }
            None => host,
        };
        let bracketed = text.starts_with('[');
        let named = host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        if host.is_empty() || port == 0 || !(bracketed || named) {
            return Err(EXPECTED);
        }
        Ok(Self {
            host: host.into(),
            port,
        })
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(out, "[{}]:{}", self.host, self.port)
        } else {
            write!(out, "{}:{}", self.host, self.port)
        }
    }
}

impl TryFrom<String> for HostPort {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<HostPort> for String {
    fn from(server: HostPort) -> Self {
        server.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_hosts_with_ports() {
        for text in [
            "127.0.0.1:8000",
            "app:80",
            "my-app.internal:8443",
            "[::1]:8000",
        ] {
            assert_eq!(text.parse::<HostPort>().unwrap().to_string(), text);
        }
        for text in [
            "app",
            "app:",
            ":80",
            "app:0",
            "app:99999",
            "::1:80",
            "http://app:80",
            "app:80/x",
        ] {
            assert!(text.parse::<HostPort>().is_err(), "{text}");
        }
    }
}
