//! What the title of a Chinese warning says, such as
//! 蓬莱区气象台变更发布高温红色预警信号[Ⅰ级/特别严重].

use super::event_codes::{self, EventCode};
use crate::domain::warning::Colour;

/// Words after which a title says what holds from now on.
const ACTS: [&str; 14] = [
    "发布",
    "解除",
    "改发",
    "转发",
    "升级为",
    "升级至",
    "升级成",
    "升为",
    "降级为",
    "降级至",
    "降为",
    "变更为",
    "调整为",
    "改为",
];
const LIFTED: &str = "解除";
/// Acts that one title names; a longer text is no title.
const MAX_ACTS: usize = 8;
/// 不解除, 未解除: not lifted.
const NOT: [char; 2] = ['不', '未'];

/// Returns the one colour that a text announces; none when it names several.
pub(in crate::ingest) fn colour(text: &str) -> Option<Colour> {
    match colours(announced(text)).as_slice() {
        [colour] => Some(*colour),
        [] => match colours(text).as_slice() {
            [colour] => Some(*colour),
            [] => level(text),
            [_, _, ..] => None,
        },
        [_, _, ..] => None,
    }
}

/// Returns the type of event that a text names.
pub(in crate::ingest) fn event(text: &str) -> Option<&'static EventCode> {
    let mut rest = text;
    for _ in 0..MAX_ACTS {
        let named = event_codes::by_name(phrase(announced(rest)));
        if named.is_some() {
            return named;
        }
        // 发布的暴雨橙色预警升级为红色: the name stands before the last act.
        rest = &rest[..ACTS.iter().filter_map(|act| rest.rfind(act)).max()?];
    }
    None
}

/// Returns the hazard in the title's own words, listed or not; `None` where it announces no warning.
pub(in crate::ingest) fn hazard(title: &str) -> Option<&str> {
    let mut rest = title;
    for _ in 0..MAX_ACTS {
        let told = announced(rest);
        let named = colours(told).len();
        let name =
            if named > 1 { told.split("预警").next().unwrap_or_default() } else { phrase(told) };
        let name = name.trim_start_matches('的').trim();
        if !name.is_empty() && (named > 0 || told.contains("预警")) {
            return Some(name);
        }
        rest = &rest[..ACTS.iter().filter_map(|act| rest.rfind(act)).max()?];
    }
    None
}

/// Returns who announces: what stands before the first act, without the time of it.
pub(in crate::ingest) fn issuer(title: &str) -> Option<&str> {
    /// How an act is done, and with whom.
    const MANNERS: [&str; 8] = ["联合", "继续", "变更", "更新", "升级", "降级", "确认", "再次"];
    let end = ACTS.iter().filter_map(|act| title.find(act)).min()?;
    // A mark such as 【演练】 stands before the name, the time of the act after it.
    let name = title[..end].rsplit(['】', ']', '）', ')', '：', ':']).next().unwrap_or_default();
    let mut name = name.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default().trim();
    while let Some(shorter) = MANNERS.iter().find_map(|manner| name.strip_suffix(manner)) {
        name = shorter.trim_end();
    }
    (!name.is_empty()).then_some(name)
}

/// Tells whether a title ends a warning. One that announces something else after lifting does not:
/// too many calls are better than none.
pub(in crate::ingest) fn lifts(title: &str) -> bool {
    let Some(at) = title.rfind(LIFTED) else { return false };
    // 解除…发布的…: what is lifted had been issued.
    let after = title[at + LIFTED.len()..].replace("发布的", "");
    !title[..at].ends_with(NOT) && !ACTS.iter().any(|act| after.contains(act))
}

/// Returns the first statement of a text: who announces what; grounds and advice follow.
pub(in crate::ingest) fn first_statement(text: &str) -> &str {
    text.split(['：', '。', '\n']).next().unwrap_or_default()
}

/// Returns what follows the last act, or all of a text without one.
fn announced(text: &str) -> &str {
    let end = ACTS.iter().filter_map(|act| text.rfind(act).map(|at| at + act.len())).max();
    &text[end.unwrap_or_default()..]
}

/// Returns the name of the event: what stands before the colour or 预警.
fn phrase(text: &str) -> &str {
    let end = Colour::ALL
        .map(Colour::zh)
        .iter()
        .chain(&["预警"])
        .filter_map(|word| text.find(word))
        .min();
    text[..end.unwrap_or(text.len())].trim_start_matches('的')
}

fn colours(text: &str) -> Vec<Colour> {
    Colour::ALL.into_iter().filter(|colour| text.contains(colour.zh())).collect()
}

