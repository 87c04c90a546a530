//! The catalogue: what kinds of supplies there are, by the county's own code and that of GB/T 38565-2020.
//!
//! Invariant: a text names one item or none; what names none is refused with the nearest that there are.

use std::{collections::BTreeSet, fmt, str::FromStr};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::SupplyFault;

/// Items of one county.
const ITEMS_MAX: usize = 2_000;
/// Items that are proposed where a text names none.
const NEAR_MAX: usize = 3;

/// A code of GB/T 38565-2020 (应急物资分类及编码): seven digits, 1 + 2 + 2 + 2 by layer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ItemCode(u32);

impl ItemCode {
    /// Returns the class (大类), by the first digit.
    pub fn class(self) -> Class {
        match self.0 / 1_000_000 {
            1 => Class::Living,
            2 => Class::Equipment,
            _ => Class::Engineering,
        }
    }

    /// Tells whether it is "other" (其他) of its layer: several items may share such a code.
    pub fn is_other(self) -> bool {
        self.0 % 100 == 99
    }
}

/// A first layer of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Living,
    Equipment,
    Engineering,
}

impl Class {
    pub fn zh(self) -> &'static str {
        match self {
            Class::Living => "基本生活保障物资",
            Class::Equipment => "应急装备及配套物资",
            Class::Engineering => "工程材料与机械加工设备",
        }
    }
}

/// Why a text is no [`ItemCode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no code of GB/T 38565: seven digits that begin with 1, 2 or 3, then three pairs from 01 to 99"
)]
pub struct BadCode(CompactString);

impl FromStr for ItemCode {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        let bad = || BadCode(text.chars().take(32).collect());
        if text.len() != 7 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad());
        }
        let code: u32 = text.parse().map_err(|_| bad())?;
        let pairs = [code / 10_000 % 100, code / 100 % 100, code % 100];
        let fits = (1..=3).contains(&(code / 1_000_000)) && pairs.iter().all(|pair| *pair > 0);
        if fits { Ok(ItemCode(code)) } else { Err(bad()) }
    }
}

impl TryFrom<String> for ItemCode {
    type Error = BadCode;

    fn try_from(text: String) -> Result<Self, BadCode> {
        text.parse()
    }
}

impl From<ItemCode> for String {
    fn from(code: ItemCode) -> Self {
        code.to_string()
    }
}

impl fmt::Display for ItemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:07}", self.0)
    }
}

impl fmt::Debug for ItemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One kind of supplies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The county's own code; the one that stock and movements are kept under.
    pub id: CompactString,
    pub code: ItemCode,
    /// Somebody has looked the code up in the standard; until then it is the county's proposal.
    #[serde(default)]
    pub confirmed: bool,
    pub name: CompactString,
    /// What it is counted in: 艘, 台, 顶, 条. It is counted whole.
    pub unit: CompactString,
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub spec: CompactString,
    /// What else it is called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<CompactString>,
}

impl Item {
    fn names(&self) -> impl Iterator<Item = &str> {
        [&self.id, &self.name].into_iter().chain(&self.aliases).map(CompactString::as_str)
    }
}

/// Every kind of supplies that the county keeps; without one, any code is taken as written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Catalogue {
    items: Vec<Item>,
}

