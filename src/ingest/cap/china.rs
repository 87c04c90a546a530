//! How China fills CAP in: four colours, national event and area codes, titles that people were told.
//!
//! Invariant: where a message contradicts itself the title counts, and a note says so.

use std::{collections::BTreeSet, fmt};

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::{
    alert::{Alert, Info, NamedValue},
    event_codes::{self, EventCode},
    fault::excerpt,
    note::{MAX_NOTES, Note, Remark},
    path::Path,
    title,
    words::{MsgType, Severity},
};
use crate::domain::{ids::AreaCode, warning::Colour};

/// Where a message says its colour, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    Title,
    Severity,
    Text,
}

impl Evidence {
    pub(super) fn zh(self) -> &'static str {
        match self {
            Evidence::Title => "标题",
            Evidence::Severity => "严重程度",
            Evidence::Text => "正文",
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Evidence::Title => "the title",
            Evidence::Severity => "the severity",
            Evidence::Text => "the text",
        })
    }
}

/// A message as a Chinese warning.
#[derive(Debug, PartialEq)]
pub struct Profile<'a> {
    /// The part in Chinese, or the first where none is.
    pub info: &'a Info,
    /// The headline, or the event where there is none.
    pub title: &'a str,
    pub colour: Option<Colour>,
    /// `None` for a type that the national list does not have; `info.event` still names it.
    pub event: Option<&'static EventCode>,
    /// The divisions named by code, in their order and each once.
    pub areas: Vec<AreaCode>,
    /// The message ends the warnings that it refers to.
    pub ends: bool,
    pub notes: Vec<Note>,
}

/// Reads a message as a Chinese warning; `None` when it has no part that says anything.
pub fn profile(alert: &Alert) -> Option<Profile<'_>> {
    let root = Path::root("alert");
    let mut notes = Vec::new();
    let parts = counting_parts(alert);
    let (number, info) = *parts.iter().min_by_key(|(_, info)| info.severity as u8)?;
    let path = root.nth_child("info", number);
    if parts.len() > 1 {
        notes.push(Note::new(&path, Remark::SeveralParts { count: parts.len() }));
    }
    if identifier_form(&alert.identifier) == IdentifierForm::Broken {
        notes.push(Note::new(root.child("identifier"), Remark::BrokenIdentifier));
    }
    let title = info.headline.as_deref().unwrap_or(&info.event);
    let ends = alert.msg_type == MsgType::Cancel || title::lifts(title);
    if ends && alert.msg_type != MsgType::Cancel {
        notes.push(Note::new(path.child("headline"), Remark::EndedByTitle));
    }
    Some(Profile {
        info,
        title,
        colour: colour(info, title, &path, &mut notes),
        event: event(info, title, &path, &mut notes),
        areas: areas(alert, &parts, &mut notes),
        ends,
        notes,
    })
}

/// Tells whether a headline ends a warning, such as 县气象台解除暴雨红色预警信号.
pub fn lifts(headline: &str) -> bool {
    title::lifts(headline)
}

/// Returns the office that a headline says announces it, such as 蓬莱区气象台.
pub fn issuer(headline: &str) -> Option<&str> {
    title::issuer(headline)
}

/// Returns a text without its opening that says again who announces what, up to the colon.
pub fn grounds(text: &str) -> &str {
    match text.split_once('：') {
        Some((opening, rest)) if title::issuer(opening).is_some() => rest.trim_start(),
        Some(_) | None => text,
    }
}

/// Forgets who at the bureau wrote a Chinese message: `senderName` there is a person's name.
pub fn forget_forecaster(alert: &mut Alert) {
    let national = identifier_form(&alert.identifier) != IdentifierForm::Foreign;
    if national || alert.infos.iter().any(is_chinese) {
        for info in &mut alert.infos {
            info.sender_name = None;
        }
    }
}

/// Whether an identifier is 预警信息唯一标识.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentifierForm {
    /// Fourteen digits of place and agency, `_`, the time of entry, and perhaps `_` and a serial digit.
    National,
    /// Looks like one, but a part has the wrong length or the time never was.
    Broken,
    Foreign,
}

