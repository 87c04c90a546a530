//! What is due, in the words of the trade.

use std::fmt::Write as _;

use chrono::{NaiveDateTime, Timelike};
use chrono_tz::Tz;

use super::{
    case::Clock,
    rule::{Covers, Medium, Rank, Round, Series, Stage},
};
use crate::domain::time::Timestamp;

/// Returns what is due in Chinese, such as `首报（电话）：7月21日18:30前报市级（待确认）`.
pub fn due_zh(clock: &Clock, zone: Tz) -> String {
    let (what, medium) = (stage_zh(clock.series, clock.stage), medium_zh(clock.medium));
    let verb = if clock.optional { "前可报" } else { "前报" };
    let due = time_zh(clock.due_at, zone);
    let mut text = format!("{what}（{medium}）：{due}{verb}{}", rank_zh(clock.hop.to()));
    let mut doubts = Vec::new();
    if !clock.confirmed {
        doubts.push("待确认".to_owned());
    }
    if let Some(year) = clock.unknown_year {
        doubts.push(format!("{year}年节假日安排未录入"));
    }
    if !doubts.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(text, "（{}）", doubts.join("，"));
    }
    text
}

/// Returns what is due in English, such as `First report by phone to the city, due 2021-07-21 18:30 (to be
/// confirmed)`.
pub fn due_en(clock: &Clock, zone: Tz) -> String {
    let series = match clock.series {
        Series::Incident => "",
        Series::Statistics => " of disaster statistics",
    };
    let stage = match clock.stage {
        Stage::First => "First report",
        Stage::FollowUp => "Follow-up report",
        Stage::Final => "Final report",
        Stage::Zero => "Zero report",
        Stage::Verified => "Verified report",
    };
    let medium = match clock.medium {
        Medium::Phone => "by phone",
        Medium::Written => "on paper",
    };
    let due = clock.due_at.local(zone).format("%Y-%m-%d %H:%M");
    let verb = if clock.optional { "allowed until" } else { "due" };
    let to = rank_en(clock.hop.to());
    let mut text = format!("{stage}{series} {medium} to the {to}, {verb} {due}");
    let mut doubts = Vec::new();
    if !clock.confirmed {
        doubts.push("to be confirmed".to_owned());
    }
    if let Some(year) = clock.unknown_year {
        doubts.push(format!("holidays of {year} not entered"));
    }
    if !doubts.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(text, " ({})", doubts.join("; "));
    }
    text
}

/// Returns what a round asks for in Chinese.
pub fn round_zh(round: &Round, due_at: Timestamp, zone: Tz) -> String {
    let covers = match round.covers {
        Covers::Now => "",
        Covers::DayBefore => "，数据截至前一日24:00",
    };
    let doubt = if round.confirmed { "" } else { "（待确认）" };
    format!("{}：{}前报县级{covers}{doubt}", round.zh, time_zh(due_at, zone))
}

/// Returns what a round asks for in English.
pub fn round_en(round: &Round, due_at: Timestamp, zone: Tz) -> String {
    let covers = match round.covers {
        Covers::Now => "",
        Covers::DayBefore => ", numbers up to 24:00 of the day before",
    };
    let doubt = if round.confirmed { "" } else { " (to be confirmed)" };
    let due = due_at.local(zone).format("%Y-%m-%d %H:%M");
    format!("{} to the county, due {due}{covers}{doubt}", round.en)
}

/// Day and minute on the clock on the wall; midnight ends a day rather than starting one.
fn time_zh(at: Timestamp, zone: Tz) -> String {
    let local: NaiveDateTime = at.local(zone);
    match (local.hour(), local.minute()) {
        (0, 0) => {
            let day = local.date().pred_opt().unwrap_or(local.date());
            day.format("%-m月%-d日24:00").to_string()
        }
        _ => local.format("%-m月%-d日%H:%M").to_string(),
    }
}

/// Returns what a report is called, such as `首报` or `灾情统计初报`.
pub fn stage_zh(series: Series, stage: Stage) -> String {
    let series_zh = match series {
        Series::Incident => "",
        Series::Statistics => "灾情统计",
    };
    let stage = match (series, stage) {
        (Series::Statistics, Stage::First) => "初报",
        (Series::Incident, Stage::First) => "首报",
        (_, Stage::FollowUp) => "续报",
        (_, Stage::Final) => "终报",
        (_, Stage::Zero) => "零报告",
        (_, Stage::Verified) => "核报",
    };
    format!("{series_zh}{stage}")
}

/// Returns by which way it goes.
pub fn medium_zh(medium: Medium) -> &'static str {
    match medium {
        Medium::Phone => "电话",
        Medium::Written => "书面",
    }
}

/// Returns to whom it goes.
pub fn rank_zh(rank: Rank) -> &'static str {
    match rank {
        Rank::Scene => "现场",
        Rank::Unit => "单位负责人",
        Rank::Village => "村级",
        Rank::Township => "乡镇级",
        Rank::County => "县级",
        Rank::City => "市级",
        Rank::Province => "省级",
    }
}

fn rank_en(rank: Rank) -> &'static str {
    match rank {
        Rank::Scene => "scene",
        Rank::Unit => "head of the unit",
        Rank::Village => "village",
        Rank::Township => "township",
        Rank::County => "county",
        Rank::City => "city",
        Rank::Province => "province",
    }
}
