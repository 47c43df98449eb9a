//! The one origin under which browsers see the application.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An origin: scheme, host and port, without a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct PublicUrl {
    /// Whether browsers use HTTPS.
    https: bool,
    /// In lower case; an IPv6 address in brackets.
    host: String,
    /// `None` where it is the scheme's own.
    port: Option<u16>,
}

const EXPECTED: &str = "an origin such as https://crm.example.com, without a path";

impl PublicUrl {
    /// The origin as browsers write it (`https://crm.example.com`), without a default port.
    pub fn origin(&self) -> String {
        self.to_string()
    }

    /// The host, in lower case, without a port; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port that browsers connect to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.https { 443 } else { 80 })
    }

    /// Host and, unless it is the scheme's own, port: what browsers send as `Host`.
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Whether browsers use HTTPS.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether only this machine can be meant, which browsers trust without HTTPS.
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_matches(['[', ']']);
        let address = bare.parse::<IpAddr>();
        self.host == "localhost"
            || self.host.ends_with(".localhost")
            || address.is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text.split_once("://").ok_or(EXPECTED)?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(EXPECTED),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        // `http::uri` knows the grammar of an authority; user names have no place in an origin.
        let parsed: http::uri::Authority = authority.parse().map_err(|_| EXPECTED)?;
        if authority.contains(['@', '/', '?', '#']) || parsed.host().is_empty() {
            return Err(EXPECTED);
        }
        let host = parsed.host().to_ascii_lowercase();
        if let Some(inside) = host.strip_prefix('[') {
            let address = inside.strip_suffix(']').ok_or(EXPECTED)?;
            address.parse::<Ipv6Addr>().map_err(|_| EXPECTED)?;
        }
        if authority.len() != host.len() && parsed.port_u16().is_none_or(|port| port == 0) {
            return Err(EXPECTED);
        }
        let own = if https { 443 } else { 80 };
        Ok(Self {
            https,
            host,
            port: parsed.port_u16().filter(|port| *port != own),
        })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(out, "{scheme}://{}", self.authority())
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> Self {
        url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_kept_as_browsers_write_it() {
        for (text, origin, port) in [
            ("https://crm.example.com", "https://crm.example.com", 443),
            (
                "HTTPS://CRM.example.com:443/",
                "https://crm.example.com",
                443,
            ),
            ("http://localhost:8080", "http://localhost:8080", 8080),
            ("http://[::1]:80", "http://[::1]", 80),
            ("https://[::1]:8443", "https://[::1]:8443", 8443),
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!(url.origin(), origin);
            assert_eq!(url.port(), port);
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_refused() {
        for text in [
            "",
            "crm.example.com",
            "ftp://crm.example.com",
            "https://",
            "https://crm.example.com/app",
            "https://crm.example.com//",
            "https://crm.example.com?x",
            "https://crm.example.com#x",
            "https://user@crm.example.com",
            "https://crm.example.com:",
            "https://crm.example.com:0",
            "https://crm.example.com:99999",
            "https://[zz]",
            "https://b\u{fc}cher.example",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn loopback_is_what_browsers_trust_without_https() {
        for (text, loopback) in [
            ("http://localhost", true),
            ("http://crm.localhost:8080", true),
            ("http://127.0.0.2", true),
            ("http://[::1]:8080", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example.com", false),
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!(url.is_loopback(), loopback, "{text}");
        }
    }
}
