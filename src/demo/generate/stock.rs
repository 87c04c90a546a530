//! What lies in the depots of 示例县.

use super::{county::County, places::Place, random::Random};

/// A line of the list of stock: one lot of one item.
#[derive(Debug)]
pub(super) struct Line {
    pub depot: String,
    pub item: &'static str,
    pub name: &'static str,
    pub unit: &'static str,
    pub quantity: usize,
    pub lot: Lot,
}

/// What was made together and lies together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lot {
    pub batch: &'static str,
    pub produced: &'static str,
    /// Empty for what does not expire.
    pub expires: &'static str,
}

/// Item, what it is counted in, and about how many the county, a township and a village keep.
const ITEMS: [(&str, &str, &str, [usize; 3]); 12] = [
    ("life_jacket", "救生衣", "件", [2_000, 120, 20]),
    ("sandbag", "编织袋", "条", [200_000, 5_000, 500]),
    ("quilt", "棉被", "条", [3_000, 200, 20]),
    ("tent", "救灾帐篷", "顶", [400, 30, 2]),
    ("boat", "冲锋舟", "艘", [20, 2, 0]),
    ("rubber_boat", "橡皮艇", "艘", [40, 4, 0]),
    ("pump", "移动排涝泵", "台", [36, 4, 0]),
    ("generator", "发电机", "台", [30, 3, 0]),
    ("lamp", "移动照明灯", "台", [40, 0, 0]),
    ("bed", "折叠床", "张", [2_000, 0, 0]),
    ("water", "饮用水", "箱", [6_000, 0, 0]),
    ("food", "方便食品", "箱", [5_000, 0, 0]),
];

/// Lots of what expires: the older one is what should leave first.
const PERISHABLE: [(&str, [Lot; 2]); 2] = [
    ("water", [lot("S2604", "2026-04-10", "2028-04-09"), lot("S2605", "2026-05-01", "2030-04-30")]),
    ("food", [lot("F2505", "2025-05-20", "2028-05-19"), lot("F2604", "2026-04-15", "2030-04-14")]),
];
/// Everything else.
const DURABLE: Lot = lot("", "2024-06-01", "");

const fn lot(batch: &'static str, produced: &'static str, expires: &'static str) -> Lot {
    Lot { batch, produced, expires }
}

pub(super) fn generate(county: &County, depots: &[Place], random: &Random) -> Vec<Line> {
    let mut random = random.part("stock");
    let mut lines = Vec::new();
    for depot in depots {
        let level = match depot.area.as_str() {
            area if area == county.code => 0,
            area if area.ends_with("000") => 1,
            _ => 2,
        };
        for (item, name, unit, about) in ITEMS {
            let about = about[level];
            if about > 0 {
                // Within a fifth of what is about right; nothing is quite full.
                let quantity = about - random.below(about / 5 + 1);
                let lots = PERISHABLE.iter().find(|(known, _)| *known == item);
                let parts = match lots {
                    Some((_, [older, newer])) => {
                        vec![(*older, quantity / 2), (*newer, quantity - quantity / 2)]
                    }
                    None => vec![(DURABLE, quantity)],
                };
                let line = |(lot, quantity)| {
                    let depot = depot.id.clone();
                    Line { depot, item, name, unit, quantity, lot }
                };
                lines.extend(parts.into_iter().map(line));
            }
        }
    }
    lines
}
