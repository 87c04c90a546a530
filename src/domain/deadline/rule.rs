//! One rule: the case it is for, and what is due when.

use std::{fmt, str::FromStr};

use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{daily::ClockTime, due::Due};
use crate::domain::ids::{AreaCode, Level};

/// All rules; of those that fit a case the most specific counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    #[serde(rename = "rule", default)]
    pub rules: Vec<Rule>,
    #[serde(rename = "round", default)]
    pub rounds: Vec<Round>,
}

impl Rules {
    /// Returns the round that people mean by `name`: its id, or what it is called.
    pub fn round(&self, name: &str) -> Option<&Round> {
        let by_id = self.rounds.iter().find(|round| round.id == name);
        by_id.or_else(|| self.rounds.iter().find(|round| round.zh == name))
    }
}

/// One rule; see `config/deadlines.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: CompactString,
    #[serde(default)]
    pub series: Series,
    /// The jurisdiction whose rule it is; none: every one.
    #[serde(default)]
    pub area: Option<AreaCode>,
    /// National codes of incidents (GB/T 35561), or their beginnings; none means any.
    #[serde(default)]
    pub events: Vec<CompactString>,
    /// None means any, also incidents that have no level yet.
    #[serde(default)]
    pub levels: Vec<Gravity>,
    /// Only with so many dead and missing or more.
    #[serde(default)]
    pub deaths_from: Option<u32>,
    pub hop: Hop,
    pub stage: Stage,
    /// When the clock starts.
    pub from: Start,
    #[serde(default)]
    pub phone: Option<Due>,
    #[serde(default)]
    pub written: Option<Due>,
    /// The rule allows the report and does not demand it.
    #[serde(default)]
    pub optional: bool,
    /// Where it is written, in the county's words.
    pub source: String,
    /// False: shown as "to be confirmed".
    pub confirmed: bool,
}

impl Rule {
    /// Returns what is due by `medium`.
    pub fn due(&self, medium: Medium) -> Option<&Due> {
        match medium {
            Medium::Phone => self.phone.as_ref(),
            Medium::Written => self.written.as_ref(),
        }
    }
}

/// What is asked of every township again and again while it is switched on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    pub id: CompactString,
    pub zh: CompactString,
    pub en: CompactString,
    /// Until when it is answered, every day.
    pub times: Vec<ClockTime>,
    #[serde(default)]
    pub covers: Covers,
    pub source: String,
    pub confirmed: bool,
}

/// Which numbers a round asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Covers {
    /// As things stand when it is answered.
    #[default]
    Now,
    /// Up to 24:00 of the day before.
    DayBefore,
}

/// Reports that go side by side: a rule of one never replaces a rule of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Series {
    /// 突发事件信息.
    #[default]
    Incident,
    /// 灾情统计.
    Statistics,
}

/// Which of a series' reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 首报, 初报.
    First,
    /// 续报.
    FollowUp,
    /// 终报.
    Final,
    /// 零报告.
    Zero,
    /// 核报.
    Verified,
}

/// Phone first, paper after: each has a clock of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    Phone,
    Written,
}

impl Medium {
    pub const ALL: [Medium; 2] = [Medium::Phone, Medium::Written];
}

/// When a clock starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// 事发时间; where nobody knows it, receipt.
    Occurrence,
    /// 接报时间.
    Receipt,
    /// Since things do not get worse any more (灾情稳定); until then there is no clock.
    Stable,
}

/// The level of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Grade {
    /// Ⅰ 特别重大.
    One = 1,
    /// Ⅱ 重大.
    Two,
    /// Ⅲ 较大.
    Three,
    /// Ⅳ 一般.
    Four,
}

impl From<Grade> for u8 {
    fn from(grade: Grade) -> u8 {
        grade as u8
    }
}

impl TryFrom<u8> for Grade {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Grade::One),
            2 => Ok(Grade::Two),
            3 => Ok(Grade::Three),
            4 => Ok(Grade::Four),
            _ => Err("a level is 1 (gravest) to 4"),
        }
    }
}

/// What a rule asks of an incident's level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    Grade(Grade),
    /// Sensitive by time, place or people: reported whatever the level.
    Sensitive,
}

impl Serialize for Gravity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Gravity::Grade(grade) => grade.serialize(serializer),
            Gravity::Sensitive => serializer.serialize_str("sensitive"),
        }
    }
}

impl<'de> Deserialize<'de> for Gravity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl de::Visitor<'_> for Written {
            type Value = Gravity;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a level, 1 (gravest) to 4, or \"sensitive\"")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Gravity, E> {
                let grade = u8::try_from(number).ok().and_then(|n| Grade::try_from(n).ok());
                let wrong = || E::invalid_value(de::Unexpected::Unsigned(number), &self);
                grade.map(Gravity::Grade).ok_or_else(wrong)
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Gravity, E> {
                let wrong = || E::invalid_value(de::Unexpected::Signed(number), &self);
                u64::try_from(number).map_err(|_| wrong()).and_then(|number| self.visit_u64(number))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Gravity, E> {
                match text {
                    "sensitive" => Ok(Gravity::Sensitive),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Written)
    }
}

/// Somebody who reports or is reported to, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// Whoever leads where it happens.
    Scene,
    /// A company, school or other body.
    Unit,
    Village,
    Township,
    County,
    City,
    Province,
}

impl Rank {
    const ALL: [(Rank, &'static str); 7] = [
        (Rank::Scene, "scene"),
        (Rank::Unit, "unit"),
        (Rank::Village, "village"),
        (Rank::Township, "township"),
        (Rank::County, "county"),
        (Rank::City, "city"),
        (Rank::Province, "province"),
    ];

    pub fn name(self) -> &'static str {
        Rank::ALL.iter().find(|(rank, _)| *rank == self).map_or("", |(_, name)| name)
    }
}

impl From<Level> for Rank {
    fn from(level: Level) -> Self {
        match level {
            Level::Province => Rank::Province,
            Level::City => Rank::City,
            Level::County => Rank::County,
            Level::Township => Rank::Township,
            Level::Village => Rank::Village,
        }
    }
}

/// Who reports to whom; always upward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    from: Rank,
    to: Rank,
}

impl Hop {
    pub fn from(self) -> Rank {
        self.from
    }

    pub fn to(self) -> Rank {
        self.to
    }
}

/// Writes `county_to_city`.
impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_to_{}", self.from.name(), self.to.name())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a hop upward such as county_to_city; known are scene, unit, village, township, county, city, province"
)]
pub struct NotAHop(String);

impl FromStr for Hop {
    type Err = NotAHop;

    fn from_str(text: &str) -> Result<Self, NotAHop> {
        let rank =
            |name: &str| Rank::ALL.iter().find(|(_, known)| *known == name).map(|(rank, _)| *rank);
        let ends = text.split_once("_to_").and_then(|(from, to)| Some((rank(from)?, rank(to)?)));
        match ends {
            Some((from, to)) if from < to => Ok(Hop { from, to }),
            Some(_) | None => Err(NotAHop(text.chars().take(64).collect())),
        }
    }
}

impl Serialize for Hop {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hop {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CompactString::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
