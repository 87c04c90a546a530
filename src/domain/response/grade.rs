//! How grave a response is: Ⅰ (特别重大) to Ⅳ (一般).

use serde::{Deserialize, Serialize};

use crate::domain::warning::Colour;

/// A response level (应急响应级别): 1 (Ⅰ, gravest) to 4, as numbers on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Grade(u8);

/// Why a number is no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no response level {0}: use 1 (Ⅰ, gravest) to 4")]
pub struct NotAGrade(u8);

impl Grade {
    pub const ALL: [Grade; 4] = [Grade(1), Grade(2), Grade(3), Grade(4)];

    pub fn number(self) -> u8 {
        self.0
    }

    pub fn is_graver_than(self, other: Grade) -> bool {
        self.0 < other.0
    }

    /// Returns it as documents write it.
    pub fn zh(self) -> &'static str {
        match self.0 {
            1 => "Ⅰ级",
            2 => "Ⅱ级",
            3 => "Ⅲ级",
            _ => "Ⅳ级",
        }
    }

    /// Returns the colour that calls about it have; a warning's own colour is another matter.
    pub fn colour(self) -> Colour {
        match self.0 {
            1 => Colour::Red,
            2 => Colour::Orange,
            3 => Colour::Yellow,
            _ => Colour::Blue,
        }
    }
}

impl TryFrom<u8> for Grade {
    type Error = NotAGrade;

    fn try_from(number: u8) -> Result<Self, NotAGrade> {
        if (1..=4).contains(&number) { Ok(Grade(number)) } else { Err(NotAGrade(number)) }
    }
}

impl From<Grade> for u8 {
    fn from(grade: Grade) -> u8 {
        grade.0
    }
}
