//! What the public reads and hears, by outlet, kind and length.

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::*;
use crate::domain::warning::WarnedArea;

#[test]
fn each_outlet_has_a_text_of_its_own() {
    let sms = text(&message(), Outlet::Sms);
    assert_eq!(
        sms.text,
        "【示例县气象台】7月21日18:00发布暴雨红色预警，影响甲镇、乙镇。预计3小时内降雨量达100毫米以上。请注意防范。"
    );
    assert_eq!((sms.units, sms.cut), (59, false));
    let banner = text(&message(), Outlet::Banner);
    assert_eq!(banner.text, "示例县气象台7月21日18:00发布暴雨红色预警：甲镇、乙镇");
    assert_eq!((banner.units, banner.cut), (26, false));
    let once = "示例县气象台七月二十一日十八时发布暴雨红色预警。影响地区：甲镇、乙镇。\
                预计三小时内降雨量达一百毫米以上。请注意防范。预警有效至七月二十二日六时。\
                请大家注意防范，听从安排。";
    let speaker = text(&message(), Outlet::Loudspeaker);
    assert_eq!(speaker.text, format!("{once}现在再播送一遍。{once}"));
    assert_eq!(speaker.units, speaker.text.chars().count());
}

#[test]
fn a_drill_and_a_test_are_marked_everywhere() {
    for outlet in Outlet::ALL {
        let drill = text(&Message { status: Status::Exercise, ..message() }, outlet);
        let test = text(&Message { status: Status::Test, ..message() }, outlet);
        match outlet {
            Outlet::Sms | Outlet::Banner => {
                assert!(drill.text.starts_with("【演练】"), "{drill:?}");
                assert!(test.text.starts_with("【测试】"), "{test:?}");
            }
            // Brackets cannot be heard; both readings are marked.
            Outlet::Loudspeaker => {
                assert_eq!(drill.text.matches("演练，这是演练。").count(), 2, "{drill:?}");
                assert_eq!(test.text.matches("测试，这是测试。").count(), 2, "{test:?}");
            }
        }
    }
}

#[test]
fn updates_and_cancels_say_so_and_acknowledgements_say_nothing() {
    let of = |kind| compose_with(&Message { kind, ..message() }, Outlet::Sms);
    assert!(of(MessageKind::Update).unwrap().text.contains("变更发布暴雨红色预警"));
    assert!(of(MessageKind::Cancel).unwrap().text.contains("解除暴雨红色预警，涉及甲镇"));
    assert_eq!(of(MessageKind::Ack), None);
    assert_eq!(of(MessageKind::Error), None);
}

#[test]
fn a_long_text_ends_with_a_whole_sentence_and_says_that_it_was_cut() {
    let description =
        "示例县气象台发布暴雨红色预警信号：降雨3.5毫米。".to_owned() + &"雨".repeat(70) + "。";
    let sms = text(&Message { description, ..message() }, Outlet::Sms);
    assert!(sms.cut);
    assert!(sms.text.ends_with("甲镇、乙镇。降雨3.5毫米。请注意防范。"), "{sms:?}");
}

#[test]
fn a_sender_gives_way_to_what_happens() {
    let headline = "示例自治区示例自治州示例县气象台发布暴雨红色预警信号".to_owned();
    let description = format!("预计{}。", "雨".repeat(24));
    let instruction = String::new();
    let sms = text(&Message { headline, description, instruction, ..message() }, Outlet::Sms);
    assert!(sms.text.starts_with("【示例县气象台】") && sms.text.ends_with("雨。"), "{sms:?}");
    assert!(!sms.cut);
}

#[test]
fn many_areas_are_counted_and_no_name_is_cut() {
    let area = |number: u64| WarnedArea {
        description: compact_str::format_compact!("第{number}号很长很长的村名"),
        codes: vec![],
        shapes: vec![],
    };
    let areas: Vec<_> = (1..=30).map(area).collect();
    let sms = text(&Message { areas, ..message() }, Outlet::Sms);
    assert!(sms.cut);
    assert!(
        sms.text.contains(
            "，影响第1号很长很长的村名、第2号很长很长的村名、第3号很长很长的村名等30地。"
        ),
        "{sms:?}"
    );
}

#[test]
fn sender_and_time_are_kept_whatever_else_is_long() {
    let headline = format!("{}气象台发布暴雨红色预警信号", "示例自治区示例自治州示例县".repeat(3));
    let event = "特别长的灾害名称".repeat(10).into();
    let areas = vec![];
    let message = Message { headline, event, areas, status: Status::Exercise, ..message() };
    for outlet in Outlet::ALL {
        let text = text(&message, outlet);
        assert!(text.text.contains("示例县气象台") || text.text.contains("县气象台"), "{text:?}");
        assert!(text.text.contains("7月21日18:00") || text.text.contains("七月二十一日十八时"));
        assert!(text.cut || outlet == Outlet::Loudspeaker, "{text:?}");
    }
}

