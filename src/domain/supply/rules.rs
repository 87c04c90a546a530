//! The county's rules about supplies: what there is, how long a promise holds, and what has to be there.

use std::collections::BTreeSet;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
use crate::domain::{
    ids::{AreaCode, Duty, Level, SiteId},
    time::Seconds,
};

/// Lines of each list of one county.
const LINES_MAX: usize = 5_000;
/// Longest promise and longest time without paper: a month.
const LONGEST_S: u32 = 31 * 86_400;

/// The rules; see `config/supplies.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplyRules {
    /// How long supplies are held for whoever does not say.
    pub hold_s: Seconds,
    /// The longest that anybody may have them held.
    pub hold_max_s: Seconds,
    /// How long after an order by word of mouth (口头指令) the written one must be there.
    pub paper_s: Seconds,
    /// Who has to bring it: whoever has this duty in the county.
    pub paper_duty: Duty,
    /// How many days before it expires a lot is listed.
    pub expiring_days: u16,
    #[serde(default)]
    pub items: Catalogue,
    #[serde(default)]
    pub minimum: Vec<Minimum>,
    #[serde(default)]
    pub needs: Vec<Need>,
}

/// What holds before a county has said anything: four hours, three days, and 48 hours for the paper.
impl Default for SupplyRules {
    fn default() -> Self {
        Self {
            hold_s: Seconds(4 * 3_600),
            hold_max_s: Seconds(72 * 3_600),
            paper_s: Seconds(48 * 3_600),
            paper_duty: Duty::DUTY_OFFICER,
            expiring_days: 30,
            items: Catalogue::default(),
            minimum: Vec::new(),
            needs: Vec::new(),
        }
    }
}

/// What must lie in one depot, or in every depot of a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minimum {
    pub item: CompactString,
    pub quantity: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depot: Option<SiteId>,
}

/// What a response of one level takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// 1 (Ⅰ, gravest) to 4.
    pub level: u8,
    pub item: CompactString,
    /// For the county as a whole.
    #[serde(default)]
    pub county: u32,
    /// For each township that is affected.
    #[serde(default)]
    pub township: u32,
}

impl SupplyRules {
    /// Returns the least that must lie of `item` in a depot; what is said of the depot itself outweighs its level.
    pub fn least(&self, depot: &SiteId, area: AreaCode, item: &str) -> Option<u32> {
        let mut of_item = self.minimum.iter().filter(|minimum| minimum.item == item);
        let own = of_item.clone().find(|minimum| minimum.depot.as_ref() == Some(depot));
        let of_level = || of_item.find(|minimum| minimum.level == Some(area.level()));
        own.or_else(of_level).map(|minimum| minimum.quantity)
    }

    /// Returns the first thing that cannot be, naming where it stands.
    pub fn fault(&self) -> Option<String> {
        let items = self.items.fault().map(|fault| format!("items: {fault}"));
        items.or_else(|| self.times_fault()).or_else(|| self.lists_fault())
    }

    fn times_fault(&self) -> Option<String> {
        let times =
            [("hold_s", self.hold_s), ("hold_max_s", self.hold_max_s), ("paper_s", self.paper_s)];
        let odd = times.into_iter().find(|(_, time)| !(1..=LONGEST_S).contains(&time.0));
        let odd = odd.map(|(name, _)| format!("{name}: use 1 to {LONGEST_S} seconds"));
        let never = self.hold_s > self.hold_max_s;
        odd.or_else(|| never.then(|| "hold_s: it is longer than hold_max_s".to_owned()))
    }

    fn lists_fault(&self) -> Option<String> {
        if self.minimum.len() > LINES_MAX || self.needs.len() > LINES_MAX {
            return Some(format!("at most {LINES_MAX} lines of minimum and of needs"));
        }
        let unknown =
            |item: &str| self.items.get(item).is_none().then(|| format!("no item {item}"));
        let (mut least, mut needed) = (BTreeSet::new(), BTreeSet::new());
        let minimum = self.minimum.iter().find_map(|minimum| {
            let says = match minimum {
                Minimum { level: Some(_), depot: Some(_), .. }
                | Minimum { level: None, depot: None, .. } => {
                    Some("give either a level or a depot".to_owned())
                }
                Minimum { item, level, depot, .. } => unknown(item).or_else(|| {
                    let again = !least.insert((item, *level, depot));
                    again.then(|| "two lines are about the same".to_owned())
                }),
            };
            Some(format!("minimum of {}: {}", minimum.item, says?))
        });
        let needs = || {
            self.needs.iter().find_map(|need| {
                let level = !(1..=4).contains(&need.level);
                let says = level.then(|| "level: use 1 to 4".to_owned());
                let says = says.or_else(|| unknown(&need.item)).or_else(|| {
                    let again = !needed.insert((need.level, &need.item));
                    again.then(|| "two lines are about the same".to_owned())
                });
                Some(format!("needs of level {}: {}: {}", need.level, need.item, says?))
            })
        };
        minimum.or_else(needs)
    }
}
