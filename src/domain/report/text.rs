//! The words of a report, from what is known of an incident: 地点、类型、伤亡、进展 in the title, the start only once.
//!
//! Invariant: the number of whoever reported the incident is never in a text; times are local, of 24 hours.

use chrono_tz::Tz;

use crate::domain::{
    bulletin::IssueNumber,
    deadline::{Series, Stage},
    incident::{self, Casualties, Incident, Particulars},
    time::Timestamp,
};

/// What the words are made of.
pub(super) struct Known<'k> {
    pub incident: &'k Incident,
    /// The county, and the place below it as far as it is known: 示例县, 柳河镇大堤村.
    pub county: &'k str,
    pub below: &'k str,
    /// What kind of incident it is: 洪水.
    pub kind: &'k str,
    pub series: Series,
    pub stage: Stage,
    pub ordinal: u32,
    /// The first report's number, where it has one.
    pub first: Option<IssueNumber>,
    /// When the last report went, if one has.
    pub last_sent: Option<Timestamp>,
    pub now: Timestamp,
    pub zone: Tz,
}

/// Title and text.
pub(super) fn words(known: &Known<'_>) -> (String, String) {
    let mark = if known.incident.drill { "【演练】" } else { "" };
    let text = match (known.series, known.stage) {
        (Series::Statistics, _) => statistics(known),
        (Series::Incident, Stage::First | Stage::Verified) => first(known),
        (Series::Incident, Stage::FollowUp | Stage::Zero) => follow_up(known),
        (Series::Incident, Stage::Final) => last(known),
    };
    (format!("{mark}{}", title(known)), format!("{mark}{text}"))
}

fn title(known: &Known<'_>) -> String {
    let what = format!("{}{}", place(known), event(known));
    let hurt = people(known.incident.particulars.casualties);
    let goes = progress(known.incident.stage);
    let number = numeral(known.ordinal);
    match (known.series, known.stage) {
        (Series::Incident, Stage::First) => {
            format!("{}发生{}，{hurt}，{goes}", place(known), known.kind)
        }
        (Series::Incident, Stage::FollowUp) => format!("{what}续报{number}：{hurt}，{goes}"),
        (Series::Incident, Stage::Final) => format!("{what}终报：{hurt}，{goes}"),
        (Series::Incident, Stage::Zero) => format!("{what}零报告{number}：{hurt}，{goes}"),
        (Series::Incident, Stage::Verified) => format!("{what}核报：{hurt}，{goes}"),
        (Series::Statistics, Stage::First) => format!("{what}灾情统计初报：{hurt}"),
        (Series::Statistics, Stage::FollowUp) => format!("{what}灾情统计续报{number}：{hurt}"),
        (Series::Statistics, Stage::Zero) => format!("{what}灾情统计零报告{number}：{hurt}"),
        (Series::Statistics, Stage::Verified) => format!("{what}灾情统计核报：{hurt}"),
        (Series::Statistics, Stage::Final) => format!("{what}灾情统计终报：{hurt}"),
    }
}

fn first(known: &Known<'_>) -> String {
    let mut lines = vec![opening(known)];
    let told = &known.incident.particulars.accounts;
    lines.extend(labelled("基本过程", &told.course));
    lines.extend(state(known));
    lines.extend(labelled("起因", &told.cause));
    lines.extend(deeds(known));
    lines.extend(labelled("发展趋势", &told.trend));
    lines.extend(labelled("请求事项", &told.requests));
    lines.extend(labelled("现场指挥负责人", &told.commander));
    lines.join("\n")
}

fn follow_up(known: &Known<'_>) -> String {
    let what = format!("{}{}", place(known), event(known));
    let first = known.first.map(|number| format!("（首报见{}）", number.zh())).unwrap_or_default();
    let now = clock(known.now, known.zone);
    let mut lines = vec![format!("{what}{first}，截至{now}续报如下。")];
    lines.extend(news(known));
    let told = &known.incident.particulars.accounts;
    lines.extend(state(known));
    lines.extend(labelled("起因", &told.cause));
    lines.extend(deeds(known));
    lines.extend(labelled("发展趋势", &told.trend));
    lines.extend(labelled("请求事项", &told.requests));
    lines.extend(labelled("现场指挥负责人", &told.commander));
    lines.join("\n")
}

fn last(known: &Known<'_>) -> String {
    let mut lines = vec![opening(known)];
    let told = &known.incident.particulars.accounts;
    lines.extend(labelled("基本过程", &told.course));
    lines.extend(state(known));
    lines.extend(deeds(known));
    lines.extend(labelled("调查评估", &told.cause));
    lines.push(format!("处置结果：{}。", progress(known.incident.stage)));
    lines.join("\n")
}

fn statistics(known: &Known<'_>) -> String {
    let what = format!("{}{}", place(known), event(known));
    let now = clock(known.now, known.zone);
    let mut lines = vec![format!("截至{now}，{what}灾情如下。")];
    lines.extend(state(known));
    lines.join("\n")
}

