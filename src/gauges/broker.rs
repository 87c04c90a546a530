//! The broker that gauges publish to by MQTT: where it is, how to be let in, and what is asked of it. Shown
//! anywhere, it is without the password.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc};

use percent_encoding::percent_decode_str;
use reqwest::Url;
use rustls::ClientConfig;
use serde::{Deserialize, Deserializer, de};

use crate::tls;

/// Ports where the address names none.
const PORT: u16 = 1_883;
const PORT_TLS: u16 = 8_883;
/// Topics asked for; each is a line of the settings.
const TOPICS_MAX: usize = 32;
/// Bytes of a topic.
const TOPIC_BYTES_MAX: usize = 200;

/// What is wrong with the address; the text itself is never repeated, it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokerFault {
    #[error(
        "use mqtt://[user:password@]host[:1883], or mqtts://…[:8883] for TLS; write special characters of \
         the password as %40 (@), %3A (:), %2F (/), %23 (#)"
    )]
    Shape,
    #[error("the address has no parameter {0:?}; only ca=/path/to/ca.pem, with mqtts://")]
    Parameter(String),
    #[error("ca: {0}")]
    Authority(String),
}

/// The address of a broker and the credentials for it.
#[derive(Clone)]
pub struct BrokerUrl {
    /// As in an address: one of IPv6 in brackets.
    pub host: String,
    pub port: u16,
    /// User and password.
    pub credentials: Option<(String, String)>,
    /// How it is encrypted, if it is.
    pub tls: Option<Arc<ClientConfig>>,
}

impl FromStr for BrokerUrl {
    type Err = BrokerFault;

    /// Reads `mqtt://` and `mqtts://`, the latter with `?ca=` a file of trusted certificates.
    fn from_str(text: &str) -> Result<Self, BrokerFault> {
        let url = Url::parse(text).map_err(|_| BrokerFault::Shape)?;
        let is_secured = match url.scheme() {
            "mqtt" => false,
            "mqtts" => true,
            _ => return Err(BrokerFault::Shape),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(BrokerFault::Shape)?;
        let is_bare = matches!(url.path(), "" | "/") && url.fragment().is_none();
        if !is_bare || (url.username().is_empty() && url.password().is_some()) {
            return Err(BrokerFault::Shape);
        }
        let mut asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let authority = if is_secured { asked.remove("ca") } else { None };
        if let Some(odd) = asked.into_keys().next() {
            return Err(BrokerFault::Parameter(odd));
        }
        let roots = || match authority {
            Some(file) => tls::roots_of_file(&file).map_err(BrokerFault::Authority),
            None => Ok(tls::roots_of_system()),
        };
        let tls = if is_secured { Some(Arc::new(tls::client(roots()?))) } else { None };
        let plain = |text: &str| {
            let decoded = percent_decode_str(text).decode_utf8();
            decoded.map(|text| text.into_owned()).map_err(|_| BrokerFault::Shape)
        };
        let user = plain(url.username())?;
        let password = plain(url.password().unwrap_or_default())?;
        Ok(Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(if is_secured { PORT_TLS } else { PORT }),
            credentials: (!user.is_empty()).then_some((user, password)),
            tls,
        })
    }
}

/// Writes the address and the user.
impl fmt::Display for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls.is_some() { "mqtts" } else { "mqtt" };
        let user = self.credentials.as_ref().map(|(user, _)| format!("{user}@"));
        write!(f, "{scheme}://{}{}:{}", user.unwrap_or_default(), self.host, self.port)
    }
}

impl fmt::Debug for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl BrokerUrl {
    /// Reads a setting that may be left empty.
    pub(super) fn optional<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
        let text = String::deserialize(d)?;
        let read = (!text.is_empty()).then(|| text.parse());
        read.transpose().map_err(|fault: BrokerFault| de::Error::custom(fault))
    }
}

/// The topics at which readings are published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics(Vec<String>);

/// What a topic says of the readings published there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'t> {
    /// They are of this gauge, by its id or station number.
    Gauge(&'t str),
    /// Each says for itself.
    Any,
}

impl Topics {
    pub fn filters(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Returns what `topic` says; `None` for one that is not asked for.
    pub fn about<'t>(&self, topic: &'t str) -> Option<About<'t>> {
        self.filters().find_map(|filter| about(filter, topic))
    }
}

impl FromStr for Topics {
    type Err = String;

