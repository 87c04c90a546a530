//! A message as CAP 1.2, whatever version it came in: valid by the schema, and read back equal.

use super::{
    alert::{Alert, Area, Info, NamedValue, Reference, Resource},
    markup::Xml,
    words::{Version, Word},
};
use crate::domain::time::Timestamp;

/// Writes a message. Its texts may hold anything: a character that XML cannot carry becomes U+FFFD.
pub fn write(alert: &Alert) -> String {
    let mut xml = Xml::new();
    let root = format!("alert xmlns=\"{}\"", Version::V1_2.namespace());
    xml.group(&root, |xml| xml.alert(alert));
    xml.finish()
}

impl Xml {
    fn alert(&mut self, alert: &Alert) {
        self.leaf("identifier", &alert.identifier);
        self.leaf("sender", &alert.sender);
        self.leaf("sent", time(alert.sent));
        self.leaf("status", alert.status.as_str());
        self.leaf("msgType", alert.msg_type.as_str());
        self.leaves("source", &alert.source);
        self.leaf("scope", alert.scope.as_str());
        self.leaves("restriction", &alert.restriction);
        self.list("addresses", alert.addresses.iter().map(|address| quoted(address)));
        self.leaves("code", &alert.codes);
        self.leaves("note", &alert.note);
        self.list("references", alert.references.iter().map(reference));
        self.list("incidents", alert.incidents.iter().map(|incident| quoted(incident)));
        for info in &alert.infos {
            self.group("info", |xml| xml.info(info));
        }
    }

    fn info(&mut self, info: &Info) {
        self.leaf("language", &info.language);
        self.leaves("category", info.categories.iter().map(|category| category.as_str()));
        self.leaf("event", &info.event);
        self.leaves("responseType", info.response_types.iter().map(|response| response.as_str()));
        self.leaf("urgency", info.urgency.as_str());
        self.leaf("severity", info.severity.as_str());
        self.leaf("certainty", info.certainty.as_str());
        self.leaves("audience", &info.audience);
        self.named_values("eventCode", &info.event_codes);
        self.leaves("effective", info.effective.map(time));
        self.leaves("onset", info.onset.map(time));
        self.leaves("expires", info.expires.map(time));
        self.leaves("senderName", &info.sender_name);
        self.leaves("headline", &info.headline);
        self.leaves("description", &info.description);
        self.leaves("instruction", &info.instruction);
        self.leaves("web", &info.web);
        self.leaves("contact", &info.contact);
        self.named_values("parameter", &info.parameters);
        for resource in &info.resources {
            self.group("resource", |xml| xml.resource(resource));
        }
        for area in &info.areas {
            self.group("area", |xml| xml.area(area));
        }
    }

    fn resource(&mut self, resource: &Resource) {
        self.leaf("resourceDesc", &resource.desc);
        self.leaf("mimeType", &resource.mime_type);
        self.leaves("size", resource.size);
        self.leaves("uri", &resource.uri);
        self.leaves("derefUri", &resource.deref_uri);
        self.leaves("digest", &resource.digest);
    }

    fn area(&mut self, area: &Area) {
        self.leaf("areaDesc", &area.desc);
        for ring in &area.polygons {
            self.list("polygon", ring.iter().map(|[lon, lat]| format!("{lat},{lon}")));
        }
        for circle in &area.circles {
            self.leaf("circle", format_args!("{},{} {}", circle.lat, circle.lon, circle.radius_km));
        }
        self.named_values("geocode", &area.geocodes);
        self.leaves("altitude", area.altitude_ft);
        self.leaves("ceiling", area.ceiling_ft);
    }

    fn named_values(&mut self, name: &str, pairs: &[NamedValue]) {
        for pair in pairs {
            self.group(name, |xml| {
                xml.leaf("valueName", &pair.name);
                xml.leaf("value", &pair.value);
            });
        }
    }
}

/// Writes Beijing time without the fraction that CAP does not allow.
fn time(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}+08:00", &text[..19])
}

fn reference(reference: &Reference) -> String {
    format!("{},{},{}", reference.sender, reference.identifier, time(reference.sent))
}

