//! What lies in the depots of 示例县.

use super::{county::County, places::Place, random::Random};

/// A line of the list of stock.
#[derive(Debug)]
pub(super) struct Line {
    pub depot: String,
    pub item: &'static str,
    pub name: &'static str,
    pub unit: &'static str,
    pub quantity: usize,
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
                let depot = depot.id.clone();
                lines.push(Line { depot, item, name, unit, quantity });
            }
        }
    }
    lines
}