impl Catalogue {
    pub fn iter(&self) -> impl Iterator<Item = &Item> {
        self.items.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns the item with the county's own code `id`.
    pub fn get(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// Returns the one item that `text` names: by the county's code, by name, or by the standard's code.
    pub fn find(&self, text: &str) -> Result<&Item, SupplyFault> {
        let text = text.trim();
        let named = self.items.iter().find(|item| item.names().any(|name| name == text));
        if let Some(item) = named {
            return Ok(item);
        }
        let code = text.parse::<ItemCode>().ok();
        let mut coded = self.items.iter().filter(|item| Some(item.code) == code);
        match (coded.next(), coded.next()) {
            (Some(item), None) => Ok(item),
            (Some(one), Some(other)) => Err(SupplyFault::AmbiguousItem {
                item: quoted(text),
                ids: [one.id.clone(), other.id.clone()].join("、"),
            }),
            (None, _) => {
                Err(SupplyFault::UnknownItem { item: quoted(text), near: self.near(text) })
            }
        }
    }

    /// Returns the county's own code for what `text` names; without a catalogue the text itself.
    pub fn resolve(&self, text: &str) -> Result<CompactString, SupplyFault> {
        if self.is_empty() { Ok(text.trim().into()) } else { Ok(self.find(text)?.id.clone()) }
    }

    /// Returns the first thing that cannot be, naming the item.
    pub fn fault(&self) -> Option<String> {
        if self.items.len() > ITEMS_MAX {
            return Some(format!("at most {ITEMS_MAX} items"));
        }
        let (mut names, mut codes) = (BTreeSet::new(), BTreeSet::new());
        self.items.iter().find_map(|item| {
            let says = match item {
                Item { id, .. } if id.is_empty() || id.contains(char::is_whitespace) => {
                    "give every item an id without spaces".to_owned()
                }
                Item { id, .. } if id.parse::<ItemCode>().is_ok() => {
                    "an id may not look like a code of the standard".to_owned()
                }
                Item { name, .. } if name.trim().is_empty() => "name: say what it is".to_owned(),
                Item { unit, .. } if unit.trim().is_empty() => {
                    "unit: say what it is counted in, such as 台".to_owned()
                }
                Item { code, .. } if !code.is_other() && !codes.insert(*code) => {
                    format!("two items have the code {code}; one that ends in 99 may be shared")
                }
                Item { .. } => {
                    let twice = item.names().find(|name| !names.insert(*name))?;
                    format!("two items are called {twice}")
                }
            };
            Some(format!("{}: {says}", item.id))
        })
    }

    /// Returns what `text` may have meant, such as `boat 冲锋舟`.
    fn near(&self, text: &str) -> String {
        let wanted: Vec<char> = text.to_lowercase().chars().take(32).collect();
        let most = wanted.len().div_ceil(2);
        let distance = |item: &Item| {
            let code = item.code.to_string();
            let names = item.names().chain([code.as_str()]);
            names.map(|name| edits(&wanted, &name.to_lowercase().chars().collect::<Vec<_>>())).min()
        };
        let found = self.items.iter().filter_map(|item| Some((distance(item)?, item)));
        let mut found: Vec<_> = found.filter(|(edits, _)| *edits <= most).collect();
        found.sort_by_key(|(edits, _)| *edits);
        let named =
            found.iter().take(NEAR_MAX).map(|(_, item)| format!("{} {}", item.id, item.name));
        named.collect::<Vec<_>>().join("、")
    }
}

/// Counts the letters that have to be put in, left out or changed to make `other` of `one` (Levenshtein).
fn edits(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, left) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in other.iter().enumerate() {
            let changed = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

fn quoted(text: &str) -> CompactString {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_seven_digits_in_four_layers() {
        for text in ["1010101", "2039999", "3990101"] {
            assert_eq!(text.parse::<ItemCode>().unwrap().to_string(), text);
        }
        for text in ["", "0101", "4010101", "2000101", "201010a", "20101011", "２０１０１０１"]
        {
            assert!(text.parse::<ItemCode>().is_err(), "{text}");
        }
        assert_eq!("3010101".parse::<ItemCode>().unwrap().class(), Class::Engineering);
    }

    #[test]
    fn an_item_is_found_by_its_code_its_name_and_the_countys_own_code() {
        let catalogue = catalogue();
        for text in ["boat", "冲锋舟", "突击舟", "2030101", " boat "] {
            assert_eq!(catalogue.resolve(text).unwrap(), "boat", "{text}");
        }
    }

    #[test]
    fn what_is_no_item_is_refused_with_the_nearest() {
        let catalogue = catalogue();
        for (text, near) in [
            ("冲峰舟", "boat 冲锋舟"),
            ("baot", "boat 冲锋舟"),
            ("2030102", "boat 冲锋舟"),
            ("直升机", ""),
        ] {
            let Err(SupplyFault::UnknownItem { near: found, .. }) = catalogue.find(text) else {
                panic!("{text}")
            };
            assert!(
                found.starts_with(near) && found.is_empty() == near.is_empty(),
                "{text}: {found}"
            );
        }
        let shared = catalogue.find("1019999");
        assert!(matches!(shared, Err(SupplyFault::AmbiguousItem { .. })), "{shared:?}");
    }

    #[test]
    fn without_a_catalogue_any_code_is_taken_as_written() {
        assert_eq!(Catalogue::default().resolve("moon_boat").unwrap(), "moon_boat");
    }

    #[test]
    fn two_items_of_one_name_or_code_are_faults() {
        let fault = |change: fn(&mut Vec<Item>)| {
            let mut catalogue = catalogue();
            change(&mut catalogue.items);
            catalogue.fault().unwrap_or_default()
        };
        assert_eq!(catalogue().fault(), None);
        let same_code = fault(|items| items[1].code = items[0].code);
        assert!(same_code.contains("two items have the code 2030101"), "{same_code}");
        let same_name = fault(|items| items[1].aliases.push("冲锋舟".into()));
        assert!(same_name.contains("two items are called 冲锋舟"), "{same_name}");
        assert!(fault(|items| items[0].unit = " ".into()).contains("counted in"));
        assert!(fault(|items| items[0].id = "2030101".into()).contains("may not look like"));
    }

    fn catalogue() -> Catalogue {
        let item = |id: &str, code: &str, name: &str, aliases: &[&str]| Item {
            id: id.into(),
            code: code.parse().unwrap(),
            confirmed: false,
            name: name.into(),
            unit: "艘".into(),
            spec: CompactString::default(),
            aliases: aliases.iter().map(|alias| (*alias).into()).collect(),
        };
        Catalogue {
            items: vec![
                item("boat", "2030101", "冲锋舟", &["突击舟"]),
                item("quilt", "1019999", "棉被", &[]),
                item("mat", "1019999", "防潮垫", &[]),
            ],
        }
    }
}
