//! The XML of a package to the warning it means: flat fields, anywhere in the document.

use std::time::Duration;

use crate::{
    domain::{
        ids::AreaCode,
        time::Timestamp,
        warning::{Colour, Message, MessageKind, WarnedArea},
    },
    ingest::{
        cap::{
            encoding, event_codes,
            fault::excerpt,
            xml::{self, Element},
        },
        feeds::{
            Fault, Problem, codes, fields,
            identity::Identity,
            notes::{Notes, Remark},
            said::{self, Claim, Said},
            time,
        },
    },
};

use super::file_name::FileName;

const SOURCE: &str = "national-platform";
/// How long a warning holds that does not say, by the rules of the form.
const HOLDS: Duration = Duration::from_secs(24 * 3600);
/// How deep the fields may lie: the answers of the platform have them at `/msg/data/rows`.
const MAX_DEPTH: usize = 6;
const KINDS: &str = "Alert, Update, Cancel, Ack, Error";

/// Reads the XML that came under the name `stem`; returns it decoded with its message.
pub(super) fn read(stem: &str, bytes: &[u8]) -> Result<(String, Message), Fault> {
    let of_xml = |fault: crate::ingest::cap::Fault| Fault {
        item: stem.to_owned(),
        element: fault.element,
        problem: Problem::Xml(fault.problem),
    };
    let text = encoding::decode(bytes).map_err(of_xml)?;
    let root = xml::parse(&text).map_err(of_xml)?;
    let path = format!("/{}", excerpt(&root.name));
    let (element, path) = holder(&root, path.clone(), 0).ok_or_else(|| Fault {
        item: stem.to_owned(),
        element: format!("{path}/identifier"),
        problem: Problem::Missing,
    })?;
    let record = Record { item: stem, path, element };
    let message = record.message(stem)?;
    Ok((text.into_owned(), message))
}

/// Finds the element that holds the fields.
fn holder(element: &Element, path: String, depth: usize) -> Option<(&Element, String)> {
    if element.children.iter().any(|child| child.name == "identifier") {
        return Some((element, path));
    }
    let inside = element.children.iter().filter(|_| depth < MAX_DEPTH);
    inside
        .filter_map(|child| holder(child, format!("{path}/{}", excerpt(&child.name)), depth + 1))
        .next()
}

struct Record<'x> {
    item: &'x str,
    path: String,
    element: &'x Element,
}

impl<'x> Record<'x> {
    fn message(&self, stem: &str) -> Result<Message, Fault> {
        let mut notes = Notes::default();
        let identifier = self.need("identifier")?;
        let identity = Identity::of(SOURCE, Some(identifier), &[], "identifier", &mut notes);
        self.check_sender(&identity, &mut notes);
        let title = fields::bounded("title", self.need("title")?, fields::MAX_TITLE, &mut notes);
        let description = self.prose("description", &mut notes);
        let effective = self.need_time("effective")?;
        let kind = self.kind(&mut notes)?;
        let said = self.said(&title, &description, &mut notes);
        let kind = said.kind(Some(kind), &mut notes);
        let sent = self.sent(&identity, effective, &mut notes);
        let referred = self.text("reference").or(self.text("references")).unwrap_or_default();
        let references = identity.references(referred, sent, "reference", &mut notes);
        if references.is_empty() && matches!(kind, MessageKind::Ack | MessageKind::Error) {
            return Err(self.fault("reference", Problem::ReferencesMissing));
        }
        said::note_unnamed(kind, references.len(), &mut notes);
        let (event, event_code) = said.event(&mut notes);
        let message = Message {
            sender: identity.sender.clone(),
            sent,
            status: said.status(&mut notes),
            kind,
            references,
            event,
            event_code,
            colour: said.colour(&mut notes),
            instruction: self.prose("defence", &mut notes),
            effective,
            onset: self.time("onset", &mut notes),
            expires: Some(self.expires(effective, &mut notes)),
            areas: vec![self.area(&identity, &mut notes)],
            identifier: identity.identifier,
            headline: title.clone(),
            description: description.clone(),
            notes: Vec::new(),
        };
        check_name(stem, &message, self.text("eventType"), &mut notes);
        Ok(Message { notes: notes.into_texts(), ..message })
    }

