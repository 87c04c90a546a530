//! Needs as people read them: 水域救援 ×2, 排涝 1000 m³/h, 编织袋 500 条.

use super::{
    Catalogue, Counting,
    need::{ITEM, parted},
};
use crate::domain::supply::catalogue::Catalogue as Items;

/// A need in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    pub zh: String,
    pub en: String,
}

impl Catalogue {
    /// Words a need, with or without an amount; what neither list knows stays as it was written.
    pub fn worded(&self, need: &str, items: &Items) -> Wording {
        let (word, amount) = parted(need.trim());
        if let Some(item) = word.strip_prefix(ITEM).and_then(|code| items.get(code)) {
            let said = counted(&item.name, amount, Some(&item.unit));
            return Wording { zh: said.clone(), en: said };
        }
        let Some(ability) = self.find(word) else {
            return Wording { zh: need.to_owned(), en: need.to_owned() };
        };
        let unit = |unit| (ability.counted != Counting::Units).then_some(unit);
        Wording {
            zh: counted(&ability.zh, amount, unit(ability.unit_zh())),
            en: counted(&ability.en, amount, unit(ability.unit_en())),
        }
    }
}

/// Puts the amount behind the name; whole units have no word of their own, as everybody knows what two boats are.
fn counted(name: &str, amount: Option<&str>, unit: Option<&str>) -> String {
    match (amount, unit) {
        (None, _) => name.to_owned(),
        (Some(amount), None) => format!("{name} ×{amount}"),
        (Some(amount), Some(unit)) => format!("{name} {amount} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::capabilities::built_in;

    #[test]
    fn a_need_is_worded_with_what_it_is_counted_in_and_stays_as_written_where_nobody_knows_it() {
        let worded = |need: &str| {
            let Wording { zh, en } = built_in().worded(need, &items());
            (zh, en)
        };
        let said = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        assert_eq!(worded("boat_rescue:2"), said("水域救援 ×2", "boat rescue ×2"));
        assert_eq!(worded("boat_rescue"), said("水域救援", "boat rescue"));
        assert_eq!(worded("冲锋舟救援 ×2"), said("水域救援 ×2", "boat rescue ×2"));
        assert_eq!(worded("pump:1000"), said("排涝 1000 m³/h", "pumping 1000 m³/h"));
        assert_eq!(worded("evacuation:200"), said("转移安置 200 人", "evacuation 200 people"));
        assert_eq!(worded("item/sandbag:500"), said("编织袋 500 条", "编织袋 500 条"));
        assert_eq!(worded("item/moon:5"), said("item/moon:5", "item/moon:5"));
        assert_eq!(worded("看守堤防"), said("看守堤防", "看守堤防"));
        assert_eq!(worded(""), said("", ""));
    }

    fn items() -> Items {
        let sandbag = serde_json::json!([
            { "id": "sandbag", "code": "3019999", "name": "编织袋", "unit": "条" },
        ]);
        serde_json::from_value(sandbag).unwrap()
    }
}