/// When, where, what, and from whom it is known.
fn opening(known: &Known<'_>) -> String {
    let facts = &known.incident.particulars;
    let occurred = match facts.occurred.about {
        true => about(facts.occurred.at, known.zone),
        false => clock(facts.occurred.at, known.zone),
    };
    let address = match facts.place.address.trim() {
        "" => String::new(),
        address => format!("（{address}）"),
    };
    let grade = facts.level.map(|level| format!("，初步判定为{}突发事件", grade(level)));
    let grave = if facts.sensitive { "，属敏感事件" } else { "" };
    let received = clock(facts.received_at, known.zone);
    let source = match (facts.source.unit.trim(), facts.source.name.trim()) {
        ("", "") => "群众".to_owned(),
        (unit, name) => format!("{unit}{name}"),
    };
    format!(
        "{occurred}，{}{address}发生{}{}{grave}。{received}接{source}报告。",
        place(known),
        known.kind,
        grade.unwrap_or_default()
    )
}

/// People, losses and extent.
fn state(known: &Known<'_>) -> Vec<String> {
    let Particulars { casualties, accounts, .. } = &known.incident.particulars;
    let mut lines = vec![format!("人员伤亡：{}。", people(*casualties))];
    lines.extend(labelled("财产损失", &accounts.loss));
    lines.extend(labelled("影响范围", &accounts.extent));
    lines
}

fn deeds(known: &Known<'_>) -> Vec<String> {
    let told = &known.incident.particulars.accounts;
    let lines = [labelled("领导到位情况", &told.leaders), labelled("已采取措施", &told.measures)];
    lines.into_iter().flatten().collect()
}

/// What was noted since the report before.
fn news(known: &Known<'_>) -> Option<String> {
    let fresh = known.incident.notes.iter();
    let fresh = fresh.filter(|note| known.last_sent.is_none_or(|sent| note.at > sent));
    let said: Vec<String> = fresh
        .map(|note| format!("{} {}", clock(note.at, known.zone), sentence(&note.text)))
        .collect();
    (!said.is_empty()).then(|| format!("最新进展：{}", said.concat()))
}

fn labelled(label: &str, text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| format!("{label}：{}", sentence(text)))
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    let ends = text.ends_with(['。', '！', '？', '；', '…', '.']);
    if ends { text.to_owned() } else { format!("{text}。") }
}

fn place(known: &Known<'_>) -> String {
    format!("{}{}", known.county, known.below)
}

/// The kind as something that a report can be about: 洪水事件, but 交通事故.
fn event(known: &Known<'_>) -> String {
    let named = known.kind.ends_with("事件") || known.kind.ends_with("事故");
    if named { known.kind.to_owned() } else { format!("{}事件", known.kind) }
}

/// Nobody hurt is said only where somebody has said so.
fn people(hurt: Casualties) -> String {
    let kinds = [
        (hurt.dead, "死亡"),
        (hurt.missing, "失踪"),
        (hurt.injured, "受伤"),
        (hurt.trapped, "被困"),
    ];
    let counts = kinds.iter().filter_map(|(count, how)| Some(((*count)?, how)));
    let told: Vec<String> = counts
        .filter(|(count, _)| *count > 0)
        .map(|(count, how)| format!("{count}人{how}"))
        .collect();
    let sure = [hurt.dead, hurt.missing, hurt.injured].iter().all(Option::is_some);
    match (told.is_empty(), sure) {
        (false, _) => told.join("、"),
        (true, true) => "无人员伤亡".to_owned(),
        (true, false) => "伤亡情况正在核实".to_owned(),
    }
}

fn progress(stage: incident::Stage) -> &'static str {
    match stage {
        incident::Stage::Received => "正在核实",
        incident::Stage::Verified => "已核实，正在调派力量",
        incident::Stage::Handling => "正在处置",
        incident::Stage::Unfounded => "经核实不属实",
        incident::Stage::Closed => "已处置完毕",
    }
}

fn grade(level: u8) -> &'static str {
    match level {
        1 => "特别重大（Ⅰ级）",
        2 => "重大（Ⅱ级）",
        3 => "较大（Ⅲ级）",
        _ => "一般（Ⅳ级）",
    }
}

/// Writes `7月21日18:40`.
fn clock(at: Timestamp, zone: Tz) -> String {
    at.local(zone).format("%-m月%-d日%H:%M").to_string()
}

/// Writes `7月21日约18:40`.
fn about(at: Timestamp, zone: Tz) -> String {
    at.local(zone).format("%-m月%-d日约%H:%M").to_string()
}