fn quoted(item: &str) -> String {
    if item.contains(char::is_whitespace) { format!("\"{item}\"") } else { item.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*, sample::select};

    use super::*;
    use crate::ingest::cap::{
        Circle,
        read::read,
        words::{MsgType, Scope},
    };

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read_back_equal(alert in alert()) {
            let written = write(&alert);
            let parsed = read(written.as_bytes());
            prop_assert!(parsed.is_ok(), "{}\n{written}", parsed.unwrap_err());
            prop_assert_eq!(parsed.unwrap().alert, alert);
        }
    }

    #[test]
    fn times_are_written_in_beijing_time_to_the_second() {
        let at = "2003-06-11T20:56:00.5Z".parse().unwrap();
        assert_eq!(time(at), "2003-06-12T04:56:00+08:00");
    }

    fn alert() -> impl Strategy<Value = Alert> {
        let head = (name(), name(), when(), word(), select(MsgType::ALL), select(Scope::ALL));
        let texts = (option::of(prose()), prose(), vec(item(), 1..3), vec(prose(), 0..3));
        let rest =
            (option::of(prose()), vec(reference(), 1..3), vec(item(), 0..3), vec(info(), 0..3));
        (head, texts, rest).prop_map(|(head, texts, rest)| {
            let (identifier, sender, sent, status, msg_type, scope) = head;
            let (source, restriction, addresses, codes) = texts;
            let (note, references, incidents, infos) = rest;
            Alert {
                version: Version::V1_2,
                identifier,
                sender,
                sent,
                status,
                msg_type,
                source,
                scope,
                restriction: (scope == Scope::Restricted).then_some(restriction),
                addresses,
                codes,
                note,
                references,
                incidents,
                infos,
            }
        })
    }

    fn info() -> impl Strategy<Value = Info> {
        let words = (vec(word(), 1..3), vec(word(), 0..3), word(), word(), word());
        let times = (option::of(when()), option::of(when()), option::of(when()));
        let pairs = (vec(pair(), 0..3), vec(pair(), 0..3));
        let texts = (prose(), vec(option::of(prose()), 6));
        let web = option::of(select(&["https://example.org/a?b&c", "urn:x:暴雨"][..]));
        let parts = (vec(resource(), 0..2), vec(area(), 0..3));
        (words, times, pairs, texts, web, parts).prop_map(
            |(words, times, (event_codes, parameters), (event, mut texts), web, parts)| {
                let mut text = || texts.pop().flatten();
                Info {
                    language: "zh-CN".into(),
                    categories: words.0,
                    event,
                    response_types: words.1,
                    urgency: words.2,
                    severity: words.3,
                    certainty: words.4,
                    audience: text(),
                    event_codes,
                    effective: times.0,
                    onset: times.1,
                    expires: times.2,
                    sender_name: text(),
                    headline: text(),
                    description: text(),
                    instruction: text(),
                    web: web.map(Into::into),
                    contact: text(),
                    parameters,
                    resources: parts.0,
                    areas: parts.1,
                }
            },
        )
    }

    fn resource() -> impl Strategy<Value = Resource> {
        (prose(), prose(), option::of(any::<u64>()), any::<bool>(), option::of(prose())).prop_map(
            |(desc, mime_type, size, embedded, digest)| Resource {
                desc,
                mime_type,
                size,
                uri: Some(if embedded { "a.png" } else { "ftp://a/b" }.into()),
                deref_uri: embedded.then(|| "aGVsbG8=".into()),
                digest,
            },
        )
    }

    fn area() -> impl Strategy<Value = Area> {
        let place = || (-179.0..178.0_f64, -89.0..88.0_f64);
        let square = (place(), 0.001..1.0_f64).prop_map(|((x, y), side)| {
            vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
        });
        let circle = (place(), 0.0..1e6_f64).prop_map(|((lon, lat), radius_km)| Circle {
            lon,
            lat,
            radius_km,
        });
        let heights = option::of((-1e4..1e4_f64, option::of(0.0..1e4_f64)));
        (prose(), vec(square, 0..3), vec(circle, 0..2), vec(pair(), 0..3), heights).prop_map(
            |(desc, polygons, circles, geocodes, heights)| Area {
                desc,
                polygons,
                circles,
                geocodes,
                altitude_ft: heights.map(|(low, _)| low),
                ceiling_ft: heights.and_then(|(low, height)| Some(low + height?)),
            },
        )
    }

    fn reference() -> impl Strategy<Value = Reference> {
        (name(), name(), when()).prop_map(|(sender, identifier, sent)| Reference {
            sender,
            identifier,
            sent,
        })
    }

    fn pair() -> impl Strategy<Value = NamedValue> {
        (prose(), option::of(prose()))
            .prop_map(|(name, value)| NamedValue { name, value: value.unwrap_or_default() })
    }

    fn word<T: Word + std::fmt::Debug>() -> impl Strategy<Value = T> {
        select(T::ALL)
    }

    fn when() -> impl Strategy<Value = Timestamp> {
        (0..4_000_000_000_i64).prop_map(|second| Timestamp::from_millis(second * 1000))
    }

    /// Text with everything that XML treats in its own way, trimmed as reading does.
    fn prose() -> impl Strategy<Value = String> {
        let piece = select(
            &[
                "a", "暴雨", "&", "<", ">", "]]>", "&amp;", "\r\n", "\r", "\n", "\t", " ", "'",
                "\"", "🌊",
            ][..],
        );
        vec(piece, 0..8).prop_map(|pieces| format!("x{}x", pieces.concat()))
    }

    fn name() -> impl Strategy<Value = String> {
        vec(select(&["a", "1", ".", "@", ">", "\"", "台"][..]), 1..6)
            .prop_map(|parts| parts.concat())
    }

    /// An item of a list: quotation marks belong to the list.
    fn item() -> impl Strategy<Value = String> {
        prose().prop_map(|text| text.replace(['"', '\r', '\n', '\t'], " "))
    }
}
