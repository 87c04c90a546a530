//! Warnings of weather.com.cn: a list of those in force, and a script with the whole of each.

use std::borrow::Cow;

use compact_str::CompactString;
use serde_json::Value;

use super::{
    Fault, Items, MAX_ITEMS, Problem,
    codes::{self, Family},
    each,
    fields::{self, Fields},
    identity::Identity,
    notes::{Notes, Remark},
    said::{self, Claim, Said},
};
use crate::{
    domain::{
        area::LonLat,
        warning::{Message, MessageKind},
    },
    ingest::cap::fault::excerpt,
};

const SOURCE: &str = "weather.com.cn";
/// The element that names the forecaster, which is nobody's business here.
const FORECASTER: &str = "UNDERWRITER";

/// A row of the list: which file holds the warning.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Such as 示例省示例市示例县.
    pub region: CompactString,
    /// Plain name of the file, such as `101131007-20261006212927-0902.html`.
    pub file: CompactString,
    /// Empty in the short form of the list.
    pub title: String,
    pub at: Option<LonLat>,
}

/// Reads the list of warnings in force, `var alarminfo={"count":…,"data":[[region, file, lon, lat, …]]}`.
pub fn list(bytes: &[u8]) -> Result<Vec<Result<Row, Fault>>, Fault> {
    let answer = fields::script(bytes)?;
    let root = Fields::root(&answer)?;
    if !root.has("data") {
        return Err(root.fault("data", Problem::Missing));
    }
    let (rows, path) = root.list("data")?;
    let mut read: Vec<_> =
        (1..).zip(rows).take(MAX_ITEMS).map(|(number, value)| row(value, &path, number)).collect();
    if rows.len() > MAX_ITEMS {
        let problem = Problem::TooLarge { what: "items", limit: MAX_ITEMS };
        read.push(Err(Fault::of_all(&path, problem)));
    }
    Ok(read)
}

fn row(value: &Value, path: &str, number: usize) -> Result<Row, Fault> {
    let text = |index: usize| match value.get(index) {
        Some(Value::String(text)) => {
            Some(Cow::Borrowed(text.trim())).filter(|text| !text.is_empty())
        }
        Some(Value::Number(number)) => Some(Cow::Owned(number.to_string())),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => None,
    };
    let region = text(0).unwrap_or_default();
    let fault = |index: usize, problem| Fault {
        item: if region.is_empty() { format!("item {number}") } else { excerpt(&region) },
        element: format!("{path}[{number}][{index}]"),
        problem,
    };
    let file = text(1).ok_or_else(|| fault(1, Problem::Missing))?;
    if !is_file_name(&file) {
        return Err(fault(1, Problem::FileName { name: excerpt(&file) }));
    }
    let degrees =
        |index: usize| text(index)?.parse::<f64>().ok().filter(|number| number.is_finite());
    let at = degrees(2).zip(degrees(3)).map(|(lon, lat)| [lon, lat]);
    Ok(Row {
        region: excerpt(&region).into(),
        file: file.as_ref().into(),
        title: text(6).map(|title| excerpt(&title)).unwrap_or_default(),
        at: at.filter(|[lon, lat]| lon.abs() <= 180.0 && lat.abs() <= 90.0),
    })
}

/// The name goes into an address: it must not lead anywhere else.
fn is_file_name(name: &str) -> bool {
    const LONGEST: usize = 100;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(plain) && !name.contains("..")
}

/// Reads the script that holds one warning, `var alarminfo={…};`, or several in a list.
pub fn read(bytes: &[u8]) -> Items {
    let answer = fields::script(bytes)?;
    let values = match &answer {
        Value::Array(list) => list.as_slice(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            std::slice::from_ref(&answer)
        }
    };
    Ok(each(values, "/", item, kept))
}

/// Returns what the record keeps of a warning: all of it, but for the forecaster's name.
fn kept(item: &Value) -> String {
    let mut item = item.clone();
    if let Some(name) = item.get_mut(FORECASTER) {
        *name = Value::String(String::new());
    }
    item.to_string()
}

