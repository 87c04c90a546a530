//! What a gauge's warning says, in the words of the trade.

use super::{Shown, note::Case};
use crate::domain::{
    site::{Measure, RAIN_HOURS},
    time::Timestamp,
};

/// Returns the hazard's name and its national code (GB/T 35561).
pub(super) fn hazard(measures: Measure) -> (&'static str, &'static str) {
    match measures {
        Measure::River | Measure::Reservoir => ("洪水", "11A01"),
        Measure::Rain => ("山洪", "11A51"),
    }
}

/// One line: which gauge, what it shows, what that means.
pub(super) fn headline(case: &Case<'_>) -> String {
    let (name, shows) = (&case.site.name, shows(case));
    match (case.from, case.to) {
        (_, Some(to)) if case.to > case.from => format!("{name}{shows}，达到{}", to.zh()),
        (Some(from), Some(to)) => format!("{name}{shows}，降至{}以下、{}以上", from.zh(), to.zh()),
        (Some(from), None) => format!("{name}{shows}，已降至{}以下，预警解除", from.zh()),
        (None, _) => format!("{name}{shows}"),
    }
}

/// What follows: the levels, how fast it rises, when it may reach the next.
pub(super) fn description(case: &Case<'_>) -> String {
    let mut said = vec![format!("{} {}", time(case.seen.at), headline(case))];
    let thresholds = case.gauge.thresholds_at(case.seen.at);
    if let Shown::Level { metres, trend, .. } = case.seen.shown {
        let levels =
            thresholds.levels().map(|(mark, level)| format!("{} {level:.2} 米", mark.zh()));
        said.push(levels.collect::<Vec<_>>().join("，"));
        if let Some(trend) = trend {
            let (way, speed) =
                if trend.m_h < 0.0 { ("下降", -trend.m_h) } else { ("上涨", trend.m_h) };
            said.push(format!("近 3 小时平均每小时{way} {speed:.2} 米"));
            let next = thresholds.levels().find(|(mark, _)| Some(*mark) > case.to);
            let next = next.filter(|_| case.to.is_some());
            let reached = next.and_then(|(mark, level)| {
                Some((mark, trend.reaches(level, metres, case.seen.at)?))
            });
            if let Some((mark, forecast)) = reached {
                let (earliest, at) = (time(forecast.earliest), time(forecast.at));
                let latest = match forecast.latest {
                    Some(latest) => format!("最晚 {}", time(latest)),
                    None => "也可能不再达到".to_owned(),
                };
                let mark = mark.zh();
                said.push(format!(
                    "按目前涨速推算，约 {at} 达到{mark}（最早 {earliest}，{latest}）；直线外推，未计上游来水与降雨"
                ));
            }
        }
        if let Some(datum) = &case.gauge.datum {
            said.push(format!("水位基面：{datum}"));
        }
    }
    said.join("。") + "。"
}

fn shows(case: &Case<'_>) -> String {
    match case.seen.shown {
        Shown::Level { metres, .. } => format!("水位 {metres:.2} 米"),
        Shown::Rain { mm, .. } => {
            let thresholds = case.gauge.thresholds_at(case.seen.at);
            let mark = case.to.or(case.from);
            let amounts = mark.map(|mark| thresholds.rains(mark)).unwrap_or_default();
            // Of the lengths of time that are over their amount, the one that is most so.
            let over = RAIN_HOURS
                .into_iter()
                .zip(mm)
                .zip(amounts)
                .filter_map(|((hours, mm), amount)| Some((mm / amount?, hours, mm)));
            let (_, hours, mm) =
                over.max_by(|one, other| one.0.total_cmp(&other.0)).unwrap_or((0.0, 1, mm[0]));
            format!("{hours} 小时降雨 {mm:.1} 毫米")
        }
    }
}

/// Day and minute on the clock on the wall, such as `7月21日18:00`.
fn time(at: Timestamp) -> String {
    let text = at.to_string();
    let number = |range: std::ops::Range<usize>| text[range].trim_start_matches('0').to_owned();
    format!("{}月{}日{}", number(5..7), number(8..10), &text[11..16])
}
