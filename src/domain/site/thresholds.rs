//! The levels and amounts at which people must know what a gauge shows.

use serde::{Deserialize, Serialize};

use crate::domain::{gauge::Mark, time::Timestamp};

/// Hours over which rain is summed, as the critical amounts of flash floods are given (临界雨量).
pub const RAIN_HOURS: [u32; 4] = [1, 3, 6, 24];

/// What one gauge is held against; those that it cannot have are absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// 警戒水位 (WRZ), in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning_m: Option<f64>,
    /// 高水位告警 (TAZ), in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high_water_m: Option<f64>,
    /// 保证水位 (GRZ), in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guarantee_m: Option<f64>,
    /// 汛限水位 of a reservoir, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flood_limit_m: Option<f64>,
    /// 历史最高水位, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub historic_m: Option<f64>,
    /// Rain in an hour at which people get ready to leave (准备转移), in millimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rain_1h_mm: Option<f64>,
    /// The same in three hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rain_3h_mm: Option<f64>,
    /// The same in six hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rain_6h_mm: Option<f64>,
    /// The same in 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rain_24h_mm: Option<f64>,
    /// Rain in an hour at which people leave at once (立即转移), in millimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_1h_mm: Option<f64>,
    /// The same in three hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_3h_mm: Option<f64>,
    /// The same in six hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_6h_mm: Option<f64>,
    /// The same in 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_24h_mm: Option<f64>,
}

/// Thresholds that replace the earlier ones from a day on, as a reservoir's limit changes with the season.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Later {
    pub from: Timestamp,
    #[serde(flatten)]
    pub thresholds: Thresholds,
}

impl Thresholds {
    /// Returns the levels of water that there are, in the order in which they must rise.
    pub fn levels(&self) -> impl DoubleEndedIterator<Item = (Mark, f64)> + use<> {
        let levels = [
            (Mark::FloodLimit, self.flood_limit_m),
            (Mark::Warning, self.warning_m),
            (Mark::HighWater, self.high_water_m),
            (Mark::Guarantee, self.guarantee_m),
            (Mark::Historic, self.historic_m),
        ];
        levels.into_iter().filter_map(|(mark, metres)| Some((mark, metres?)))
    }

    /// Returns the amounts of rain at `mark` by [`RAIN_HOURS`], in millimetres.
    pub fn rains(&self, mark: Mark) -> [Option<f64>; 4] {
        match mark {
            Mark::Prepare => [self.rain_1h_mm, self.rain_3h_mm, self.rain_6h_mm, self.rain_24h_mm],
            Mark::Leave => {
                [self.leave_1h_mm, self.leave_3h_mm, self.leave_6h_mm, self.leave_24h_mm]
            }
            Mark::FloodLimit
            | Mark::Warning
            | Mark::HighWater
            | Mark::Guarantee
            | Mark::Historic => [None; 4],
        }
    }

    fn amounts(&self) -> impl Iterator<Item = f64> {
        [Mark::Prepare, Mark::Leave].into_iter().flat_map(|mark| self.rains(mark)).flatten()
    }

    pub(super) fn has_levels(&self) -> bool {
        self.levels().next().is_some()
    }

    pub(super) fn has_rains(&self) -> bool {
        self.amounts().next().is_some()
    }

    /// Tells whether every one is a number that can be measured on earth.
    pub(super) fn are_numbers(&self) -> bool {
        let number = |value: f64| value.is_finite() && value.abs() < 10_000.0;
        self.levels().map(|(_, metres)| metres).chain(self.amounts()).all(number)
    }

    pub(super) fn are_more_than_nothing(&self) -> bool {
        self.amounts().all(|amount| amount > 0.0)
    }

    /// Returns the first level that does not lie above the one below it. A flood limit lies where the season and
    /// the dam want it.
    pub(super) fn sunken(&self) -> Option<Mark> {
        let levels = self.levels().filter(|(mark, _)| *mark != Mark::FloodLimit);
        let levels: Vec<_> = levels.collect();
        levels.windows(2).find(|pair| pair[0].1 >= pair[1].1).map(|pair| pair[1].0)
    }

    /// Tells whether leaving at once needs less rain than getting ready, over the same hours.
    pub(super) fn leaves_too_early(&self) -> bool {
        let pairs = self.rains(Mark::Prepare).into_iter().zip(self.rains(Mark::Leave));
        pairs
            .filter_map(|(ready, leave)| Some((ready?, leave?)))
            .any(|(ready, leave)| leave < ready)
    }
}
