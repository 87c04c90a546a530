//! What is known of an incident: the fields of 信息接报, as bureaus take them down.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::domain::{
    actor::Actor, area::LonLat, board::Board, ids::AreaCode, rejection::Rejection,
    roster::change::known_area, time::Timestamp, unit::on_earth, warning::Colour,
};

use super::IncidentFault;

/// Longest name, post, telephone number and address, in characters.
const WORD_LIMIT: usize = 64;
const ADDRESS_LIMIT: usize = 200;
/// Longest cause, course and the like, in characters.
const TEXT_LIMIT: usize = 2_000;
/// Most people hurt in one way: more is a slip of the hand.
const MOST_PEOPLE: u32 = 1_000_000;

/// What is known of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Particulars {
    /// National code of the kind of incident (GB/T 35561), such as `11A01`.
    pub kind: CompactString,
    /// 1 (特别重大) to 4 (一般); none while it has not been graded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// At a time, in an area or about people that make every report urgent, whatever the level (敏感).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    pub received_at: Timestamp,
    pub occurred: Occurred,
    pub place: Place,
    pub source: Source,
    #[serde(default, skip_serializing_if = "Casualties::is_unknown")]
    pub casualties: Casualties,
    #[serde(flatten)]
    pub accounts: Accounts,
}

/// When it happened; what people say is often "about".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Occurred {
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub about: bool,
}

/// Where it is: always an area; an address and a point where they are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub area: AreaCode,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub address: CompactString,
    /// WGS-84.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<LonLat>,
}

/// Who reported it, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// How the report came: `phone`, `web`, `api`, `radio`, `in_person`, `document`.
    #[serde(default)]
    pub way: Way,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub unit: CompactString,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub name: CompactString,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub phone: CompactString,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    #[default]
    Phone,
    Web,
    Api,
    Radio,
    InPerson,
    Document,
}

/// People; none of a kind is not the same as nobody knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Casualties {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub injured: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trapped: Option<u32>,
}

impl Casualties {
    fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// What is told of it, each in free words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Accounts {
    /// 起因.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cause: String,
    /// 基本过程.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub course: String,
    /// 发展趋势.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub trend: String,
    /// 影响范围.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub extent: String,
    /// 财产损失.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub loss: String,
    /// 已采取措施.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub measures: String,
    /// 请求事项.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub requests: String,
    /// 领导到位情况.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub leaders: String,
    /// 现场指挥负责人: name, post, telephone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub commander: String,
}

impl Accounts {
    fn all(&self) -> [(&'static str, &String); 9] {
        [
            ("cause", &self.cause),
            ("course", &self.course),
            ("trend", &self.trend),
            ("extent", &self.extent),
            ("loss", &self.loss),
            ("measures", &self.measures),
            ("requests", &self.requests),
            ("leaders", &self.leaders),
            ("commander", &self.commander),
        ]
    }
}

impl Particulars {
    /// Returns the colour of its level; 红橙黄蓝 are Ⅰ–Ⅳ by law.
    pub fn colour(&self) -> Option<Colour> {
        match self.level? {
            1 => Some(Colour::Red),
            2 => Some(Colour::Orange),
            3 => Some(Colour::Yellow),
            _ => Some(Colour::Blue),
        }
    }

    /// Refuses what cannot be, naming the field.
    pub(super) fn check(
        &self,
        board: &Board,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        known_area(board, actor, self.place.area)?;
        if self.kind.trim().is_empty() {
            return Err(Rejection::Empty { field: "kind" });
        }
        if self.level.is_some_and(|level| !(1..=4).contains(&level)) {
            return Err(IncidentFault::Level.into());
        }
        if self.received_at > now {
            return Err(IncidentFault::Later { field: "received_at", than: "now" }.into());
        }
        if self.occurred.at > self.received_at {
            return Err(IncidentFault::Later { field: "occurred.at", than: "received_at" }.into());
        }
        if !self.place.point.is_none_or(on_earth) {
            return Err(Rejection::NotAPoint("place.point".into()));
        }
        self.check_lengths()?;
        let Casualties { dead, injured, missing, trapped } = self.casualties;
        if [dead, injured, missing, trapped].into_iter().flatten().any(|count| count > MOST_PEOPLE)
        {
            return Err(IncidentFault::People.into());
        }
        Ok(())
    }

    fn check_lengths(&self) -> Result<(), Rejection> {
        let words = [
            ("kind", &self.kind, WORD_LIMIT),
            ("place.address", &self.place.address, ADDRESS_LIMIT),
            ("source.unit", &self.source.unit, WORD_LIMIT),
            ("source.name", &self.source.name, WORD_LIMIT),
            ("source.phone", &self.source.phone, WORD_LIMIT),
        ];
        let words = words.into_iter().map(|(field, text, limit)| (field, text.as_str(), limit));
        let texts = self.accounts.all().map(|(field, text)| (field, text.as_str(), TEXT_LIMIT));
        let mut all = words.chain(texts);
        match all.find(|(_, text, limit)| text.chars().count() > *limit) {
            Some((field, _, limit)) => Err(Rejection::TooLong { field, limit }),
            None => Ok(()),
        }
    }
}