/// Tells whether an identifier is a national one.
pub fn identifier_form(identifier: &str) -> IdentifierForm {
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = identifier.split('_').collect();
    let serial = match parts.as_slice() {
        [_, _] => "0",
        [_, _, serial] => serial,
        _ => return IdentifierForm::Foreign,
    };
    if !parts.iter().copied().all(is_digits) || parts[0].len() < 6 {
        return IdentifierForm::Foreign;
    }
    let whole = parts[0].len() == 14 && is_time(parts[1]) && serial.len() == 1;
    if whole { IdentifierForm::National } else { IdentifierForm::Broken }
}

fn is_time(digits: &str) -> bool {
    digits.len() == 14 && NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S").is_ok()
}

/// Returns the Chinese parts with their numbers, or all when none is Chinese.
fn counting_parts(alert: &Alert) -> Vec<(usize, &Info)> {
    let mut parts = all_parts(alert);
    if alert.infos.iter().any(is_chinese) {
        parts.retain(|(_, info)| is_chinese(info));
    }
    parts
}

fn all_parts(alert: &Alert) -> Vec<(usize, &Info)> {
    (1..).zip(&alert.infos).collect()
}

fn is_chinese(info: &Info) -> bool {
    info.language.split('-').next().is_some_and(|primary| primary.eq_ignore_ascii_case("zh"))
}

fn colour(info: &Info, title: &str, path: &Path<'_>, notes: &mut Vec<Note>) -> Option<Colour> {
    let text = info.description.as_deref().unwrap_or_default();
    let evidence = [
        (Evidence::Title, title::colour(title)),
        (Evidence::Severity, colour_of(info.severity)),
        (Evidence::Text, title::colour(title::first_statement(text))),
    ];
    let mut said = evidence.into_iter().filter_map(|(from, colour)| Some((from, colour?)));
    let Some((used_from, used)) = said.next() else {
        notes.push(Note::new(path, Remark::NoColour));
        return None;
    };
    if used_from != Evidence::Title {
        notes.push(Note::new(path, Remark::ColourSource { colour: used, from: used_from }));
    }
    for (other_from, other) in said.filter(|(_, other)| *other != used) {
        let remark = Remark::ColourConflict { used, used_from, other, other_from };
        notes.push(Note::new(path, remark));
    }
    Some(used)
}

fn event(
    info: &Info,
    title: &str,
    path: &Path<'_>,
    notes: &mut Vec<Note>,
) -> Option<&'static EventCode> {
    let mut coded = None;
    for (number, code) in (1..).zip(&info.event_codes).filter(|(_, code)| is_national(&code.value))
    {
        let known = event_codes::by_code(&code.value);
        if known.is_none() {
            let remark = Remark::UnknownEventCode { code: excerpt(&code.value) };
            notes.push(Note::new(path.nth_child("eventCode", number), remark));
        }
        coded = coded.or(known);
    }
    let told = title::event(title).or_else(|| title::event(&info.event));
    if let (Some(coded), Some(told)) = (coded, told)
        && coded != told
    {
        let remark =
            Remark::EventConflict { code: coded.name_zh.clone(), title: told.name_zh.clone() };
        notes.push(Note::new(path, remark));
    }
    told.or(coded)
}

/// Tells whether a value is meant to be a national code: 11 and a letter.
fn is_national(code: &str) -> bool {
    let code = code.as_bytes();
    code.starts_with(b"11") && code.get(2).is_some_and(u8::is_ascii_uppercase)
}

/// Reads the area codes of the parts that count, or of all when those name none by code.
fn areas(alert: &Alert, counting: &[(usize, &Info)], notes: &mut Vec<Note>) -> Vec<AreaCode> {
    let mut codes = areas_of(alert, counting, notes);
    if codes.is_empty() {
        codes = areas_of(alert, &all_parts(alert), notes);
    }
    let mut seen = BTreeSet::new();
    codes.retain(|code| seen.insert(*code));
    codes
}