    /// Reads topics with commas between them, in which `+` stands for any one level and `#`, at the end, for
    /// any further ones.
    fn from_str(text: &str) -> Result<Self, String> {
        let topics: Vec<String> = text.split(',').map(|topic| topic.trim().to_owned()).collect();
        if topics.len() > TOPICS_MAX {
            return Err(format!("name at most {TOPICS_MAX} topics; wider ones hold more gauges"));
        }
        match topics.iter().find(|topic| !is_sound(topic)) {
            Some(odd) => Err(format!(
                "{odd:?} is no topic that can be asked for; write it as jiaoying/+/readings, with + for one \
                 whole level, # only as the last, and no $share: every node takes all readings itself"
            )),
            None => Ok(Self(topics)),
        }
    }
}

impl<'de> Deserialize<'de> for Topics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

fn is_sound(filter: &str) -> bool {
    let levels: Vec<&str> = filter.split('/').collect();
    let last = levels.len() - 1;
    let is_level = |(index, level): (usize, &&str)| match *level {
        "+" => true,
        "#" => index == last,
        name => !name.contains(['+', '#', '\0']),
    };
    (1..=TOPIC_BYTES_MAX).contains(&filter.len())
        && !filter.starts_with('$')
        && levels.iter().enumerate().all(is_level)
}

fn about<'t>(filter: &str, topic: &'t str) -> Option<About<'t>> {
    let (mut wanted, mut said) = (filter.split('/'), topic.split('/'));
    let mut about = About::Any;
    loop {
        match (wanted.next(), said.next()) {
            (Some("#"), _) | (None, None) => return Some(about),
            (Some("+"), Some(name)) => {
                if about == About::Any {
                    about = About::Gauge(name);
                }
            }
            (Some(level), Some(name)) if level == name => {}
            (Some(_) | None, Some(_)) | (Some(_), None) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_whole_and_shown_without_its_password() {
        let url: BrokerUrl = "mqtt://node:s3cret%40x@[::1]:2883".parse().unwrap();
        let credentials = Some(("node".to_owned(), "s3cret@x".to_owned()));
        assert_eq!((&*url.host, url.port, &url.credentials), ("[::1]", 2_883, &credentials));
        assert!(url.tls.is_none());
        assert_eq!(format!("{url:?}"), "mqtt://node@[::1]:2883");
        let url: BrokerUrl = "mqtts://broker.example".parse().unwrap();
        assert_eq!((url.port, url.tls.is_some(), url.credentials), (8_883, true, None));
    }

    #[test]
    fn an_address_that_cannot_be_is_refused_without_being_repeated() {
        for (wrong, said) in [
            ("s3cret", "use mqtt://"),
            ("http://u:s3cret@h", "use mqtt://"),
            ("mqtt://:s3cret@h", "use mqtt://"),
            ("mqtt://u:s3cret@", "use mqtt://"),
            ("mqtt://u:s3cret@h:x", "use mqtt://"),
            ("mqtt://u:s3cret@h/topic", "use mqtt://"),
            ("mqtt://u:s3cret@h?ca=/x", "no parameter \"ca\""),
            ("mqtts://u:s3cret@h?verify=0", "no parameter \"verify\""),
            ("mqtts://u:s3cret@h?ca=/nowhere.pem", "ca: /nowhere.pem"),
        ] {
            let fault = wrong.parse::<BrokerUrl>().unwrap_err().to_string();
            assert!(fault.contains(said) && !fault.contains("s3cret"), "{wrong}: {fault}");
        }
    }

    #[test]
    fn a_topic_names_its_gauge_where_the_first_plus_stands() {
        let topics: Topics = "jiaoying/+/readings, hydro/#, county/+/+".parse().unwrap();
        let cases = [
            ("jiaoying/990101-g1/readings", Some(About::Gauge("990101-g1"))),
            ("hydro/anything/at/all", Some(About::Any)),
            ("hydro", Some(About::Any)),
            ("county/0011223344/level", Some(About::Gauge("0011223344"))),
            ("jiaoying/990101-g1/readings/old", None),
            ("jiaoying/990101-g1", None),
            ("other", None),
        ];
        for (topic, expected) in cases {
            assert_eq!(topics.about(topic), expected, "{topic}");
        }
        for wrong in ["", "a,,b", "a+/b", "a/#/b", "$share/g/a", "a\0b"] {
            assert!(wrong.parse::<Topics>().is_err(), "{wrong:?}");
        }
    }
}
