//! A message as CAP 1.2, whatever version it came in: valid by the schema, and read back equal.

use std::fmt::{Display, Write};

use super::{
    alert::{Alert, Area, Info, NamedValue, Reference, Resource},
    words::{Version, Word},
};
use crate::domain::time::Timestamp;

/// Writes a message. Its texts may hold anything: a character that XML cannot carry becomes U+FFFD.
pub fn write(alert: &Alert) -> String {
    let mut xml = Xml { text: r#"<?xml version="1.0" encoding="UTF-8"?>"#.into(), depth: 0 };
    let root = format!("alert xmlns=\"{}\"", Version::V1_2.namespace());
    xml.group(&root, |xml| xml.alert(alert));
    xml.text.push('\n');
    xml.text
}

struct Xml {
    text: String,
    depth: usize,
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

    /// Writes an element of items with a space between, or none when there are none.
    fn list(&mut self, name: &str, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.collect();
        if !items.is_empty() {
            self.leaf(name, items.join(" "));
        }
    }

    fn leaves(&mut self, name: &str, values: impl IntoIterator<Item = impl Display>) {
        for value in values {
            self.leaf(name, value);
        }
    }

    fn leaf(&mut self, name: &str, value: impl Display) {
        self.line();
        // Writing to a string cannot fail.
        let _ = write!(self.text, "<{name}>");
        let _ = write!(Escaped(&mut self.text), "{value}");
        let _ = write!(self.text, "</{name}>");
    }

    fn group(&mut self, tag: &str, contents: impl FnOnce(&mut Self)) {
        self.line();
        let _ = write!(self.text, "<{tag}>");
        self.depth += 1;
        contents(self);
        self.depth -= 1;
        self.line();
        let name = tag.split_once(' ').map_or(tag, |(name, _)| name);
        let _ = write!(self.text, "</{name}>");
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }
}

/// Escapes what passes through it.
struct Escaped<'t>(&'t mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                // A bare carriage return would come back as a newline.
                '\r' => self.0.push_str("&#13;"),
                '\t' | '\n' => self.0.push(c),
                '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => self.0.push('\u{FFFD}'),
                _ => self.0.push(c),
            }
        }
        Ok(())
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
