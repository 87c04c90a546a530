//! What an incident needs, as a dispatcher writes it: `boat_rescue:2`, `pump:1000`, `item/sandbag:500`.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{AMOUNT_MAX, Catalogue, Counting};

/// Needs of one incident.
const NEEDS_MAX: usize = 32;
/// What a need for supplies begins with.
pub(super) const ITEM: &str = "item/";

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// An ability of units, by its code.
    Ability(CompactString),
    /// Supplies, by the code of the item in the depots' lists.
    Item(CompactString),
}

/// What is wanted, and how much of it: units, people or an amount, as the ability is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    pub wanted: Wanted,
    pub amount: u32,
}

/// Writes it as it is read: `boat_rescue:2`.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wanted {
            Wanted::Ability(code) => write!(f, "{code}:{}", self.amount),
            Wanted::Item(code) => write!(f, "{ITEM}{code}:{}", self.amount),
        }
    }
}

/// Why a text is no need.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NeedFault {
    #[error("no need is given; write it as boat_rescue:2")]
    Nothing,
    #[error("no capability {word:?}; use one of {known}, or item/CODE for supplies")]
    Unknown { word: CompactString, known: String },
    #[error("{need:?}: the amount is a whole number from 1 to 10000000, as in boat_rescue:2")]
    Amount { need: CompactString },
    #[error("{need:?}: say how many {counted_in}, as in {need}:100")]
    HowMany { need: CompactString, counted_in: CompactString },
    #[error("{0} is needed twice; add the two up")]
    Twice(CompactString),
    #[error("at most {NEEDS_MAX} needs at once; ask again for the others")]
    TooMany,
}

impl NeedFault {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            NeedFault::Nothing => "need.missing",
            NeedFault::Unknown { .. } => "need.unknown_capability",
            NeedFault::Amount { .. } => "need.amount",
            NeedFault::HowMany { .. } => "need.how_many",
            NeedFault::Twice(_) => "need.twice",
            NeedFault::TooMany => "need.too_many",
        }
    }

    /// Returns the field of the request that is at fault.
    pub fn field(&self) -> &'static str {
        "need"
    }
}

impl Catalogue {
    /// Reads needs that stand between commas (of either keyboard), each once.
    pub fn needs(&self, text: &str) -> Result<Vec<Need>, NeedFault> {
        let mut needs: Vec<Need> = Vec::new();
        let pieces = text.split([',', '，', ';', '；', '、']).map(str::trim);
        for piece in pieces.filter(|piece| !piece.is_empty()) {
            let need = self.need(piece)?;
            if needs.iter().any(|known| known.wanted == need.wanted) {
                return Err(NeedFault::Twice(piece.into()));
            }
            if needs.len() == NEEDS_MAX {
                return Err(NeedFault::TooMany);
            }
            needs.push(need);
        }
        if needs.is_empty() { Err(NeedFault::Nothing) } else { Ok(needs) }
    }

    /// Reads one need; where units are counted, no number means one.
    pub fn need(&self, text: &str) -> Result<Need, NeedFault> {
        let text = text.trim();
        let (word, amount) = parted(text);
        let number = |amount: &str| {
            let whole = amount.bytes().all(|byte| byte.is_ascii_digit());
            let read = amount.parse().ok().filter(|n| whole && (1..=AMOUNT_MAX).contains(n));
            read.ok_or_else(|| NeedFault::Amount { need: shortened(text) })
        };
        if let Some(item) = word.strip_prefix(ITEM) {
            let fits = !item.is_empty() && item.chars().count() <= super::TEXT_LIMIT;
            let amount = amount.filter(|_| fits);
            let amount = amount.ok_or_else(|| NeedFault::Amount { need: shortened(text) })?;
            return Ok(Need { wanted: Wanted::Item(item.into()), amount: number(amount)? });
        }
        let Some(ability) = self.find(word) else {
            return Err(if word.is_empty() {
                NeedFault::Nothing
            } else {
                NeedFault::Unknown { word: shortened(word), known: self.known() }
            });
        };
        let amount = match (amount, ability.counted) {
            (Some(amount), _) => number(amount)?,
            (None, Counting::Units) => 1,
            (None, Counting::People | Counting::Amount) => {
                let counted_in = ability.unit_en().into();
                return Err(NeedFault::HowMany { need: shortened(word), counted_in });
            }
        };
        Ok(Need { wanted: Wanted::Ability(ability.code.clone()), amount })
    }
}

