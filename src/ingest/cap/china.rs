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
use crate::domain::ids::AreaCode;

/// The four levels of a warning, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    Red,
    Orange,
    Yellow,
    Blue,
}

impl Colour {
    pub const ALL: [Colour; 4] = [Colour::Red, Colour::Orange, Colour::Yellow, Colour::Blue];

    /// Returns the colour as titles write it.
    pub fn zh(self) -> &'static str {
        match self {
            Colour::Red => "红色",
            Colour::Orange => "橙色",
            Colour::Yellow => "黄色",
            Colour::Blue => "蓝色",
        }
    }

    fn of_severity(severity: Severity) -> Option<Colour> {
        match severity {
            Severity::Extreme => Some(Colour::Red),
            Severity::Severe => Some(Colour::Orange),
            Severity::Moderate => Some(Colour::Yellow),
            Severity::Minor => Some(Colour::Blue),
            Severity::Unknown => None,
        }
    }
}

/// Where a message says its colour, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    Title,
    Severity,
    Text,
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
    let parts = chinese_parts(alert);
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
        areas: areas(alert, &parts, &root, &mut notes),
        ends,
        notes,
    })
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
fn chinese_parts(alert: &Alert) -> Vec<(usize, &Info)> {
    let parts = || (1..).zip(&alert.infos);
    let chinese: Vec<_> = parts().filter(|(_, info)| is_chinese(info)).collect();
    if chinese.is_empty() { parts().collect() } else { chinese }
}

fn is_chinese(info: &Info) -> bool {
    info.language.split('-').next().is_some_and(|primary| primary.eq_ignore_ascii_case("zh"))
}

fn colour(info: &Info, title: &str, path: &Path<'_>, notes: &mut Vec<Note>) -> Option<Colour> {
    let text = info.description.as_deref().unwrap_or_default();
    let evidence = [
        (Evidence::Title, title::colour(title)),
        (Evidence::Severity, Colour::of_severity(info.severity)),
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

fn areas(
    alert: &Alert,
    parts: &[(usize, &Info)],
    root: &Path<'_>,
    notes: &mut Vec<Note>,
) -> Vec<AreaCode> {
    let national = identifier_form(&alert.identifier) == IdentifierForm::National;
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
    let mut seen = BTreeSet::new();
    codes.retain(|code| seen.insert(*code));
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

/// Tells whether a geocode is of the Chinese division codes, by what such codes are called.
fn names_divisions(geocode: &NamedValue) -> bool {
    const NAMES: [&str; 6] = ["cpeas", "2260", "adcode", "division", "区划", "地区编码"];
    let name = geocode.name.to_lowercase();
    NAMES.iter().any(|known| name.contains(known))
}