    fn said<'a>(&self, title: &'a str, text: &'a str, notes: &mut Notes) -> Said<'a> {
        let mut said = Said { title, text, ..Said::default() };
        if let Some(word) = self.text("severity") {
            match codes::of_word(word) {
                Some(colour) => said.colours.push(Claim::new("severity", colour)),
                None if word.eq_ignore_ascii_case("UNKNOWN") => {}
                None => notes.tell("severity", &Remark::NoColour),
            }
        }
        if let Some(code) = self.text("eventType") {
            match event_codes::by_code(code) {
                Some(event) => {
                    let from = format!("eventType {code}, a national code,");
                    said.hazards.push(Claim::new(from, event.name_zh.clone()));
                }
                None => {
                    notes.tell("eventType", &Remark::UnknownNationalCode { code: excerpt(code) })
                }
            }
        }
        said
    }

    fn kind(&self, notes: &mut Notes) -> Result<MessageKind, Fault> {
        let word = self.need("msgType")?;
        said::kind_of(word, "msgType", notes).ok_or_else(|| {
            self.fault("msgType", Problem::Word { text: excerpt(word), allowed: KINDS })
        })
    }

    /// The form has no time of sending: the identifier says when the message was entered.
    fn sent(&self, identity: &Identity, effective: Timestamp, notes: &mut Notes) -> Timestamp {
        if let Some(sent) = self.time("sendTime", notes) {
            return sent;
        }
        let (sent, taken) = match identity.entered {
            Some(entered) => (entered, "the time in the identifier"),
            None => (effective, "the time it takes effect"),
        };
        notes.tell("identifier", &Remark::SentAssumed { taken });
        sent
    }

    fn expires(&self, effective: Timestamp, notes: &mut Notes) -> Timestamp {
        self.time("expires", notes).unwrap_or_else(|| {
            notes.tell("expires", &Remark::EndAssumed);
            effective + HOLDS
        })
    }

    /// Reads the codes in `publishArea`; what is no code stays as the area's name.
    fn area(&self, identity: &Identity, notes: &mut Notes) -> WarnedArea {
        let given = self.text("publishArea").unwrap_or_default();
        let mut codes: Vec<AreaCode> = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for part in given.split([',', '，', ';', '；', '、', '|', ' ']).map(str::trim) {
            match part.parse() {
                _ if part.is_empty() => {}
                Ok(code) if codes.contains(&code) => {}
                Ok(code) => codes.push(code),
                Err(_) => {
                    if part.bytes().all(|byte| byte.is_ascii_digit()) {
                        notes.tell("publishArea", &Remark::AreaText { value: excerpt(part) });
                    }
                    names.push(part);
                }
            }
        }
        let name = excerpt(&names.join("、"));
        if codes.is_empty() {
            return identity.area_of_sender(&name, notes);
        }
        let listed = || codes.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
        let description = if name.is_empty() { excerpt(&listed()) } else { name };
        WarnedArea { description: description.into(), codes, shapes: Vec::new() }
    }

    fn check_sender(&self, identity: &Identity, notes: &mut Notes) {
        let Some(code) = self.text("senderCode").filter(|_| identity.area.is_some()) else {
            return;
        };
        if code != identity.sender {
            let (from, title) = ("senderCode".to_owned(), identity.sender.to_string());
            let name = excerpt(code);
            notes.tell("senderCode", &Remark::SenderConflict { from, name, identifier: title });
        }
    }

    fn text(&self, name: &str) -> Option<&'x str> {
        let child = self.element.children.iter().find(|child| child.name == name)?;
        Some(child.text.trim()).filter(|text| !text.is_empty())
    }

    fn need(&self, name: &str) -> Result<&'x str, Fault> {
        self.text(name).ok_or_else(|| self.fault(name, Problem::Missing))
    }

    fn prose(&self, name: &str, notes: &mut Notes) -> String {
        fields::bounded(name, self.text(name).unwrap_or_default(), fields::MAX_TEXT, notes)
    }

    fn need_time(&self, name: &str) -> Result<Timestamp, Fault> {
        let text = self.need(name)?;
        time::parse(text).ok_or_else(|| self.fault(name, Problem::Time { text: excerpt(text) }))
    }

    fn time(&self, name: &str, notes: &mut Notes) -> Option<Timestamp> {
        let text = self.text(name)?;
        let read = time::parse(text);
        if read.is_none() {
            notes.tell(name, &Remark::NotATime { text: excerpt(text) });
        }
        read
    }

    fn fault(&self, name: &str, problem: Problem) -> Fault {
        Fault { item: self.item.to_owned(), element: format!("{}/{name}", self.path), problem }
    }
}