fn areas_of(alert: &Alert, parts: &[(usize, &Info)], notes: &mut Vec<Note>) -> Vec<AreaCode> {
    let national = identifier_form(&alert.identifier) == IdentifierForm::National;
    let root = Path::root("alert");
    let mut codes = Vec::new();
    for (number, info) in parts {
        let path = root.nth_child("info", *number);
        for (number, area) in (1..).zip(&info.areas) {
            let path = path.nth_child("area", number);
            for geocode in area.geocodes.iter().filter(|code| national || names_divisions(code)) {
                codes.extend(divisions(&geocode.value, &path, notes));
            }
        }
    }
    codes
}

/// Reads one code or a list of them.
fn divisions(text: &str, path: &Path<'_>, notes: &mut Vec<Note>) -> Vec<AreaCode> {
    let mut codes = Vec::new();
    for value in text.split([',', ';', '，', '；', '、', ' ']).filter(|value| !value.is_empty())
    {
        match value.parse() {
            Ok(code) => codes.push(code),
            Err(_) if notes.len() >= MAX_NOTES => {}
            Err(_) => {
                let remark = Remark::UnreadableArea { value: excerpt(value) };
                notes.push(Note::new(path, remark));
            }
        }
    }
    codes
}

/// Tells whether a geocode is of the Chinese division codes, by what such codes are called or look like.
fn names_divisions(geocode: &NamedValue) -> bool {
    const NAMES: [&str; 6] = ["cpeas", "2260", "adcode", "division", "区划", "地区编码"];
    let name = geocode.name.to_lowercase();
    // No other list of codes has twelve digits.
    let value = geocode.value.trim();
    let is_full = value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit());
    is_full || NAMES.iter().any(|known| name.contains(known))
}