fn item(value: &Value, number: usize) -> Result<Message, Fault> {
    let fields = Fields::item(value, "", number, &["identifier", "ALERTID", "head"])?;
    let mut notes = Notes::default();
    let title = fields.title("head", &mut notes)?;
    let text = fields.prose("ISSUECONTENT", &mut notes)?;
    let sent = fields.need_time("ISSUETIME")?;
    if !super::time::has_seconds(&fields.need("ISSUETIME")?) {
        notes.tell("ISSUETIME", &Remark::MinuteOnly);
    }
    let expires = fields.time("RELIEVETIME", &mut notes)?;
    if expires.is_none() {
        notes.tell("RELIEVETIME", &Remark::NoEnd);
    }
    let identity = identity(&fields, &title, &mut notes)?;
    let said = said(&fields, &title, &text, &mut notes)?;
    let stated = stated(&fields, &mut notes)?;
    let kind = said.kind(stated, &mut notes);
    let referred = fields.text("references")?.unwrap_or_default();
    let references = identity.references(&referred, sent, "references", &mut notes);
    said::note_unnamed(kind, references.len(), &mut notes);
    let place = ["PROVINCE", "CITY", "STATIONNAME"].map(|name| fields.text(name));
    let place = place.into_iter().collect::<Result<Vec<_>, _>>()?;
    let place = excerpt(&place.into_iter().flatten().collect::<String>());
    let (event, event_code) = said.event(&mut notes);
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
        instruction: String::new(),
        effective: sent,
        onset: None,
        expires,
        areas: vec![identity.area_of_sender(&place, &mut notes)],
        identifier: identity.identifier,
        notes: notes.into_texts(),
    })
}

fn identity(fields: &Fields<'_>, title: &str, notes: &mut Notes) -> Result<Identity, Fault> {
    let given = fields.text("identifier")?.or(fields.text("ALERTID")?);
    let issued = fields.need("ISSUETIME")?;
    Ok(Identity::of(SOURCE, given.as_deref(), &[title, &issued], "identifier", notes))
}

/// Collects what the names and the codes say; the codes are weather.com.cn's own family.
fn said<'a>(
    fields: &Fields<'_>,
    title: &'a str,
    text: &'a str,
    notes: &mut Notes,
) -> Result<Said<'a>, Fault> {
    let mut said = Said { title, text, ..Said::default() };
    if let Some(level) = fields.text("SIGNALLEVEL")?.and_then(|word| codes::of_word(&word)) {
        said.colours.push(Claim::new("SIGNALLEVEL", level));
    }
    if let Some(code) = fields.text("LEVELCODE")?
        && let Some(level) = codes::of_level(&code)
    {
        said.colours.push(Claim::new(format!("LEVELCODE {code} of weather.com.cn"), level));
    }
    if let Some(name) = fields.text("SIGNALTYPE")? {
        said.hazards.push(Claim::new("SIGNALTYPE", excerpt(&name)));
    }
    if let Some(code) = fields.text("TYPECODE")? {
        match codes::name(Family::WeatherCn, &code) {
            Some(name) => {
                let from = format!("{} {code}", Family::WeatherCn);
                said.hazards.push(Claim::new(from, name.to_owned()));
            }
            None => {
                let (code, family) = (excerpt(&code), Family::WeatherCn);
                notes.tell("TYPECODE", &Remark::UnknownCode { code, family });
            }
        }
    }
    Ok(said)
}

