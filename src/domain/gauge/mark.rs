//! A mark: the threshold that a gauge has reached, with the colour of warning that it asks for.

use serde::{Deserialize, Serialize};

use super::{Shown, series::Value};
use crate::domain::{
    site::{Measure, Thresholds},
    warning::Colour,
};

/// Metres that water must be below a level before it is below it, so that waves raise no second warning.
const HYSTERESIS_M: f64 = 0.10;
/// The part of an amount of rain below which it counts as less.
const HYSTERESIS_RAIN: f64 = 0.9;

/// A threshold reached; of those that a gauge can have, the later is the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// 汛限水位: the reservoir holds more than it may in the flood season.
    FloodLimit,
    /// 警戒水位: danger may begin, dykes are patrolled.
    Warning,
    /// 高水位告警.
    HighWater,
    /// 保证水位: what the dykes are built for.
    Guarantee,
    /// 历史最高水位.
    Historic,
    /// 准备转移: enough rain for a flash flood.
    Prepare,
    /// 立即转移.
    Leave,
}

impl Mark {
    /// Returns the colour of the warning (水情预警发布: 黄 at the warning level, 橙 at the guarantee level, 红 at
    /// the highest ever; flash floods: 橙 to get ready, 红 to leave).
    pub fn colour(self) -> Colour {
        match self {
            Mark::FloodLimit | Mark::Warning | Mark::HighWater => Colour::Yellow,
            Mark::Guarantee | Mark::Prepare => Colour::Orange,
            Mark::Historic | Mark::Leave => Colour::Red,
        }
    }

    /// Returns its name as people say it.
    pub fn zh(self) -> &'static str {
        match self {
            Mark::FloodLimit => "汛限水位",
            Mark::Warning => "警戒水位",
            Mark::HighWater => "高水位",
            Mark::Guarantee => "保证水位",
            Mark::Historic => "历史最高水位",
            Mark::Prepare => "准备转移雨量",
            Mark::Leave => "立即转移雨量",
        }
    }
}

/// Returns the mark at which a gauge stands now that it shows `shown`, having stood at `before`.
///
/// It rises with the first reading that reaches a level. It falls when the water has been clearly below it for
/// as long as the series says, or when the rain of no length of time comes near it any more.
pub fn mark(
    measures: Measure,
    thresholds: &Thresholds,
    before: Option<Mark>,
    shown: &Shown,
) -> Option<Mark> {
    match (measures, shown) {
        (Measure::River | Measure::Reservoir, Shown::Level { metres, highest_m, .. }) => {
            let reached = thresholds.levels().rev().find(|(_, level)| metres >= level);
            let reached = reached.map(|(mark, _)| mark);
            // While it is not known how high it stood lately it may still be there.
            let kept = thresholds.levels().rev().find(|(mark, level)| {
                Some(*mark) <= before
                    && highest_m.is_none_or(|highest| highest > level - HYSTERESIS_M)
            });
            reached.max(kept.map(|(mark, _)| mark))
        }
        (Measure::Rain, Shown::Rain { mm, whole_day }) => {
            let at_least = |mark, part: f64| {
                let pairs = thresholds.rains(mark).into_iter().zip(*mm);
                pairs
                    .filter_map(|(amount, mm)| Some((amount?, mm)))
                    .any(|(amount, mm)| mm >= amount * part)
            };
            let worst_first = [Mark::Leave, Mark::Prepare];
            let reached = worst_first.into_iter().find(|mark| at_least(*mark, 1.0));
            let kept = worst_first.into_iter().find(|mark| {
                Some(*mark) <= before && (!whole_day || at_least(*mark, HYSTERESIS_RAIN))
            });
            reached.max(kept)
        }
        (Measure::Rain, Shown::Level { .. })
        | (Measure::River | Measure::Reservoir, Shown::Rain { .. }) => before,
    }
}

impl Value {
    /// Tells whether this is what such a gauge measures.
    pub fn suits(self, measures: Measure) -> bool {
        match self {
            Value::Level { .. } => measures != Measure::Rain,
            Value::Rain { .. } => measures == Measure::Rain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn water_rises_at_once_and_falls_when_it_is_clearly_lower_for_long() {
        let at = |metres, highest_m| Shown::Level { metres, highest_m, trend: None };
        let cases = [
            (None, at(64.09, Some(64.09)), None),
            (None, at(64.10, Some(64.10)), Some(Mark::Warning)),
            (None, at(66.10, None), Some(Mark::Guarantee)),
            (Some(Mark::Warning), at(66.2, Some(66.2)), Some(Mark::Guarantee)),
            // A wave below the level is still the level, and so is a reading after a wave.
            (Some(Mark::Guarantee), at(66.05, Some(66.05)), Some(Mark::Guarantee)),
            (Some(Mark::Guarantee), at(65.9, Some(66.2)), Some(Mark::Guarantee)),
            (Some(Mark::Guarantee), at(65.9, Some(65.99)), Some(Mark::Warning)),
            (Some(Mark::Guarantee), at(63.0, Some(63.5)), None),
            // Nobody knows what it did while the gauge was silent.
            (Some(Mark::Guarantee), at(63.0, None), Some(Mark::Guarantee)),
            (Some(Mark::Warning), at(64.05, Some(64.05)), Some(Mark::Warning)),
            (None, at(64.05, Some(64.05)), None),
        ];
        for (before, shown, expected) in cases {
            assert_eq!(mark(Measure::River, &river(), before, &shown), expected, "{shown:?}");
        }
    }

    #[test]
    fn rain_of_any_length_is_enough_and_all_of_them_must_be_over() {
        let thresholds = Thresholds {
            rain_1h_mm: Some(60.0),
            rain_24h_mm: Some(120.0),
            leave_1h_mm: Some(80.0),
            ..Thresholds::default()
        };
        let rain = |mm, whole_day| Shown::Rain { mm, whole_day };
        let cases = [
            (None, rain([59.9, 70.0, 80.0, 119.0], true), None),
            (None, rain([60.0, 60.0, 60.0, 60.0], false), Some(Mark::Prepare)),
            (None, rain([5.0, 10.0, 20.0, 120.0], true), Some(Mark::Prepare)),
            (Some(Mark::Prepare), rain([80.0, 90.0, 90.0, 90.0], true), Some(Mark::Leave)),
            (Some(Mark::Leave), rain([75.0, 90.0, 90.0, 90.0], true), Some(Mark::Leave)),
            (Some(Mark::Leave), rain([2.0, 90.0, 90.0, 110.0], true), Some(Mark::Prepare)),
            (Some(Mark::Leave), rain([2.0, 9.0, 9.0, 100.0], true), None),
            // With half of the day unknown nobody says that it is over.
            (Some(Mark::Leave), rain([2.0, 9.0, 9.0, 9.0], false), Some(Mark::Leave)),
        ];
        for (before, shown, expected) in cases {
            assert_eq!(mark(Measure::Rain, &thresholds, before, &shown), expected, "{shown:?}");
        }
    }

    fn river() -> Thresholds {
        Thresholds { warning_m: Some(64.1), guarantee_m: Some(66.1), ..Thresholds::default() }
    }
}