#[test]
fn a_warning_without_a_colour_or_a_headline_is_worded_all_the_same() {
    let message = Message { colour: None, headline: String::new(), ..message() };
    let sms = text(&message, Outlet::Sms);
    assert!(sms.text.starts_with("【met】7月21日18:00发布暴雨预警，"), "{sms:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_text_passes_its_limit_or_loses_its_time(message in any_message()) {
        let templates = templates();
        for (outlet, limit) in [(Outlet::Sms, 70), (Outlet::Loudspeaker, 600), (Outlet::Banner, 40)] {
            let Some(text) = compose(&templates, &message, &names(), outlet) else { continue };
            prop_assert!(text.units <= limit, "{} units: {}", text.units, text.text);
            prop_assert_eq!(text.units, outlet.units(&text.text));
            prop_assert!(!text.text.contains(['\n', '\r']));
            prop_assert_eq!(text.text.contains("演练"), message.status == Status::Exercise);
            if outlet == Outlet::Loudspeaker {
                let unheard = |c: char| c.is_ascii_digit() || "【】（）()[]".contains(c);
                prop_assert!(!text.text.contains(unheard), "{}", text.text);
            } else {
                prop_assert!(text.text.contains("7月21日18:00"), "{}", text.text);
            }
        }
    }
}

fn text(message: &Message, outlet: Outlet) -> Text {
    compose_with(message, outlet).unwrap()
}

fn compose_with(message: &Message, outlet: Outlet) -> Option<Text> {
    compose(&templates(), message, &names(), outlet)
}

fn templates() -> Templates {
    load(include_str!("../../config/texts.toml")).unwrap()
}

fn names() -> Names<'static> {
    Names { area: &name, sender: None, zone: chrono_tz::Asia::Shanghai }
}

fn name(code: AreaCode) -> Option<CompactString> {
    match code.to_string().as_str() {
        "990101001000" => Some("甲镇".into()),
        "990101002000" => Some("乙镇".into()),
        _ => None,
    }
}

fn message() -> Message {
    let sent = "2026-07-21T18:00:00+08:00".parse().unwrap();
    let codes = vec!["990101001".parse().unwrap(), "990101002".parse().unwrap()];
    Message {
        identifier: "99010141600000_20260721180000".into(),
        sender: "met".into(),
        sent,
        status: Status::Actual,
        kind: MessageKind::Alert,
        references: vec![],
        event: "暴雨".into(),
        event_code: None,
        colour: Some(Colour::Red),
        headline: "示例县气象台发布暴雨红色预警信号".into(),
        description:
            "示例县气象台2026年7月21日18时发布暴雨红色预警信号：预计3小时内降雨量达100毫米以上。\
                      （预警信息来源：国家预警信息发布中心）"
                .into(),
        instruction: "请注意防范。".into(),
        effective: sent,
        onset: None,
        expires: "2026-07-22T06:00:00+08:00".parse().ok(),
        areas: vec![WarnedArea { description: "示例县".into(), codes, shapes: vec![] }],
        notes: vec![],
    }
}

fn any_message() -> impl Strategy<Value = Message> {
    let kind = select(
        &[MessageKind::Alert, MessageKind::Update, MessageKind::Cancel, MessageKind::Ack][..],
    );
    let status = select(&[Status::Actual, Status::Exercise, Status::Test][..]);
    let words = (prose(), prose(), prose(), prose(), prose());
    let colour = option::of(select(&Colour::ALL[..]));
    (kind, status, words, colour, vec(prose(), 0..6)).prop_map(
        |(kind, status, (headline, event, description, instruction, sender), colour, areas)| {
            let area = |name: &String| WarnedArea {
                description: name.as_str().into(),
                codes: vec![],
                shapes: vec![],
            };
            Message {
                kind,
                status,
                colour,
                headline,
                event: event.into(),
                description,
                instruction,
                sender: sender.into(),
                areas: areas.iter().map(area).collect(),
                ..message()
            }
        },
    )
}

/// Text with what the outlets treat in their own ways.
fn prose() -> impl Strategy<Value = String> {
    let piece = select(
        &[
            "雨",
            "示例县",
            "气象台",
            "发布",
            "暴雨红色预警",
            "：",
            "。",
            "；",
            "，",
            "（",
            "）",
            "1",
            "23:59",
            "3.5",
            "-",
            "～",
            "%",
            "℃",
            "\n",
            " ",
            "a",
            "🌊",
            "【",
            "[Ⅰ级/特别严重]",
            "\u{0}",
            "省",
        ][..],
    );
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}
