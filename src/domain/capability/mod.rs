//! What units can do (救援能力): codes, the words lists use for them, and how much of it is counted.
//!
//! Invariant: a word means one ability. "Capability" is the word of lists and of the API; in the code it is what a
//! role may do, so here it is called [`Ability`].

mod need;
mod wording;

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

pub use self::{
    need::{Need, NeedFault, Wanted},
    wording::Wording,
};
use super::unit::{Unit, UnitKind};

/// Abilities of one county.
const ABILITIES_MAX: usize = 200;
/// Longest code, name and word, in characters.
const TEXT_LIMIT: usize = 64;
/// Most of anything that is counted: more was written by a slip.
pub const AMOUNT_MAX: u32 = 10_000_000;

/// How an ability is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// Each unit counts as one.
    Units,
    /// The unit's strength at the time.
    People,
    /// The unit's capacity, in [`Ability::counted_in`].
    Amount,
}

/// One thing that units can do; see `config/capabilities.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ability {
    pub code: CompactString,
    pub zh: CompactString,
    pub en: CompactString,
    /// What lists call it beside its code and names.
    #[serde(default)]
    pub words: Vec<CompactString>,
    /// Kinds of unit that can do it by nature.
    #[serde(default)]
    pub kinds: Vec<UnitKind>,
    pub counted: Counting,
    /// Such as m³/h; only where an amount is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_in: Option<CompactString>,
    /// What a unit is taken for whose own capacity nobody has entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typical: Option<u32>,
    /// What lies in depots and does the same: the item's code, and how much one piece does.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub items: BTreeMap<CompactString, u32>,
}

impl Ability {
    /// Returns what its amounts are counted in, for people: 支, 人 or the county's own.
    pub fn unit_zh(&self) -> &str {
        match self.counted {
            Counting::Units => "支",
            Counting::People => "人",
            Counting::Amount => self.counted_in.as_deref().unwrap_or_default(),
        }
    }

    pub fn unit_en(&self) -> &str {
        match self.counted {
            Counting::Units => "units",
            Counting::People => "people",
            Counting::Amount => self.counted_in.as_deref().unwrap_or_default(),
        }
    }

    fn names(&self) -> impl Iterator<Item = &CompactString> {
        [&self.code, &self.zh, &self.en].into_iter().chain(&self.words)
    }

    fn fault(&self) -> Option<String> {
        let measured = self.counted == Counting::Amount;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let says = match self {
            Ability { code, .. } if code.is_empty() || !code.chars().all(plain) => {
                "code: use a-z, 0-9 and _".to_owned()
            }
            _ if self.names().any(|name| name.trim().is_empty()) => {
                "zh, en, words: fill in or delete what is empty".to_owned()
            }
            _ if self.names().any(|name| name.chars().count() > TEXT_LIMIT) => {
                format!("zh, en, words: use at most {TEXT_LIMIT} characters")
            }
            Ability { counted_in: Some(_), .. } if !measured => {
                "counted_in: only an amount has it".to_owned()
            }
            Ability { counted_in, .. } if measured && counted_in.is_none() => {
                "counted_in: say what the amount is counted in, such as m³/h".to_owned()
            }
            Ability { typical: Some(_), .. } if !measured => {
                "typical: only an amount has it".to_owned()
            }
            Ability { typical, items, .. }
                if typical.iter().chain(items.values()).any(|n| !(1..=AMOUNT_MAX).contains(n)) =>
            {
                format!("typical, items: use 1 to {AMOUNT_MAX}")
            }
            Ability { .. } => return None,
        };
        Some(format!("{}: {says}", self.code))
    }
}

/// How much a unit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contribution {
    pub amount: u32,
    /// Nobody has entered the unit's own capacity: this is what such a unit usually does.
    pub assumed: bool,
}

/// Every ability, by code, name and word.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Ability>", into = "Vec<Ability>")]
pub struct Catalogue {
    abilities: Vec<Ability>,
    by_word: BTreeMap<CompactString, usize>,
}

/// Why a list of abilities is none: the first thing that cannot be, naming the ability.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CatalogueFault(pub String);

impl TryFrom<Vec<Ability>> for Catalogue {
    type Error = CatalogueFault;

    fn try_from(abilities: Vec<Ability>) -> Result<Self, CatalogueFault> {
        if abilities.len() > ABILITIES_MAX {
            return Err(CatalogueFault(format!("at most {ABILITIES_MAX} capabilities")));
        }
        if let Some(fault) = abilities.iter().find_map(Ability::fault) {
            return Err(CatalogueFault(fault));
        }
        let mut codes: Vec<&CompactString> = abilities.iter().map(|a| &a.code).collect();
        codes.sort_unstable();
        if let Some(twice) = codes.windows(2).find(|two| two[0] == two[1]) {
            return Err(CatalogueFault(format!("{}: listed twice", twice[0])));
        }
        let mut by_word: BTreeMap<CompactString, usize> = BTreeMap::new();
        for (index, ability) in abilities.iter().enumerate() {
            for name in ability.names() {
                let owner = *by_word.entry(plain(name)).or_insert(index);
                if owner != index {
                    let other = &abilities[owner].code;
                    let says = format!("{}: {name} means {other} already", ability.code);
                    return Err(CatalogueFault(says));
                }
            }
        }
        Ok(Self { abilities, by_word })
    }
}

impl From<Catalogue> for Vec<Ability> {
    fn from(catalogue: Catalogue) -> Self {
        catalogue.abilities
    }
}

impl Catalogue {
    /// Returns the ability that a code, a name or a word of a list means.
    pub fn find(&self, word: &str) -> Option<&Ability> {
        // Most words of lists are as the catalogue has them.
        let found = self.by_word.get(word).or_else(|| self.by_word.get(&plain(word)));
        found.map(|index| &self.abilities[*index])
    }

