//! A warning of the storm as CAP 1.2 in the Chinese profile, marked as an exercise.

use std::io;

use chrono_tz::Tz;
use compact_str::CompactString;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{Action, Certainty, Colour, Entry, Source};
use crate::domain::{ids::AreaCode, time::Timestamp};

/// CAP times and the identifier are in Beijing time.
pub(super) const ZONE: Tz = chrono_tz::Asia::Shanghai;

/// What a message says.
pub(super) struct Written<'a> {
    pub identifier: &'a str,
    pub source: &'a Source,
    pub entry: &'a Entry,
    pub event: &'a str,
    pub areas: Vec<(AreaCode, CompactString)>,
    pub sent: Timestamp,
    pub expires: Timestamp,
    /// Identifier and time of the message it replaces.
    pub replaces: Option<(&'a str, Timestamp)>,
}

pub(super) fn write(message: &Written<'_>) -> String {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    alert(&mut xml, message).expect("writing to memory cannot fail");
    String::from_utf8(xml.into_inner()).expect("everything written is text")
}

type Xml = Writer<Vec<u8>>;

fn alert(xml: &mut Xml, message: &Written<'_>) -> io::Result<()> {
    let Written { identifier, source, entry, sent, .. } = message;
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = xml
        .create_element("alert")
        .with_attribute(("xmlns", "urn:oasis:names:tc:emergency:cap:1.2"));
    root.write_inner_content(|xml| {
        leaf(xml, "identifier", identifier)?;
        leaf(xml, "sender", &source.code)?;
        leaf(xml, "sent", &time(*sent))?;
        leaf(xml, "status", "Exercise")?;
        leaf(xml, "msgType", message_type(entry.action))?;
        leaf(xml, "scope", "Public")?;
        if let Some((identifier, sent)) = &message.replaces {
            leaf(xml, "references", &format!("{},{identifier},{}", source.code, time(*sent)))?;
        }
        xml.create_element("info").write_inner_content(|xml| info(xml, message))?;
        Ok(())
    })?;
    Ok(())
}

fn info(xml: &mut Xml, message: &Written<'_>) -> io::Result<()> {
    let Written { source, entry, sent, expires, .. } = message;
    let said_at = sent.local(ZONE).format("%-m月%-d日%-H时%M分").to_string();
    let said = |text: &str| text.replace("{at}", &said_at);
    leaf(xml, "language", "zh-CN")?;
    leaf(xml, "category", "Met")?;
    leaf(xml, "event", message.event)?;
    leaf(xml, "urgency", urgency(entry))?;
    leaf(xml, "severity", severity(entry.colour))?;
    leaf(xml, "certainty", certainty(source.certainty))?;
    pair(xml, "eventCode", "GB/T 35561", &entry.event)?;
    leaf(xml, "effective", &time(*sent))?;
    leaf(xml, "expires", &time(*expires))?;
    leaf(xml, "senderName", &source.name)?;
    leaf(xml, "headline", &entry.headline_zh)?;
    leaf(xml, "description", &said(&entry.description_zh))?;
    leaf(xml, "instruction", &said(&entry.instruction_zh))?;
    for (code, name) in &message.areas {
        xml.create_element("area").write_inner_content(|xml| {
            leaf(xml, "areaDesc", name)?;
            pair(xml, "geocode", "CPEAS Geographic Code", &code.to_string())
        })?;
    }
    Ok(())
}

fn leaf(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(text))?;
    Ok(())
}

fn pair(xml: &mut Xml, name: &str, value_name: &str, value: &str) -> io::Result<()> {
    xml.create_element(name).write_inner_content(|xml| {
        leaf(xml, "valueName", value_name)?;
        leaf(xml, "value", value)
    })?;
    Ok(())
}

/// Writes a time as CAP wants it: to the second, with an offset and never `Z`.
fn time(at: Timestamp) -> String {
    format!("{}+08:00", at.local(ZONE).format("%Y-%m-%dT%H:%M:%S"))
}

fn message_type(action: Action) -> &'static str {
    match action {
        Action::Alert => "Alert",
        Action::Update => "Update",
        Action::Cancel => "Cancel",
    }
}

fn urgency(entry: &Entry) -> &'static str {
    match (entry.action, entry.colour) {
        (Action::Cancel, _) => "Past",
        (Action::Alert | Action::Update, Colour::Red) => "Immediate",
        (Action::Alert | Action::Update, Colour::Blue | Colour::Yellow | Colour::Orange) => {
            "Expected"
        }
    }
}

fn severity(colour: Colour) -> &'static str {
    match colour {
        Colour::Red => "Extreme",
        Colour::Orange => "Severe",
        Colour::Yellow => "Moderate",
        Colour::Blue => "Minor",
    }
}

fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Observed => "Observed",
        Certainty::Likely => "Likely",
    }
}