fn colour_of(severity: Severity) -> Option<Colour> {
    match severity {
        Severity::Extreme => Some(Colour::Red),
        Severity::Severe => Some(Colour::Orange),
        Severity::Moderate => Some(Colour::Yellow),
        Severity::Minor => Some(Colour::Blue),
        Severity::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::cap::read;

    #[test]
    fn the_chinese_part_is_read_in_full() {
        let alert = message("Extreme", "示例县气象台发布暴雨红色预警信号[Ⅰ级/特别严重]");
        let profile = profile(&alert).unwrap();
        assert_eq!(profile.info.language, "zh-CN");
        assert_eq!(profile.title, "示例县气象台发布暴雨红色预警信号[Ⅰ级/特别严重]");
        assert_eq!(profile.colour, Some(Colour::Red));
        assert_eq!(profile.event.unwrap().code, "11B03");
        assert_eq!(profile.areas, ["990101".parse().unwrap(), "990102003".parse().unwrap()]);
        assert!(!profile.ends);
        assert_eq!(profile.notes, []);
    }

    #[test]
    fn the_title_counts_where_a_message_contradicts_itself() {
        let alert = message("Severe", "示例县气象台发布暴雨红色预警信号");
        let read = profile(&alert).unwrap();
        assert_eq!(read.colour, Some(Colour::Red));
        assert_eq!(codes(&read), ["china.colour_conflict"]);
        assert_eq!(read.notes[0].element, "/alert/info[2]");
        assert!(read.notes[0].to_string().contains("红色 of the title was used"));

        let mut alert = message("Extreme", "示例县气象台发布暴雨红色预警信号");
        part(&mut alert).description = Some("气象台发布暴雨橙色预警信号：目前红色".into());
        assert_eq!(codes(&profile(&alert).unwrap()), ["china.colour_conflict"]);

        let mut alert = message("Extreme", "示例县气象台发布暴雨红色预警信号");
        part(&mut alert).event_codes[0].value = "11B06".into();
        let read = profile(&alert).unwrap();
        assert_eq!(read.event.unwrap().code, "11B03");
        assert_eq!(codes(&read), ["china.event_conflict"]);
    }

    #[test]
    fn a_colour_from_elsewhere_is_said_to_be() {
        let alert = message("Moderate", "示例县气象台发布暴雨预警");
        let read = profile(&alert).unwrap();
        assert_eq!(
            (read.colour, codes(&read)),
            (Some(Colour::Yellow), vec!["china.colour_source"])
        );

        let mut alert = message("Unknown", "示例县气象台发布暴雨预警");
        let read = profile(&alert).unwrap();
        assert_eq!((read.colour, codes(&read)), (None, vec!["china.no_colour"]));

        part(&mut alert).description = Some("气象台发布暴雨蓝色预警：请注意。".into());
        let read = profile(&alert).unwrap();
        assert_eq!((read.colour, codes(&read)), (Some(Colour::Blue), vec!["china.colour_source"]));
    }

    #[test]
    fn codes_of_other_families_are_not_read_as_national_ones() {
        for (value, expected) in
            [("11B2002", vec!["china.event_code"]), ("p0002003", vec![]), ("02", vec![])]
        {
            let mut alert = message("Extreme", "示例县气象台发布暴雨红色预警信号");
            part(&mut alert).event_codes[0].value = value.into();
            let read = profile(&alert).unwrap();
            assert_eq!(read.event.unwrap().code, "11B03");
            assert_eq!(codes(&read), expected, "{value}");
        }
    }

    #[test]
    fn a_type_that_is_not_on_the_list_keeps_its_name() {
        let mut alert = message("Extreme", "示例县气象台发布雷暴大风红色预警信号");
        part(&mut alert).event = "雷暴大风".into();
        part(&mut alert).event_codes.clear();
        let read = profile(&alert).unwrap();
        assert_eq!((read.event, read.info.event.as_str()), (None, "雷暴大风"));
    }

    #[test]
    fn a_cancel_or_a_lifting_title_ends_a_warning() {
        let mut alert = message("Extreme", "示例县气象台解除暴雨红色预警信号");
        assert!(profile(&alert).unwrap().ends);
        assert_eq!(codes(&profile(&alert).unwrap()), ["china.ended_by_title"]);
        alert.msg_type = MsgType::Cancel;
        assert!(profile(&alert).unwrap().ends);
        assert_eq!(profile(&alert).unwrap().notes, []);
    }

    #[test]
    fn a_code_of_twelve_digits_is_one_of_ours_whatever_it_is_called() {
        let names = |name: &str, value: &str| {
            names_divisions(&NamedValue { name: name.into(), value: value.into() })
        };
        assert!(names("areaCode", " 990101000000 "));
        assert!(!names("SAME", "006109"));
        assert!(!names("UGC", "CAZ00600000A"));
    }

    #[test]
    fn areas_are_read_from_chinese_codes_only() {
        let mut alert = message("Extreme", "示例县气象台发布暴雨红色预警信号");
        alert.identifier = "x".into();
        let geocode =
            |name: &str, value: &str| NamedValue { name: name.into(), value: value.into() };
        part(&mut alert).areas[0].geocodes = vec![
            geocode("UGC", "990103"),
            geocode("CPEAS Geographic Code", "990101000000"),
            geocode("行政区划代码", "990101，990102"),
            geocode("adcode", "9901x"),
        ];
        let read = profile(&alert).unwrap();
        assert_eq!(read.areas, ["990101".parse().unwrap(), "990102".parse().unwrap()]);
        assert_eq!(codes(&read), ["china.area"]);
        assert_eq!(read.notes[0].element, "/alert/info[2]/area[1]");

        part(&mut alert).areas.clear();
        assert_eq!(profile(&alert).unwrap().areas.len(), 2, "the English part has codes");
    }

    #[test]
    fn of_several_chinese_parts_the_worst_counts_with_the_areas_of_all() {
        let mut alert = message("Moderate", "示例县气象台发布暴雨黄色预警信号");
        let mut worse = part(&mut alert).clone();
        worse.severity = Severity::Extreme;
        worse.headline = Some("示例县气象台发布暴雨红色预警信号".into());
        worse.areas[0].geocodes[0].value = "990109".into();
        alert.infos.push(worse);
        let read = profile(&alert).unwrap();
        assert_eq!((read.colour, read.areas.len()), (Some(Colour::Red), 3));
        assert_eq!(codes(&read), ["china.several_parts"]);
    }

    #[test]
    fn an_identifier_is_national_with_a_real_time() {
        for (identifier, expected) in [
            ("37061441600000_20260801133303", IdentifierForm::National),
            ("41062241600000_20230605160643_0", IdentifierForm::National),
            ("37061441600000_20260832133303", IdentifierForm::Broken),
            ("37061441600000_20260801243303", IdentifierForm::Broken),
            ("37061441600000_202608011333", IdentifierForm::Broken),
            ("3706144160000_20260801133303", IdentifierForm::Broken),
            ("37061441600000_20260801133303_10", IdentifierForm::Broken),
            ("37061441600000_20260801133303_", IdentifierForm::Broken),
            ("37061441600000", IdentifierForm::Foreign),
            ("urn:oid:2.49.0.0.104", IdentifierForm::Foreign),
            ("1_2", IdentifierForm::Foreign),
            ("", IdentifierForm::Foreign),
        ] {
            assert_eq!(identifier_form(identifier), expected, "{identifier}");
        }
        let mut alert = message("Extreme", "示例县气象台发布暴雨红色预警信号");
        alert.identifier = "99010141600000_20261332180000".into();
        assert_eq!(codes(&profile(&alert).unwrap()), ["china.identifier"]);
    }

    #[test]
    fn forecasters_are_forgotten_and_foreign_offices_are_not() {
        let mut alert = message("Extreme", "示例县气象台发布暴雨红色预警信号");
        forget_forecaster(&mut alert);
        assert!(alert.infos.iter().all(|info| info.sender_name.is_none()));
        let mut foreign = message("Extreme", "Rain");
        foreign.identifier = "NWS-1".into();
        foreign.infos.truncate(1);
        forget_forecaster(&mut foreign);
        assert_eq!(foreign.infos[0].sender_name.as_deref(), Some("Forecaster"));
    }

    #[test]
    fn a_message_without_parts_is_no_warning() {
        let mut alert = message("Extreme", "x");
        alert.infos.clear();
        assert_eq!(profile(&alert), None);
    }

    fn codes(profile: &Profile<'_>) -> Vec<&'static str> {
        profile.notes.iter().map(Note::code).collect()
    }

    fn part(alert: &mut Alert) -> &mut Info {
        &mut alert.infos[1]
    }

    fn message(severity: &str, headline: &str) -> Alert {
        let info = |language: &str, event: &str, headline: &str| {
            format!(
                "<info><language>{language}</language><category>Met</category>\
                 <event>{event}</event><urgency>Unknown</urgency><severity>{severity}</severity>\
                 <certainty>Unknown</certainty><eventCode><valueName>GB/T 35561</valueName>\
                 <value>11B03</value></eventCode><senderName>Forecaster</senderName>\
                 <headline>{headline}</headline><area><areaDesc>示例县</areaDesc>\
                 <geocode><valueName>CPEAS Geographic Code</valueName><value>990101000000</value></geocode>\
                 <geocode><valueName>CPEAS Geographic Code</valueName><value>990102003</value></geocode>\
                 <geocode><valueName>CPEAS Geographic Code</valueName><value>990101</value></geocode>\
                 </area></info>"
            )
        };
        let text = format!(
            "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'>\
             <identifier>99010141600000_20260721180000</identifier><sender>Obs</sender>\
             <sent>2026-07-21T18:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType>\
             <scope>Public</scope>{}{}</alert>",
            info("en-US", "rainstorm", "red warning of rain"),
            info("zh-CN", "暴雨", headline),
        );
        read(text.as_bytes()).unwrap().alert
    }
}
