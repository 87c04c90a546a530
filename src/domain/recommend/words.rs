//! Reasons in words, for people: in Chinese as the desk shows them, in English beside it.

use super::{
    Covered, Lacking, Place, Reason, Why,
    shortfall::{Shortfall, ShortfallReason},
};
use crate::domain::{
    capability::{Catalogue, Counting, Need, Wanted},
    road::Way,
    supply::catalogue::Catalogue as Items,
    time::Timestamp,
};

/// The hour and minute of an instant, as its text has them.
fn clock(at: Timestamp) -> String {
    at.to_string().get(11..16).unwrap_or_default().to_owned()
}

fn minutes(seconds: u32) -> u32 {
    seconds.div_ceil(60)
}

fn km(metres: u32) -> String {
    format!("{:.1}", f64::from(metres) / 1_000.0)
}

impl Place {
    pub fn zh(self) -> String {
        match self {
            Place::Seen { age_s, stale, .. } => {
                let late = if stale { "，上报已超时" } else { "" };
                format!("按 {} 秒前的定位计算{late}", age_s)
            }
            Place::Base { last_seen_s: None } => "没有定位，按驻地计算".to_owned(),
            Place::Base { last_seen_s: Some(age_s) } => {
                format!("最后定位在驻地（{} 分钟前），按驻地计算", minutes(age_s))
            }
        }
    }

    pub fn en(self) -> String {
        match self {
            Place::Seen { age_s, stale, .. } => {
                let late = if stale { ", which is overdue" } else { "" };
                format!("from its position {age_s} s ago{late}")
            }
            Place::Base { last_seen_s: None } => "from its base, no position is known".to_owned(),
            Place::Base { last_seen_s: Some(age_s) } => {
                format!("from its base, where it was last seen {} min ago", minutes(age_s))
            }
        }
    }
}

impl Reason {
    /// Words the reason; what it costs in the ranking stands behind it.
    pub fn zh(&self, catalogue: &Catalogue) -> String {
        let said = match self {
            Reason::Capable { ability, amount, assumed } => {
                let known = catalogue.find(ability);
                let name = known.map_or(ability.as_str(), |a| a.zh.as_str());
                match known.map(|a| (a.counted, a.unit_zh())) {
                    None | Some((Counting::Units, _)) => format!("具备{name}能力"),
                    Some((_, unit)) if *assumed => {
                        format!("{name} {amount} {unit}（未登记，按常见值估计）")
                    }
                    Some((_, unit)) => format!("{name} {amount} {unit}"),
                }
            }
            Reason::Arrives { eta_s, distance_m, way } => {
                let (eta, km) = (minutes(*eta_s), km(*distance_m));
                match way {
                    Way::Road { .. } => format!("约 {eta} 分钟到达，道路 {km} 公里"),
                    Way::Straight { factor } => {
                        format!("约 {eta} 分钟到达，无道路数据，直线×{factor} 计 {km} 公里")
                    }
                }
            }
            Reason::From { place, .. } => place.zh(),
            Reason::Strength { now, registered, .. } => {
                format!("现有 {now} 人（编制 {registered} 人）")
            }
            Reason::AtWork { hours, .. } => format!("已连续工作 {hours} 小时"),
            Reason::BreaksRest { until, .. } => format!("休整至 {}，需中断休整", clock(*until)),
            Reason::LeavesBare { areas, .. } => {
                format!("调走后 {} 个区域附近再无同类力量", areas.len())
            }
            Reason::LeavesDrill { incident } => {
                format!("正在参加演练（{incident}），派出即退出演练")
            }
            Reason::Diverted { from, .. } => format!("正在前往 {from}，需改派"),
        };
        match self.malus_s() {
            0 => said,
            malus_s => format!("{said}（排序后移 {} 分钟）", minutes(malus_s)),
        }
    }

    pub fn en(&self, catalogue: &Catalogue) -> String {
        let said = match self {
            Reason::Capable { ability, amount, assumed } => {
                let known = catalogue.find(ability);
                let name = known.map_or(ability.as_str(), |a| a.en.as_str());
                match known.map(|a| (a.counted, a.unit_en())) {
                    None | Some((Counting::Units, _)) => format!("capable of {name}"),
                    Some((_, unit)) if *assumed => {
                        format!("{name} {amount} {unit} (not on record, what is usual)")
                    }
                    Some((_, unit)) => format!("{name} {amount} {unit}"),
                }
            }
            Reason::Arrives { eta_s, distance_m, way } => {
                let (eta, km) = (minutes(*eta_s), km(*distance_m));
                match way {
                    Way::Road { .. } => format!("there in {eta} min, {km} km by road"),
                    Way::Straight { factor } => {
                        format!("there in {eta} min, {km} km by straight line × {factor}")
                    }
                }
            }
            Reason::From { place, .. } => place.en(),
            Reason::Strength { now, registered, .. } => format!("{now} of {registered} people"),
            Reason::AtWork { hours, .. } => format!("at work for {hours} h"),
            Reason::BreaksRest { until, .. } => format!("rests until {}", clock(*until)),
            Reason::LeavesBare { areas, .. } => {
                format!("leaves {} areas without such a unit near by", areas.len())
            }
            Reason::LeavesDrill { incident } => format!("at a drill ({incident}), which it leaves"),
            Reason::Diverted { from, .. } => format!("turned around on its way to {from}"),
        };
        match self.malus_s() {
            0 => said,
            malus_s => format!("{said} (counts as {} min later)", minutes(malus_s)),
        }
    }
}

