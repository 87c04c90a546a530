//! Warnings of QWeather, in the old form (`warning`) and the new (`alerts`). It relays other offices'
//! warnings under names and type codes of its own; new types appear, so none is refused.

use serde_json::Value;

use super::{
    Fault, Items, Problem,
    codes::{self, Family},
    each,
    fields::{self, Fields},
    identity::Identity,
    notes::{Notes, Remark},
    said::{self, Claim, Said},
};
use crate::{
    domain::{
        ids::AreaCode,
        time::Timestamp,
        warning::{Message, MessageKind, Reference, WarnedArea},
    },
    ingest::cap::fault::excerpt,
};

const SOURCE: &str = "qweather";

/// What the two forms call the same.
struct Names {
    list: &'static str,
    sender: &'static str,
    sent: &'static str,
    title: &'static str,
    text: &'static str,
    effective: &'static str,
    expires: &'static str,
}

const OLD: Names = Names {
    list: "warning",
    sender: "sender",
    sent: "pubTime",
    title: "title",
    text: "text",
    effective: "startTime",
    expires: "endTime",
};
const NEW: Names = Names {
    list: "alerts",
    sender: "senderName",
    sent: "issuedTime",
    title: "headline",
    text: "description",
    effective: "effectiveTime",
    expires: "expireTime",
};

/// Reads the answer about one place; `asked` is the division that was asked about, since the answer
/// names none.
pub fn read(bytes: &[u8], asked: Option<AreaCode>) -> Items {
    let answer = fields::json(bytes)?;
    let root = Fields::root(&answer)?;
    let code = root.text("code")?;
    if let Some(code) = code.filter(|code| code != "200") {
        let answer = code.into_owned();
        return Err(root.fault("code", Problem::Refused { answer }));
    }
    if let Some(error) = root.inside("error")? {
        let answer = error.text("title")?.or(error.text("detail")?).unwrap_or_default();
        return Err(root.fault("error", Problem::Refused { answer: excerpt(&answer) }));
    }
    let names = if root.has(NEW.list) { &NEW } else { &OLD };
    if !root.has(names.list) {
        return Err(root.fault(names.list, Problem::Missing));
    }
    let (list, path) = root.list(names.list)?;
    let read = |value: &Value, number| item(value, &path, number, names, asked);
    Ok(each(list, &path, read, Value::to_string))
}

fn item(
    value: &Value,
    path: &str,
    number: usize,
    names: &Names,
    asked: Option<AreaCode>,
) -> Result<Message, Fault> {
    let fields = Fields::item(value, path, number, &["id", names.title])?;
    let mut notes = Notes::default();
    let title = fields.title(names.title, &mut notes)?;
    let text = text(&fields, names, &mut notes)?;
    let sent = fields.need_time(names.sent)?;
    let id = fields.text("id")?;
    let issued = fields.need(names.sent)?;
    let identity = Identity::of(SOURCE, id.as_deref(), &[&title, &issued], "id", &mut notes);
    let expires = fields.time(names.expires, &mut notes)?;
    if expires.is_none() {
        notes.tell(names.expires, &Remark::NoEnd);
    }
    let said = said(&fields, &title, &text, &mut notes)?;
    let kind = said.kind(stated(&fields, &mut notes)?, &mut notes);
    let references = references(&fields, &identity, sent, &mut notes)?;
    said::note_unnamed(kind, references.len(), &mut notes);
    let (event, event_code) = said.event(&mut notes);
    let sender = fields.text(names.sender)?.unwrap_or_default();
    let areas = vec![area(&identity, asked, &excerpt(&sender), &mut notes)];
    Ok(Message {
        sender: identity.sender.clone(),
        sent,
        status: said.status(&mut notes),
        kind,
        references,
        event,
        event_code,
        colour: said.colour(&mut notes),
        headline: title.clone(),
        description: text.clone(),
        instruction: fields.prose("instruction", &mut notes)?,
        effective: fields.time(names.effective, &mut notes)?.unwrap_or(sent),
        onset: fields.time("onsetTime", &mut notes)?,
        expires,
        areas,
        identifier: identity.identifier,
        notes: notes.into_texts(),
    })
}

/// Returns the text, with the sender's own criteria after it: a local rule can differ from the national one.
fn text(fields: &Fields<'_>, names: &Names, notes: &mut Notes) -> Result<String, Fault> {
    let text = fields.prose(names.text, notes)?;
    let criteria = fields.prose("criteria", notes)?;
    Ok(if criteria.is_empty() { text } else { format!("{text}\n标准：{criteria}") })
}