/// Writes 一 to 九十九 as people count reports, and figures above.
fn numeral(number: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |digit: u32| DIGITS.get(digit as usize).copied().unwrap_or_default();
    match number {
        1..=9 => digit(number).to_owned(),
        10..=19 => format!("十{}", digit(number - 10)),
        20..=99 => format!("{}十{}", digit(number / 10), digit(number % 10)),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Shanghai;

    use super::*;
    use crate::domain::{
        ids::IncidentId,
        incident::{Accounts, Changed, Note, Occurred, Place, Source, Stage as At, Way},
    };

    #[test]
    fn a_first_report_says_when_where_what_who_and_what_is_being_done() {
        let incident = breach();
        let (title, text) = words(&known(&incident, Stage::First, 1));
        assert_eq!(title, "示例县柳河镇大堤村发生洪水，1人失踪、3人被困，正在核实");
        assert_eq!(
            text,
            "7月21日约18:40，示例县柳河镇大堤村（卫河左堤 12+300）发生洪水，初步判定为较大（Ⅲ级）突发事件。\
             7月21日18:55接柳河镇政府张三报告。\n\
             基本过程：堤防决口约 20 米。\n\
             人员伤亡：1人失踪、3人被困。\n\
             已采取措施：镇村干部转移群众。\n\
             请求事项：请求支援冲锋舟 2 艘！\n\
             现场指挥负责人：李四，副镇长，13900000001。"
        );
        assert!(!title.contains("13900000000") && !text.contains("13900000000"));
    }

    #[test]
    fn a_follow_up_has_its_number_and_does_not_repeat_the_start() {
        let mut incident = breach();
        incident.stage = At::Handling;
        incident.particulars.casualties.missing = Some(0);
        incident.particulars.casualties.trapped = Some(0);
        let note = |at: &str, text: &str| Note {
            at: at.parse().unwrap(),
            by: "desk".into(),
            text: text.into(),
        };
        incident.notes = vec![
            note("2021-07-21T19:00:00+08:00", "已经报过的"),
            note("2021-07-21T23:10:00+08:00", "3 名群众全部救出"),
        ];
        let first = Some(IssueNumber { year: 2021, ordinal: 3 });
        let last_sent = Some("2021-07-21T19:20:00+08:00".parse().unwrap());
        let known = Known { first, last_sent, ..known(&incident, Stage::FollowUp, 12) };
        let (title, text) = words(&known);
        assert_eq!(title, "示例县柳河镇大堤村洪水事件续报十二：伤亡情况正在核实，正在处置");
        let begins = "示例县柳河镇大堤村洪水事件（首报见2021年第3期），截至7月22日07:30续报如下。\n\
                      最新进展：7月21日23:10 3 名群众全部救出。\n人员伤亡：";
        assert!(text.starts_with(begins), "{text}");
        for start in ["18:40", "18:55", "决口", "已经报过的"] {
            assert!(!text.contains(start), "{start}: {text}");
        }
    }

    #[test]
    fn a_drill_is_marked_and_nobody_hurt_is_said_only_where_somebody_said_so() {
        let mut incident = breach();
        incident.drill = true;
        incident.stage = At::Closed;
        incident.particulars.casualties =
            Casualties { dead: Some(0), injured: Some(0), missing: Some(0), trapped: None };
        let (title, text) = words(&known(&incident, Stage::Final, 1));
        assert_eq!(title, "【演练】示例县柳河镇大堤村洪水事件终报：无人员伤亡，已处置完毕");
        assert!(text.starts_with("【演练】7月21日约18:40，"), "{text}");
        assert!(text.ends_with("处置结果：已处置完毕。"), "{text}");
        assert_eq!(people(Casualties::default()), "伤亡情况正在核实");
    }

    #[test]
    fn numbers_are_written_as_people_count_reports() {
        let written = [1, 9, 10, 11, 20, 35, 99, 100].map(numeral);
        assert_eq!(written, ["一", "九", "十", "十一", "二十", "三十五", "九十九", "100"]);
    }

    fn known(incident: &Incident, stage: Stage, ordinal: u32) -> Known<'_> {
        Known {
            incident,
            county: "示例县",
            below: "柳河镇大堤村",
            kind: "洪水",
            series: Series::Incident,
            stage,
            ordinal,
            first: None,
            last_sent: None,
            now: "2021-07-22T07:30:00+08:00".parse().unwrap(),
            zone: Shanghai,
        }
    }

    fn breach() -> Incident {
        let taken =
            Changed { at: "2021-07-21T18:56:00+08:00".parse().unwrap(), by: "dispatcher".into() };
        Incident {
            id: IncidentId(1),
            particulars: Particulars {
                kind: "11A01".into(),
                level: Some(3),
                sensitive: false,
                received_at: "2021-07-21T18:55:00+08:00".parse().unwrap(),
                occurred: Occurred {
                    at: "2021-07-21T18:40:00+08:00".parse().unwrap(),
                    about: true,
                },
                place: Place {
                    area: "990101001001".parse().unwrap(),
                    address: "卫河左堤 12+300".into(),
                    point: None,
                },
                source: Source {
                    way: Way::Phone,
                    unit: "柳河镇政府".into(),
                    name: "张三".into(),
                    phone: "13900000000".into(),
                },
                casualties: Casualties { missing: Some(1), trapped: Some(3), ..Default::default() },
                accounts: Accounts {
                    course: "堤防决口约 20 米".into(),
                    measures: "镇村干部转移群众。".into(),
                    requests: "请求支援冲锋舟 2 艘！".into(),
                    commander: "李四，副镇长，13900000001".into(),
                    ..Accounts::default()
                },
            },
            drill: false,
            stage: At::Received,
            revision: 1,
            changed: taken.clone(),
            taken,
            main: None,
            notes: Vec::new(),
        }
    }
}