/// Parts what is wanted from how much of it: `pump:1000`, `水域救援 ×2`, `boat_rescue 2`.
pub(super) fn parted(text: &str) -> (&str, Option<&str>) {
    if let Some((word, amount)) = text.split_once([':', '：', '×', '*']) {
        return (word.trim(), Some(amount.trim()));
    }
    match text.rsplit_once(char::is_whitespace) {
        Some((word, amount)) if amount.starts_with(|c: char| c.is_ascii_digit()) => {
            (word.trim(), Some(amount))
        }
        _ => (text, None),
    }
}

/// What somebody wrote is quoted back, but no more of it than they can have meant.
fn shortened(text: &str) -> CompactString {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Ability;
    use super::*;

    #[test]
    fn needs_are_read_as_dispatchers_write_them() {
        let read = |text: &str| {
            let needs = catalogue().needs(text).map_err(|fault| fault.code());
            needs.map(|needs| needs.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(read("boat_rescue:2").unwrap(), ["boat_rescue:2"]);
        assert_eq!(read("水域救援：2，pump:1000").unwrap(), ["boat_rescue:2", "pump:1000"]);
        assert_eq!(read("boat_rescue").unwrap(), ["boat_rescue:1"]);
        let pair = ["boat_rescue:2", "pump:1000"];
        assert_eq!(read("boat_rescue ×2, pump 1000").unwrap(), pair);
        assert_eq!(read("水域救援*2、排涝×1000").unwrap(), pair);
        assert_eq!(read("item/sandbag:500").unwrap(), ["item/sandbag:500"]);
        let refused = [
            ("", "need.missing"),
            (":2", "need.missing"),
            ("submarine:2", "need.unknown_capability"),
            ("boat_rescue:0", "need.amount"),
            ("boat_rescue:-1", "need.amount"),
            ("boat_rescue:+1", "need.amount"),
            ("boat_rescue:1.5", "need.amount"),
            ("boat_rescue:", "need.amount"),
            ("boat_rescue:99999999999", "need.amount"),
            ("boat_rescue 1.5", "need.amount"),
            ("item/:2", "need.amount"),
            ("item/sandbag", "need.amount"),
            ("pump", "need.how_many"),
            ("boat_rescue:1,水域救援:2", "need.twice"),
        ];
        for (text, code) in refused {
            assert_eq!(read(text), Err(code), "{text}");
        }
    }

    #[test]
    fn whoever_names_an_unknown_capability_is_told_the_known_ones() {
        let told = catalogue().need("潜水:1").unwrap_err().to_string();
        assert!(told.contains("潜水") && told.contains("boat_rescue(水域救援)"), "{told}");
        let told = catalogue().need("排涝").unwrap_err().to_string();
        assert!(told.contains("how many m³/h"), "{told}");
    }

    fn catalogue() -> Catalogue {
        let ability = |code: &str, zh: &str, counted, counted_in: Option<&str>| Ability {
            code: code.into(),
            zh: zh.into(),
            en: format!("en {code}").into(),
            words: Vec::new(),
            kinds: Vec::new(),
            counted,
            counted_in: counted_in.map(Into::into),
            typical: None,
            items: [].into(),
        };
        let boats = ability("boat_rescue", "水域救援", Counting::Units, None);
        let pumps = ability("pump", "排涝", Counting::Amount, Some("m³/h"));
        vec![boats, pumps].try_into().unwrap()
    }
}