fn said<'a>(
    fields: &Fields<'_>,
    title: &'a str,
    text: &'a str,
    notes: &mut Notes,
) -> Result<Said<'a>, Fault> {
    let mut said = Said { title, text, ..Said::default() };
    let colour = match fields.inside("color")? {
        Some(colour) => colour.text("code")?,
        None => fields.text("severityColor")?,
    };
    let colour = colour.and_then(|word| codes::of_word(&word));
    said.colours.extend(colour.map(|colour| Claim::new("color", colour)));
    let level = fields.text("level")?.and_then(|word| codes::of_word(&word));
    said.colours.extend(level.map(|colour| Claim::new("level", colour)));
    let (name, code) = match fields.inside("eventType")? {
        Some(event) => (event.text("name")?, event.text("code")?),
        None => (fields.text("typeName")?, fields.text("type")?),
    };
    let named = name.is_some();
    said.hazards.extend(name.map(|name| Claim::new("the type's name", excerpt(&name))));
    if let Some(code) = code {
        match codes::name(Family::QWeather, &code) {
            Some(name) => {
                let from = format!("{code} of {}", Family::QWeather);
                said.hazards.push(Claim::new(from, name.to_owned()));
            }
            None if named => {}
            None => {
                let (code, family) = (excerpt(&code), Family::QWeather);
                notes.tell("type", &Remark::UnknownCode { code, family });
            }
        }
    }
    Ok(said)
}

/// Reads `messageType.code` of the new form or `status` of the old, which calls a new warning `active`.
fn stated(fields: &Fields<'_>, notes: &mut Notes) -> Result<Option<MessageKind>, Fault> {
    let word = match fields.inside("messageType")? {
        Some(kind) => kind.text("code")?,
        None => fields.text("status")?,
    };
    let Some(word) = word else { return Ok(None) };
    if word.eq_ignore_ascii_case("active") {
        return Ok(Some(MessageKind::Alert));
    }
    let kind = said::kind_of(&word, "messageType", notes);
    if kind.is_none() {
        notes.tell("messageType", &Remark::UnknownKind { word: excerpt(&word) });
    }
    Ok(kind)
}

/// Reads `messageType.supersedes` of the new form or `related` of the old.
fn references(
    fields: &Fields<'_>,
    identity: &Identity,
    sent: Timestamp,
    notes: &mut Notes,
) -> Result<Vec<Reference>, Fault> {
    let named = match fields.inside("messageType")? {
        Some(kind) => {
            let (list, _) = kind.list("supersedes")?;
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
        }
        None => fields.text("related")?.unwrap_or_default().into_owned(),
    };
    Ok(identity.references(&named, sent, "supersedes", notes))
}