fn stated(fields: &Fields<'_>, notes: &mut Notes) -> Result<Option<MessageKind>, Fault> {
    let Some(word) = fields.text("msgType")? else { return Ok(None) };
    let kind = said::kind_of(&word, "msgType", notes);
    if kind.is_none() {
        notes.tell("msgType", &Remark::UnknownKind { word: excerpt(&word) });
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::warning::{Colour, Reference};

    #[test]
    fn a_detail_is_a_whole_warning() {
        let read = one(detail());
        assert_eq!(read.identifier, "99010141600000_20260721180012");
        assert_eq!(read.sender, "99010141600000");
        assert_eq!(read.kind, MessageKind::Alert);
        assert_eq!(read.references, []);
        assert_eq!((read.event.as_str(), read.event_code.as_deref()), ("雷电", Some("11B14")));
        assert_eq!(read.colour, Some(Colour::Yellow));
        assert_eq!(read.sent, "2026-07-21T18:00:12+08:00".parse().unwrap());
        assert_eq!(read.expires, "2026-07-22T06:00:12+08:00".parse().ok());
        assert_eq!(read.areas[0].description, "示例省示例市示例县");
        assert_eq!(read.areas[0].codes, ["990101".parse().unwrap()]);
        assert!(!format!("{read:?}").contains("王五"));
        assert_eq!(read.notes.len(), 2, "{:?}", read.notes);
        assert!(read.notes[0].contains("itself") && read.notes[1].contains("first six digits"));
    }

    #[test]
    fn codes_that_disagree_with_the_title_are_shown_with_their_family() {
        let mut detail = detail();
        // 02 is 暴雨 in this family, and 02 is no national code: 11B02 would be 龙卷风.
        detail["TYPECODE"] = "02".into();
        detail["LEVELCODE"] = "04".into();
        let read = one(detail.clone());
        assert_eq!((read.event.as_str(), read.event_code.as_deref()), ("雷电", Some("11B14")));
        assert_eq!(read.colour, Some(Colour::Yellow));
        let text = read.notes.join("\n");
        assert!(
            text.contains("weather.com.cn's TYPECODE 02 means 暴雨 and the title says 雷电"),
            "{text}"
        );
        assert!(text.contains("LEVELCODE 04 of weather.com.cn says 红色"), "{text}");

        detail["head"] = "天气提示".into();
        detail["SIGNALTYPE"] = "".into();
        let read = one(detail);
        assert_eq!(read.event, "暴雨");
        assert!(
            read.notes
                .iter()
                .any(|note| note.contains("暴雨 was taken from weather.com.cn's TYPECODE 02"))
        );
    }

    #[test]
    fn an_update_and_a_misspelt_cancel_name_what_they_are_about() {
        let mut detail = detail();
        detail["msgType"] = "Update".into();
        detail["references"] = "99010141600000_20260720180000".into();
        let read = one(detail.clone());
        let sent = "2026-07-20T18:00:00+08:00".parse().unwrap();
        let identifier = "99010141600000_20260720180000".into();
        assert_eq!(read.kind, MessageKind::Update);
        assert_eq!(
            read.references,
            [Reference { sender: "99010141600000".into(), identifier, sent }]
        );

        detail["msgType"] = "Cancle".into();
        let read = one(detail);
        assert_eq!(read.kind, MessageKind::Cancel);
        assert!(read.notes.iter().any(|note| note.contains("Cancle")));
    }

    #[test]
    fn what_the_record_keeps_has_no_forecasters_name() {
        let text = format!("var alarminfo={};", detail());
        assert!(text.contains("王五"));
        let kept = read(text.as_bytes()).unwrap().remove(0).unwrap().original;
        assert!(!kept.contains("王五") && kept.contains("雷电黄色"));
    }

    #[test]
    fn the_list_says_which_files_to_read() {
        let text = "var alarminfo={\"count\":\"4\",\"data\":[\
            [\"示例县\",\"101990101-20260721180012-0902.html\",\"114.5\",\"35.6\",\"a\",\"b\",\"雷电黄色\",{}],\
            [\"示例市\",\"10199-20260721180012-0902.html\",\"x\",\"35.6\"],\
            [\"别处\",\"../../etc/passwd\"],[]]};";
        let rows = list(text.as_bytes()).unwrap();
        let first = rows[0].as_ref().unwrap();
        assert_eq!((first.region.as_str(), first.title.as_str()), ("示例县", "雷电黄色"));
        assert_eq!(first.at, Some([114.5, 35.6]));
        assert_eq!(rows[1].as_ref().unwrap().at, None);
        let fault = rows[2].as_ref().unwrap_err();
        assert_eq!(
            (&*fault.item, &*fault.element, fault.code()),
            ("别处", "/data[3][1]", "feed.file_name")
        );
        assert_eq!(rows[3].as_ref().unwrap_err().code(), "feed.missing_element");
        assert_eq!(list(b"var alarminfo={};").unwrap_err().code(), "feed.missing_element");
    }

    fn one(detail: Value) -> Message {
        read(format!("var alarminfo={detail};\n").as_bytes()).unwrap().remove(0).unwrap().message
    }

    fn detail() -> Value {
        json!({
            "head": "示例省示例市示例县发布雷电黄色预警信号",
            "ALERTID": "202607211800120000雷电黄色",
            "PROVINCE": "示例省", "CITY": "示例市", "STATIONNAME": "示例县",
            "SIGNALTYPE": "雷电", "SIGNALLEVEL": "黄色", "TYPECODE": "09", "LEVELCODE": "02",
            "ISSUETIME": "2026-07-21 18:00:12", "RELIEVETIME": "2026-07-22 06:00:12",
            "ISSUECONTENT": "示例县气象台2026年7月21日18时发布雷电黄色预警信号：预计有雷电，请注意防范。",
            "UNDERWRITER": "王五", "TIME": "2026-07-21 18:05", "EFFECT": "101990101",
            "msgType": "Alert", "identifier": "99010141600000_20260721180012",
            "references": "99010141600000_20260721180012",
        })
    }
}