    /// Returns every ability, in the order of its file.
    pub fn iter(&self) -> impl Iterator<Item = &Ability> {
        self.abilities.iter()
    }

    /// Tells whether the unit can do it: by its kind, by a word of its list, or by a capacity of its own.
    pub fn can(&self, unit: &Unit, ability: &Ability) -> bool {
        let said = |word: &CompactString| self.find(word).is_some_and(|a| a.code == ability.code);
        ability.kinds.contains(&unit.kind)
            || unit.capacity.contains_key(&ability.code)
            || unit.capabilities.iter().any(said)
    }

    /// Returns how much the unit does with so many people; `None` where it cannot do it at all. An amount of 0 says
    /// that it can, but that nobody knows how much.
    pub fn contribution(
        &self,
        unit: &Unit,
        strength: Option<u32>,
        ability: &Ability,
    ) -> Option<Contribution> {
        if !self.can(unit, ability) {
            return None;
        }
        let known = |amount| Contribution { amount, assumed: false };
        Some(match ability.counted {
            Counting::Units => known(1),
            Counting::People => known(strength.unwrap_or(0)),
            Counting::Amount => match unit.capacity.get(&ability.code) {
                Some(amount) => known(*amount),
                None => Contribution { amount: ability.typical.unwrap_or(0), assumed: true },
            },
        })
    }

    /// Returns the codes somebody can choose from: `boat_rescue(水域救援)、pump(排涝)`.
    pub fn known(&self) -> String {
        let named =
            self.abilities.iter().map(|ability| format!("{}({})", ability.code, ability.zh));
        named.collect::<Vec<_>>().join("、")
    }
}

/// Returns a word without its case and the space around it.
fn plain(word: &str) -> CompactString {
    word.trim().chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_list_means_the_ability_of_its_code() {
        let catalogue = Catalogue::try_from(vec![boats(), pumps()]).unwrap();
        for word in ["boat_rescue", "水域救援", " 水上救援 ", "Boat Rescue"] {
            assert_eq!(catalogue.find(word).unwrap().code, "boat_rescue", "{word}");
        }
        assert!(catalogue.find("除雪").is_none());
    }

    #[test]
    fn what_cannot_be_is_told_with_the_ability() {
        let two = |other: Ability| Catalogue::try_from(vec![boats(), other]).unwrap_err().0;
        assert_eq!(two(boats()), "boat_rescue: listed twice");
        let taken = Ability { words: vec!["水上救援".into()], ..pumps() };
        assert_eq!(two(taken), "pump: 水上救援 means boat_rescue already");
        let bare = Ability { counted_in: None, ..pumps() };
        assert!(two(bare).starts_with("pump: counted_in: say what"));
        let odd = Ability { counted: Counting::Units, ..pumps() };
        assert!(two(odd).starts_with("pump: counted_in: only an amount"));
        let nothing = Ability { typical: Some(0), ..pumps() };
        assert!(two(nothing).starts_with("pump: typical, items: use 1 to"));
        let spaced = Ability { code: "Pump 1".into(), ..pumps() };
        assert_eq!(two(spaced), "Pump 1: code: use a-z, 0-9 and _");
        let empty = Ability { words: vec![" ".into()], ..pumps() };
        assert!(two(empty).contains("fill in or delete"));
    }

    #[test]
    fn a_unit_does_what_its_kind_its_words_or_its_capacity_say() {
        let catalogue = Catalogue::try_from(vec![boats(), pumps()]).unwrap();
        let [boats, pumps] = ["boat_rescue", "pump"].map(|code| catalogue.find(code).unwrap());
        let boat = Unit::sample("b", UnitKind::Boat);
        let team =
            Unit { capabilities: vec!["水上救援".into()], ..Unit::sample("t", UnitKind::Team) };
        let farm =
            Unit { capacity: [("pump".into(), 80)].into(), ..Unit::sample("f", UnitKind::Other) };
        let truck = Unit::sample("p", UnitKind::PumpTruck);
        let one = Some(Contribution { amount: 1, assumed: false });
        assert_eq!(catalogue.contribution(&boat, None, boats), one);
        assert_eq!(catalogue.contribution(&team, Some(20), boats), one);
        assert_eq!(catalogue.contribution(&boat, Some(4), pumps), None);
        let own = Some(Contribution { amount: 80, assumed: false });
        assert_eq!(catalogue.contribution(&farm, None, pumps), own);
        let usual = Some(Contribution { amount: 200, assumed: true });
        assert_eq!(catalogue.contribution(&truck, None, pumps), usual);
    }

    #[test]
    fn a_catalogue_comes_back_from_the_record_as_it_went_in() {
        let catalogue = Catalogue::try_from(vec![boats(), pumps()]).unwrap();
        let written = serde_json::to_string(&catalogue).unwrap();
        assert_eq!(serde_json::from_str::<Catalogue>(&written).unwrap(), catalogue);
    }

    fn boats() -> Ability {
        Ability {
            code: "boat_rescue".into(),
            zh: "水域救援".into(),
            en: "boat rescue".into(),
            words: vec!["水上救援".into()],
            kinds: vec![UnitKind::Boat],
            counted: Counting::Units,
            counted_in: None,
            typical: None,
            items: BTreeMap::new(),
        }
    }

    fn pumps() -> Ability {
        Ability {
            code: "pump".into(),
            zh: "排涝".into(),
            en: "pumping".into(),
            words: Vec::new(),
            kinds: vec![UnitKind::PumpTruck],
            counted: Counting::Amount,
            counted_in: Some("m³/h".into()),
            typical: Some(200),
            items: BTreeMap::new(),
        }
    }
}