impl Why {
    /// Returns the code that clients may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            Why::UnderWay { .. } => "under_way",
            Why::Busy { .. } => "busy",
            Why::NotReady { .. } => "not_ready",
            Why::Resting { .. } => "resting",
            Why::NoPeople => "no_people",
            Why::NoFigure => "no_figure",
            Why::NoPosition => "no_position",
            Why::Lost { .. } => "lost",
            Why::OutOfRadius { .. } => "out_of_radius",
            Why::RoadsClosed { .. } => "roads_closed",
            Why::Outranked { .. } => "outranked",
            Why::Taken { .. } => "taken",
            Why::Elsewhere { .. } => "elsewhere",
        }
    }

    pub fn zh(&self) -> String {
        match self {
            Why::UnderWay { incident } => format!("正在前往 {incident}"),
            Why::Busy { incident, back: None } => format!("正在 {incident} 处置"),
            Why::Busy { incident, back: Some(back) } => {
                format!("正在 {incident} 处置，预计 {} 后可用", clock(*back))
            }
            Why::NotReady { reason } => format!("未备勤：{reason}"),
            Why::Resting { until } => format!("休整至 {}", clock(*until)),
            Why::NoPeople => "现有 0 人".to_owned(),
            Why::NoFigure => "未登记能力指标".to_owned(),
            Why::NoPosition => "没有定位，也没有登记驻地".to_owned(),
            Why::Lost { age_s } => format!("{} 分钟没有定位，最后不在驻地", minutes(*age_s)),
            Why::OutOfRadius { distance_m, radius_m } => {
                format!("路程 {} 公里，超出 {} 公里", km(*distance_m), km(*radius_m))
            }
            Why::RoadsClosed { while_open_s } => {
                format!("道路中断（通畅时约 {} 分钟）", minutes(*while_open_s))
            }
            Why::Outranked { eta_s, .. } => {
                format!("可用，约 {} 分钟到达，排序在后", minutes(*eta_s))
            }
            Why::Taken { need } => format!("已推荐用于第 {} 项需求", need + 1),
            Why::Elsewhere { incident } => format!("拟派往 {incident}"),
        }
    }

    pub fn en(&self) -> String {
        match self {
            Why::UnderWay { incident } => format!("under way to {incident}"),
            Why::Busy { incident, back: None } => format!("busy with {incident}"),
            Why::Busy { incident, back: Some(back) } => {
                format!("busy with {incident}, likely free from {}", clock(*back))
            }
            Why::NotReady { reason } => format!("not ready: {reason}"),
            Why::Resting { until } => format!("rests until {}", clock(*until)),
            Why::NoPeople => "none of its people are there".to_owned(),
            Why::NoFigure => "its capacity is not on record".to_owned(),
            Why::NoPosition => "neither position nor base is known".to_owned(),
            Why::Lost { age_s } => {
                format!("no position for {} min, and last seen away from its base", minutes(*age_s))
            }
            Why::OutOfRadius { distance_m, radius_m } => {
                format!("{} km away, more than {} km", km(*distance_m), km(*radius_m))
            }
            Why::RoadsClosed { while_open_s } => {
                format!("roads are closed ({} min while open)", minutes(*while_open_s))
            }
            Why::Outranked { eta_s, .. } => format!("could be there in {} min", minutes(*eta_s)),
            Why::Taken { need } => format!("proposed for need {}", need + 1),
            Why::Elsewhere { incident } => format!("proposed for {incident}"),
        }
    }
}

impl ShortfallReason {
    pub fn zh(self) -> String {
        match self {
            ShortfallReason::NoneCapable => "全县没有具备此能力的队伍".to_owned(),
            ShortfallReason::AllBusy { first_back: None } => "有此能力的队伍都在处置中".to_owned(),
            ShortfallReason::AllBusy { first_back: Some(at) } => {
                format!("有此能力的队伍都在处置中，最早 {} 可用", clock(at))
            }
            ShortfallReason::NotReady => "有此能力的队伍未备勤".to_owned(),
            ShortfallReason::Resting { first_up: None } => "有此能力的队伍在休整".to_owned(),
            ShortfallReason::Resting { first_up: Some(at) } => {
                format!("有此能力的队伍在休整，最早 {} 结束", clock(at))
            }
            ShortfallReason::NoPosition => {
                "不知道有此能力的队伍在哪里（定位过期或没有）".to_owned()
            }
            ShortfallReason::OutOfRadius => "有此能力的队伍都太远".to_owned(),
            ShortfallReason::RoadsClosed => "道路中断，有此能力的队伍到不了".to_owned(),
            ShortfallReason::NoFigure => "有此能力的队伍未登记能力指标".to_owned(),
            ShortfallReason::NotEnough => "可用的已全部推荐，仍不够".to_owned(),
            ShortfallReason::TakenByOthers => "已派往或拟派往其他需求".to_owned(),
            ShortfallReason::NotPlanned => "同时需求过多，本次未安排".to_owned(),
            ShortfallReason::NotStocked => "储备点没有，或数量不够".to_owned(),
        }
    }