/// Notes where the name of the file says something else than the message.
fn check_name(stem: &str, message: &Message, event: Option<&str>, notes: &mut Notes) {
    let Some(name) = FileName::parse(stem) else {
        return notes.tell("file name", &Remark::NameForm);
    };
    let colour = |colour: Option<Colour>| colour.map_or("UNKNOWN", Colour::zh).to_owned();
    let kind = |kind: MessageKind| format!("{kind:?}");
    let identifier = message.identifier.get(..29).unwrap_or(&message.identifier);
    let pairs = [
        (name.identifier.to_owned(), identifier.to_owned()),
        (name.event.to_owned(), event.unwrap_or_default().to_owned()),
        (colour(name.colour), colour(message.colour)),
        (kind(name.kind), kind(message.kind)),
    ];
    for (name, content) in pairs.into_iter().filter(|(name, content)| name != content) {
        let (name, content) = (excerpt(&name), excerpt(&content));
        notes.tell("file name", &Remark::NameConflict { name, content });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::warning::Reference;

    const STEM: &str = "99010141600000_20260721180000_11B03_RED_Alert";

    #[test]
    fn a_package_is_a_whole_warning() {
        let read = read_one(STEM, &form(&[]));
        assert_eq!(read.identifier, "99010141600000_20260721180000");
        assert_eq!(read.sender, "99010141600000");
        assert_eq!((read.kind, read.colour), (MessageKind::Alert, Some(Colour::Red)));
        assert_eq!((read.event.as_str(), read.event_code.as_deref()), ("暴雨", Some("11B03")));
        assert_eq!(read.effective, "2026-07-21T18:01:00+08:00".parse().unwrap());
        assert_eq!(read.sent, "2026-07-21T18:00:00+08:00".parse().unwrap());
        assert_eq!(read.expires, "2026-07-22T06:00:00+08:00".parse().ok());
        let codes = ["990101".parse().unwrap(), "990102003".parse().unwrap()];
        assert_eq!(read.areas[0].codes, codes);
        assert_eq!(read.instruction, "请转移");
        assert_eq!(read.notes.len(), 1, "{:?}", read.notes);
        assert!(read.notes[0].contains("no time of sending"));
    }

    #[test]
    fn without_an_end_or_an_area_those_of_the_rules_are_taken_and_said() {
        let read = read_one(STEM, &form(&[("expires", ""), ("publishArea", "全县")]));
        assert_eq!(read.expires, "2026-07-22T18:01:00+08:00".parse().ok());
        assert_eq!(read.areas[0].codes, ["990101".parse().unwrap()]);
        assert_eq!(read.areas[0].description, "全县");
        let text = read.notes.join("\n");
        assert!(text.contains("a day after") && text.contains("first six digits"), "{text}");
    }

    #[test]
    fn a_misspelt_cancel_ends_what_it_names() {
        let reference = "99010141600000_20260721120000";
        let fields = [
            ("msgType", "Cancle"),
            ("reference", reference),
            ("title", "示例县气象台解除暴雨红色预警信号"),
        ];
        let read = read_one("99010141600000_20260721180000_11B03_RED_Cancel", &form(&fields));
        assert_eq!(read.kind, MessageKind::Cancel);
        let sent = "2026-07-21T12:00:00+08:00".parse().unwrap();
        let sender = "99010141600000".into();
        assert_eq!(read.references, [Reference { sender, identifier: reference.into(), sent }]);
        assert!(read.notes.join("\n").contains("Cancle"), "{:?}", read.notes);
    }

    #[test]
    fn a_name_that_says_something_else_is_told_and_the_message_counts() {
        let name = "99010141600000_20260721170000_11B06_BLUE_Cancel";
        let read = read_one(name, &form(&[("senderCode", "99010241600000")]));
        assert_eq!((read.colour, read.kind), (Some(Colour::Red), MessageKind::Alert));
        let conflicts: Vec<_> =
            read.notes.iter().filter(|note| note.contains("file name says")).collect();
        assert_eq!(conflicts.len(), 4, "{:?}", read.notes);
        assert!(read.notes[0].contains("99010241600000"), "{:?}", read.notes);
        assert!(read_one("warning", &form(&[])).notes.join("").contains("not made up as"));
    }

    #[test]
    fn a_code_that_disagrees_with_the_title_is_told_and_the_title_counts() {
        let read = read_one(STEM, &form(&[("eventType", "11B06"), ("severity", "BLUE")]));
        assert_eq!((read.event_code.as_deref(), read.colour), (Some("11B03"), Some(Colour::Red)));
        let text = read.notes.join("\n");
        assert!(text.contains("11B06") && text.contains("大风") && text.contains("蓝色"), "{text}");
        let read = read_one(STEM, &form(&[("title", "重要提示")]));
        assert_eq!((read.event.as_str(), read.event_code.as_deref()), ("暴雨", Some("11B03")));
        let read = read_one(STEM, &form(&[("eventType", "11B2002")]));
        assert!(read.notes.join("\n").contains("11B2002"));
    }

    #[test]
    fn the_fields_may_lie_deeper_and_in_another_encoding() {
        let text = form(&[]).replace("utf-8", "GB2312").replace("<warning>", "<msg><data><rows>");
        let text = text.replace("</warning>", "</rows></data></msg>");
        let bytes = encoding_rs::GBK.encode(&text).0.into_owned();
        let (decoded, message) = read(STEM, &bytes).unwrap();
        assert_eq!(message.event, "暴雨");
        assert!(decoded.contains("暴雨"));
    }

    #[test]
    fn what_is_missing_or_dangerous_is_refused_with_its_place() {
        for (fields, element, code) in [
            (("title", ""), "/warning/title", "feed.missing_element"),
            (("effective", "soon"), "/warning/effective", "feed.time"),
            (("effective", ""), "/warning/effective", "feed.missing_element"),
            (("msgType", "Shout"), "/warning/msgType", "feed.word"),
            (("msgType", "Ack"), "/warning/reference", "feed.references_missing"),
        ] {
            let fault = read(STEM, form(&[fields]).as_bytes()).unwrap_err();
            assert_eq!((&*fault.item, &*fault.element, fault.code()), (STEM, element, code));
        }
        for text in [
            "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
            "<a>&b;</a>",
            "<a>",
            "",
        ] {
            assert_eq!(read(STEM, text.as_bytes()).unwrap_err().code(), "feed.xml", "{text}");
        }
        assert_eq!(read(STEM, b"<a><b/></a>").unwrap_err().element, "/a/identifier");
    }

    fn read_one(stem: &str, text: &str) -> Message {
        read(stem, text.as_bytes()).unwrap().1
    }

    /// The fields of a red rainstorm, with those of `changed` instead.
    fn form(changed: &[(&str, &str)]) -> String {
        let fields = [
            ("identifier", "99010141600000_20260721180000"),
            ("sender", "示例县气象台"),
            ("senderCode", "99010141600000"),
            ("msgType", "Alert"),
            ("title", "示例县气象台发布暴雨红色预警信号"),
            ("eventType", "11B03"),
            ("severity", "RED"),
            ("effective", "2026-07-21 18:01:00+08:00"),
            ("onset", "2026-07-21T19:00:00+08:00"),
            ("expires", "2026-07-22 06:00:00+08:00"),
            ("description", "示例县气象台发布暴雨红色预警信号：预计三小时内有暴雨。"),
            ("defence", "请转移"),
            ("publishArea", "990101,990102003"),
            ("reference", ""),
        ];
        let body: String = fields
            .iter()
            .map(|(name, value)| {
                let value = changed
                    .iter()
                    .find(|(other, _)| other == name)
                    .map_or(value, |(_, value)| value);
                format!("<{name}>{value}</{name}>")
            })
            .collect();
        format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><warning>{body}</warning>")
    }
}