fn area(
    identity: &Identity,
    asked: Option<AreaCode>,
    sender: &str,
    notes: &mut Notes,
) -> WarnedArea {
    match asked {
        Some(code) if identity.area.is_none() => {
            notes.tell("area", &Remark::AreaAsked { code });
            let description = if sender.is_empty() { code.to_string() } else { sender.to_owned() };
            WarnedArea { description: description.into(), codes: vec![code], shapes: Vec::new() }
        }
        Some(_) | None => identity.area_of_sender(sender, notes),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::warning::Colour;

    #[test]
    fn the_old_form_is_a_warning_of_the_place_that_was_asked_about() {
        let read = one(json!({"code": "200", "warning": [old()]}));
        assert_eq!((read.identifier.as_str(), read.sender.as_str()), (ID, "qweather"));
        assert_eq!((read.event.as_str(), read.event_code.as_deref()), ("大风", Some("11B06")));
        assert_eq!((read.colour, read.kind), (Some(Colour::Blue), MessageKind::Alert));
        assert_eq!(read.description, "示例县气象台发布大风蓝色预警：阵风7～8级，“请注意”。");
        assert_eq!(read.areas[0].codes, ["990101".parse().unwrap()]);
        assert_eq!(read.areas[0].description, "示例县气象台");
        assert_eq!(read.notes.len(), 2, "{:?}", read.notes);
        assert!(read.notes[0].contains("no national identifier"));
        assert!(read.notes[1].contains("asked about"));
    }

    #[test]
    fn the_new_form_says_what_it_takes_the_place_of() {
        let read = one(json!({"metadata": {}, "alerts": [new()]}));
        assert_eq!(read.kind, MessageKind::Update);
        let names: Vec<_> =
            read.references.iter().map(|reference| &*reference.identifier).collect();
        assert_eq!(names, ["202607201119105837988676"]);
        assert_eq!(read.references[0].sender, read.sender);
        assert_eq!(read.description, "预计有雷暴大风。\n标准：6小时内有雷暴大风");
        assert_eq!(read.instruction, "请关好门窗");
        assert_eq!((read.colour, read.event.as_str()), (Some(Colour::Orange), "雷暴大风"));
        assert_eq!(read.event_code, None);
        assert_eq!(read.onset, "2026-07-21T19:00:00+08:00".parse().ok());
    }

    #[test]
    fn a_cancel_ends_and_an_unknown_type_never_fails() {
        let mut item = new();
        item["messageType"]["code"] = "cancel".into();
        item["eventType"] = json!({"name": "怪兽", "code": "9999"});
        item["headline"] = "示例县气象台发布怪兽橙色预警".into();
        let read = one(json!({"alerts": [item]}));
        assert_eq!((read.kind, read.event.as_str()), (MessageKind::Cancel, "怪兽"));

        let mut item = old();
        item["type"] = "9999".into();
        item["typeName"] = "".into();
        item["status"] = "sleeping".into();
        let read = one(json!({"code": "200", "warning": [item]}));
        let text = read.notes.join("\n");
        assert!(text.contains("\"9999\" is none of QWeather's codes"), "{text}");
        assert!(text.contains("\"sleeping\" is no message type"), "{text}");
    }

    #[test]
    fn a_code_that_disagrees_is_told_with_its_family() {
        let mut item = old();
        item["type"] = "1003".into();
        let read = one(json!({"code": "200", "warning": [item]}));
        assert_eq!(read.event, "大风");
        let text = read.notes.join("\n");
        assert!(
            text.contains("1003 of QWeather's codes means 暴雨 and the title says 大风"),
            "{text}"
        );
    }

    #[test]
    fn a_refusal_is_a_fault_of_the_source_and_no_warnings_are_none() {
        let read = |text: &str| read(text.as_bytes(), None).map_err(|fault| fault.code());
        assert_eq!(read("{\"code\":\"402\"}"), Err("feed.refused"));
        assert_eq!(read("{\"error\":{\"status\":403,\"title\":\"Denied\"}}"), Err("feed.refused"));
        assert_eq!(read("{\"code\":\"200\"}"), Err("feed.missing_element"));
        assert_eq!(read("{\"code\":\"200\",\"warning\":[]}"), Ok(vec![]));
        assert_eq!(read("{\"metadata\":{\"zeroResult\":true},\"alerts\":[]}"), Ok(vec![]));
    }

    const ID: &str = "10199010120260721103000500681616";

    fn one(answer: Value) -> Message {
        let asked = "990101".parse().ok();
        read(answer.to_string().as_bytes(), asked).unwrap().remove(0).unwrap().message
    }

    fn old() -> Value {
        json!({
            "id": ID, "sender": "示例县气象台", "pubTime": "2026-07-21T10:30+08:00",
            "title": "示例县气象台发布大风蓝色预警[Ⅳ级/一般]", "status": "active", "level": "",
            "startTime": "2026-07-21T10:30+08:00", "endTime": "2026-07-22T10:30+08:00",
            "severity": "Minor", "severityColor": "Blue", "type": "1006", "typeName": "大风",
            "text": "示例县气象台发布大风蓝色预警：阵风7&#65374;8级，&ldquo;请注意&rdquo;。", "related": "",
        })
    }

    fn new() -> Value {
        json!({
            "id": "202607211119105837988676", "senderName": "示例县气象台",
            "issuedTime": "2026-07-21T18:00+08:00", "effectiveTime": "2026-07-21T18:00+08:00",
            "onsetTime": "2026-07-21T19:00+08:00", "expireTime": "2026-07-22T18:00+08:00",
            "messageType": {"code": "update", "supersedes": ["202607201119105837988676"]},
            "eventType": {"name": "雷暴大风", "code": "1058"}, "severity": "severe",
            "color": {"code": "orange", "red": 255}, "headline": "示例县气象台发布雷暴大风橙色预警",
            "description": "预计有雷暴大风。", "criteria": "6小时内有雷暴大风", "instruction": "请关好门窗",
            "urgency": null, "certainty": null, "responseTypes": [],
        })
    }
}