    pub fn en(self) -> String {
        match self {
            ShortfallReason::NoneCapable => "no unit is capable of it".to_owned(),
            ShortfallReason::AllBusy { first_back: None } => "those capable are busy".to_owned(),
            ShortfallReason::AllBusy { first_back: Some(at) } => {
                format!("those capable are busy, the first likely until {}", clock(at))
            }
            ShortfallReason::NotReady => "those capable are not ready".to_owned(),
            ShortfallReason::Resting { first_up: None } => "those capable rest".to_owned(),
            ShortfallReason::Resting { first_up: Some(at) } => {
                format!("those capable rest, the first until {}", clock(at))
            }
            ShortfallReason::NoPosition => {
                "it is not known where those capable are (positions stale or missing)".to_owned()
            }
            ShortfallReason::OutOfRadius => "those capable are out of radius".to_owned(),
            ShortfallReason::RoadsClosed => "roads to those capable are closed".to_owned(),
            ShortfallReason::NoFigure => {
                "the capacity of those capable is not on record".to_owned()
            }
            ShortfallReason::NotEnough => "all that can be sent are proposed".to_owned(),
            ShortfallReason::TakenByOthers => "those capable are taken by other needs".to_owned(),
            ShortfallReason::NotPlanned => "too many are wanted at once to plan for".to_owned(),
            ShortfallReason::NotStocked => "no depot has it, or not so much".to_owned(),
        }
    }
}

impl Shortfall {
    /// Words what is missing: `排涝还差 300 m³/h：道路中断…`.
    pub fn zh(&self, catalogue: &Catalogue, items: &Items) -> String {
        let (what, unit) = named(&self.need, catalogue, items, true);
        format!("{what}还差 {} {unit}：{}", self.missing, self.reason.zh())
    }

    pub fn en(&self, catalogue: &Catalogue, items: &Items) -> String {
        let (what, unit) = named(&self.need, catalogue, items, false);
        format!("{what}: {} {unit} missing, {}", self.missing, self.reason.en())
    }
}

/// Returns the name of what is needed, and what it is counted in.
fn named<'a>(
    need: &'a Need,
    catalogue: &'a Catalogue,
    items: &'a Items,
    zh: bool,
) -> (&'a str, &'a str) {
    match &need.wanted {
        Wanted::Item(code) => match items.get(code) {
            Some(item) => (&item.name, &item.unit),
            None => (code, if zh { "件" } else { "pieces" }),
        },
        Wanted::Ability(code) => match catalogue.find(code) {
            Some(ability) if zh => (&ability.zh, ability.unit_zh()),
            Some(ability) => (&ability.en, ability.unit_en()),
            None => (code, ""),
        },
    }
}

impl Lacking {
    /// Words what keeps the units that could: 全县 12 支：5 支在执行任务、4 支太远.
    pub fn zh(&self) -> String {
        let kept = [
            (self.busy, "在执行任务"),
            (self.far, "太远"),
            (self.roads_closed, "道路中断"),
            (self.not_ready, "未备勤"),
            (self.resting, "在休整"),
            (self.lost, "位置不明"),
        ];
        let kept = kept.into_iter().filter(|(count, _)| *count > 0);
        let kept: Vec<String> = kept.map(|(count, why)| format!("{count} 支{why}")).collect();
        match self.capable {
            0 => "全县没有此类力量".to_owned(),
            capable => format!("全县 {capable} 支：{}", kept.join("、")),
        }
    }
}

impl Covered {
    /// Words how the area is covered; `name` is what people call the area.
    pub fn zh(&self, name: &str, catalogue: &Catalogue) -> String {
        let ability = catalogue.find(&self.ability).map_or(self.ability.as_str(), |a| &a.zh);
        let within = minutes(self.within_s);
        match (&self.nearest, self.is_hole()) {
            (_, false) => format!("{name}：{within} 分钟内有 {} 支{ability}力量", self.near),
            (Some((unit, eta_s)), true) => format!(
                "{name}：{within} 分钟内没有{ability}力量，最近的 {unit} 需 {} 分钟",
                minutes(*eta_s)
            ),
            (None, true) => format!("{name}：没有能到达的{ability}力量"),
        }
    }

    pub fn en(&self, name: &str, catalogue: &Catalogue) -> String {
        let ability = catalogue.find(&self.ability).map_or(self.ability.as_str(), |a| &a.en);
        let within = minutes(self.within_s);
        match (&self.nearest, self.is_hole()) {
            (_, false) => format!("{name}: {} units for {ability} within {within} min", self.near),
            (Some((unit, eta_s)), true) => format!(
                "{name}: no unit for {ability} within {within} min; the nearest, {unit}, takes {}",
                minutes(*eta_s)
            ),
            (None, true) => format!("{name}: no unit for {ability} can get there"),
        }
    }
}