/// Reads the level of `[Ⅰ级/特别严重]`.
fn level(text: &str) -> Option<Colour> {
    let (_, words) = text.rsplit_once('/')?;
    match words.trim_end_matches([']', '］', '】']) {
        "特别严重" => Some(Colour::Red),
        "严重" => Some(Colour::Orange),
        "较重" => Some(Colour::Yellow),
        "一般" => Some(Colour::Blue),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colour_that_holds_from_now_on_counts() {
        for (text, expected) in [
            ("蓬莱区气象台变更发布高温红色预警信号[Ⅰ级/特别严重]", Some(Colour::Red)),
            ("河南省鹤壁市淇县气象台发布大风蓝色预警信号", Some(Colour::Blue)),
            ("将高温橙色预警信号升级为高温红色预警信号", Some(Colour::Red)),
            ("暴雨红色预警降为橙色", Some(Colour::Orange)),
            ("解除暴雨橙色预警，发布暴雨黄色预警", Some(Colour::Yellow)),
            ("暴雨橙色预警信号", Some(Colour::Orange)),
            ("县气象台发布暴雨预警[Ⅲ级/较重]", Some(Colour::Yellow)),
            ("发布暴雨黄色、雷电橙色预警", None),
            ("发布暴雨预警", None),
            ("", None),
        ] {
            assert_eq!(colour(text), expected, "{text}");
        }
    }

    #[test]
    fn the_event_is_what_is_announced() {
        for (text, expected) in [
            ("蓬莱区气象台变更发布高温红色预警信号[Ⅰ级/特别严重]", Some("11B09")),
            ("省水利厅和省气象局联合发布山洪灾害气象预警", Some("11A51")),
            ("县气象台解除8月1日发布的高温红色预警信号", Some("11B09")),
            ("发布的暴雨橙色预警升级为红色", Some("11B03")),
            ("暴雨", Some("11B03")),
            ("发布雷暴大风黄色预警", None),
            ("发布海上大雾黄色预警", None),
        ] {
            assert_eq!(event(text).map(|event| event.code.as_str()), expected, "{text}");
        }
    }

    #[test]
    fn the_hazard_is_named_in_the_words_of_the_title() {
        for (title, expected) in [
            ("河南省鹤壁市淇县气象台发布大风蓝色预警信号", Some("大风")),
            ("县气象台发布雷暴大风黄色预警信号", Some("雷暴大风")),
            ("省水利厅和省气象局联合发布山洪灾害气象预警", Some("山洪灾害气象")),
            ("发布的暴雨橙色预警升级为红色", Some("暴雨")),
            ("县气象台解除8月1日发布的高温红色预警信号", Some("高温")),
            ("发布暴雨黄色、雷电橙色预警", Some("暴雨黄色、雷电橙色")),
            ("县气象台发布天气公报", None),
            ("通知", None),
            ("", None),
        ] {
            assert_eq!(hazard(title), expected, "{title}");
        }
    }

    #[test]
    fn the_issuer_stands_before_the_act() {
        for (title, expected) in [
            ("蓬莱区气象台变更发布高温红色预警信号[Ⅰ级/特别严重]", Some("蓬莱区气象台")),
            ("省水利厅和省气象局联合发布山洪灾害气象预警", Some("省水利厅和省气象局")),
            ("【演练】示例县气象台发布暴雨红色预警", Some("示例县气象台")),
            ("示例县气象台2026年7月21日10时发布暴雨红色预警", Some("示例县气象台")),
            ("县气象台解除8月1日发布的高温红色预警信号", Some("县气象台")),
            ("发布暴雨红色预警", None),
            ("暴雨红色预警", None),
        ] {
            assert_eq!(issuer(title), expected, "{title}");
        }
    }

    #[test]
    fn only_a_title_that_just_lifts_ends_a_warning() {
        for title in [
            "蓬莱区气象台解除高温红色预警信号",
            "县气象台发布解除暴雨橙色预警的通知",
            "县气象台解除8月1日发布的高温红色预警信号",
        ] {
            assert!(lifts(title), "{title}");
        }
        for title in [
            "发布高温红色预警信号",
            "暂不解除暴雨红色预警",
            "暴雨红色预警尚未解除",
            "解除暴雨橙色预警，发布暴雨黄色预警",
            "解除雷电预警，暴雨预警升级为红色",
        ] {
            assert!(!lifts(title), "{title}");
        }
    }

    #[test]
    fn a_text_announces_in_its_first_statement() {
        let text = "气象台13:31将橙色预警升级为红色：目前黄色山体有滑坡。蓝色预警区请注意";
        assert_eq!(colour(first_statement(text)), Some(Colour::Red));
    }
}
