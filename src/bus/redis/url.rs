//! Where Redis is and how to be let in, read from the setting. Shown anywhere, it is without the password.

use std::{collections::BTreeMap, fmt, fs, str::FromStr};

use redis::{
    Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, TlsCertificates,
    parse_redis_url,
};
use serde::{Deserialize, Deserializer, de};

/// What is wrong with a setting; the text itself is never repeated, it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlFault {
    #[error(
        "use redis://[user:password@]host:port[/database], rediss://… for TLS, or unix:///path"
    )]
    Shape,
    #[error("{0}")]
    Part(String),
    #[error("the address has no parameter {0:?}; only ca=/path/to/ca.pem, with rediss://")]
    Parameter(String),
    #[error("ca: {path}: {why}")]
    Authority { path: String, why: String },
}

/// The address of a Redis and the credentials for it.
#[derive(Clone)]
pub struct RedisUrl {
    info: ConnectionInfo,
}

impl FromStr for RedisUrl {
    type Err = UrlFault;

    /// Reads `redis://`, `rediss://` (with `?ca=` a file of trusted certificates) and `unix://`.
    fn from_str(text: &str) -> Result<Self, UrlFault> {
        let url = parse_redis_url(text).ok_or(UrlFault::Shape)?;
        if url.fragment().is_some() {
            let remedy = "a certificate is always checked: drop what follows #, and name its authority by ?ca=";
            return Err(UrlFault::Part(remedy.to_owned()));
        }
        let secured = ["rediss", "valkeys"].contains(&url.scheme());
        let socket = url.scheme().contains("unix");
        let mut asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let authority = asked.remove("ca").filter(|_| secured);
        let socket_parts = ["db", "user", "pass"];
        let odd = asked.keys().find(|name| !(socket && socket_parts.contains(&name.as_str())));
        if let Some(odd) = odd {
            return Err(UrlFault::Parameter(odd.clone()));
        }
        if !secured && url.query_pairs().any(|(name, _)| name == "ca") {
            return Err(UrlFault::Parameter("ca".to_owned()));
        }
        let info = url.into_connection_info().map_err(|error| {
            // Its own words name the part and never what stands there.
            UrlFault::Part(error.to_string())
        })?;
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let settings = settings.set_lib_name("jiaoying", env!("CARGO_PKG_VERSION"));
        let info = info.set_redis_settings(settings);
        Ok(Self { info: trusting(info, authority)? })
    }
}

/// Makes a connection trust the certificates of a file, and no others.
fn trusting(info: ConnectionInfo, authority: Option<String>) -> Result<ConnectionInfo, UrlFault> {
    let Some(path) = authority else { return Ok(info) };
    let fault = |why: String| UrlFault::Authority { path: path.clone(), why };
    let pem = fs::read(&path).map_err(|error| fault(error.to_string()))?;
    if !pem.windows(17).any(|window| window == b"BEGIN CERTIFICATE") {
        return Err(fault("there is no certificate in this file (PEM)".to_owned()));
    }
    let certificates = TlsCertificates { client_tls: None, root_cert: Some(pem) };
    let client =
        Client::build_with_tls(info, certificates).map_err(|error| fault(error.to_string()))?;
    Ok(client.get_connection_info().clone())
}

impl RedisUrl {
    pub(super) fn info(&self) -> &ConnectionInfo {
        &self.info
    }

    /// Returns the same at another address: the node of a cluster that was pointed to.
    pub(super) fn at(&self, address: &str) -> Option<Self> {
        let (host, port) = address.rsplit_once(':')?;
        let port = port.parse().ok()?;
        let host = |known: &str| match host {
            // A node that does not know its own name means the one it was asked by.
            "" | "?" => known.to_owned(),
            named => named.trim_matches(['[', ']']).to_owned(),
        };
        let known = self.info.addr().clone();
        let addr = if let ConnectionAddr::TcpTls { host: known, insecure, tls_params, .. } = known {
            ConnectionAddr::TcpTls { host: host(&known), port, insecure, tls_params }
        } else if let ConnectionAddr::Tcp(known, _) = known {
            ConnectionAddr::Tcp(host(&known), port)
        } else {
            return None;
        };
        Some(Self { info: self.info.clone().set_addr(addr) })
    }
}

/// Writes the address and the user.
impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.info.redis_settings().username();
        let user = user.map(|user| format!("{user}@")).unwrap_or_default();
        let (scheme, addr) = (scheme(self.info.addr()), self.info.addr());
        write!(f, "{scheme}://{user}{addr}/{}", self.info.redis_settings().db())
    }
}

fn scheme(addr: &ConnectionAddr) -> &'static str {
    if matches!(addr, ConnectionAddr::TcpTls { .. }) {
        "rediss"
    } else if matches!(addr, ConnectionAddr::Unix(_)) {
        "unix"
    } else {
        "redis"
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads the setting.
impl<'de> Deserialize<'de> for RedisUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown_without_the_password() {
        for (text, shown) in [
            ("redis://10.0.0.7", "redis://10.0.0.7:6379/0"),
            ("redis://:s3cret@10.0.0.7:7000/2", "redis://10.0.0.7:7000/2"),
            ("rediss://node:s3cret@redis.example:6380", "rediss://node@redis.example:6380/0"),
            ("redis://node:s3cret%40%2F@[::1]:7000", "redis://node@::1:7000/0"),
            ("unix:///run/redis.sock?pass=s3cret", "unix:///run/redis.sock/0"),
        ] {
            let url: RedisUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?} {:?}", url.info()).contains("s3cret"), "{url:?}");
        }
        let url: RedisUrl = "redis://node:s3cret%40%2F@[::1]:7000".parse().unwrap();
        assert_eq!(url.info().redis_settings().password(), Some("s3cret@/"));
    }

    #[test]
    fn nonsense_is_refused_with_a_remedy_and_never_repeated() {
        for text in [
            "s3cret",
            "http://u:s3cret@h",
            "redis://u:s3cret@/0",
            "redis://u:s3cret@h:port",
            "redis://u:s3cret@h/first",
            "redis://u:s3cret@0.0.0.0",
            "redis://u:s3cret@h?timeout=3",
            "redis://u:s3cret@h?ca=/nowhere",
            "rediss://u:s3cret@h?ca=/nowhere/at/all",
            "rediss://u:s3cret@h#insecure",
        ] {
            let fault = text.parse::<RedisUrl>().unwrap_err();
            assert!(!format!("{fault} {fault:?}").contains("s3cret"), "{text}: {fault}");
        }
    }

    #[test]
    fn a_node_of_a_cluster_is_reached_with_the_same_credentials() {
        let url: RedisUrl = "redis://node:s3cret@10.0.0.7:7000".parse().unwrap();
        assert_eq!(url.at("10.0.0.8:7001").unwrap().to_string(), "redis://node@10.0.0.8:7001/0");
        assert_eq!(url.at(":7002").unwrap().to_string(), "redis://node@10.0.0.7:7002/0");
        assert_eq!(
            url.at("10.0.0.8:7001").unwrap().info().redis_settings().password(),
            Some("s3cret")
        );
        assert!(url.at("nowhere").is_none());
    }
}
