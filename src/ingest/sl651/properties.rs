//! What holds for every report and for every sequence of bytes.

use std::time::Duration;

use proptest::prelude::*;

use super::{testing::report_frame, *};
use crate::domain::time::Timestamp;

/// Of the mutations; printed with every failure.
const SEED: u64 = 0x51_651;
const MUTATIONS: u64 = 50_000;

proptest! {
    #[test]
    fn what_is_encoded_is_decoded_equal(report in a_report()) {
        let bytes = encode(&report).unwrap();
        prop_assert_eq!(outputs(&bytes), vec![Output::Report(report)]);
    }

    #[test]
    fn a_report_survives_any_cuts(report in a_report(), cuts in prop::collection::vec(1_usize..40, 1..9)) {
        let bytes = encode(&report).unwrap();
        let (mut session, mut memory, mut found) = (Session::default(), Memory::default(), Vec::new());
        let (mut rest, mut cuts) = (&bytes[..], cuts.iter().cycle());
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
            session.on_bytes(piece);
            found.extend(std::iter::from_fn(|| session.next_output(&mut memory)));
            rest = after;
        }
        prop_assert_eq!(found, vec![Output::Report(report)]);
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(strange_byte(), 0..600)) {
        for output in outputs(&bytes) {
            prop_assert!(matches!(output, Output::Refused(_)), "{output:?}");
        }
    }

    #[test]
    fn no_body_is_too_strange(body in prop::collection::vec(any::<u8>(), 0..200), function in 0x2F_u8..0x52) {
        // The checksum is right, so that the body is read whatever it holds.
        let frame = Frame { body, function, ..Frame::read(&report_frame()).unwrap() };
        for output in outputs(&frame.write()) {
            if let Output::Report(report) = output {
                prop_assert_eq!(report.function.code(), function);
            }
        }
    }
}

#[test]
fn a_changed_frame_is_believed_only_with_the_right_checksum() {
    let (mut random, right) = (Random(SEED), report_frame());
    let mut believed = 0;
    for round in 0..MUTATIONS {
        let mut wrong = right.clone();
        for _ in 0..=random.below(4) {
            mutate(&mut wrong, &mut random);
        }
        for output in outputs(&wrong) {
            let Output::Report(report) = output else { continue };
            believed += 1;
            let whole = (0..wrong.len()).any(|at| has_whole_frame(&wrong[at..], report.serial));
            assert!(whole, "seed {SEED:#x}, round {round}: {wrong:02X?}");
        }
    }
    // Some mutations only add noise around a frame, so that something is believed at all.
    assert!(believed > 0 && believed < MUTATIONS / 4, "{believed} of {MUTATIONS}");
}

/// Tells, by a checksum of its own, bit by bit, whether a frame begins here.
fn has_whole_frame(bytes: &[u8], serial: u16) -> bool {
    if bytes.len() < 17 || bytes[..2] != [0x7E, 0x7E] {
        return false;
    }
    let end = 14 + usize::from(u16::from_be_bytes([bytes[11] & 0x0F, bytes[12]])) + 1;
    let (Some(said), Some(sum)) = (bytes.get(..end), bytes.get(end..end + 2)) else { return false };
    let mut crc = 0xFFFF_u16;
    for byte in said {
        crc ^= u16::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 };
        }
    }
    crc.to_be_bytes() == *sum && said[14..16] == serial.to_be_bytes()
}

/// Changes a frame as a bad line does, or a bad mind.
fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len().max(1));
    match random.below(6) {
        0 | 1 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        2 if at < bytes.len() => bytes[at] = random.byte(),
        3 => bytes.truncate(at),
        4 => bytes.insert(at.min(bytes.len()), random.byte()),
        _ => {
            let again = bytes.get(at..).unwrap_or_default().to_vec();
            bytes.extend(again);
        }
    }
}

fn outputs(bytes: &[u8]) -> Vec<Output> {
    let (mut session, mut memory) = (Session::default(), Memory::default());
    session.on_bytes(bytes);
    std::iter::from_fn(|| session.next_output(&mut memory)).collect()
}

/// Bytes that look like parts of frames more often than chance has it.
fn strange_byte() -> impl Strategy<Value = u8> {
    prop_oneof![Just(0x7E), Just(0x02), Just(0x16), Just(0x00), Just(0x80), Just(0x03), any::<u8>()]
}

fn a_report() -> impl Strategy<Value = Report> {
    let who = (any::<u8>(), any::<[u8; 5]>(), any::<[u8; 2]>(), any::<u16>());
    let minute = 26_300_000_i64..52_000_000;
    let text = proptest::option::of("[A-Z0-9 水位雨]{0,40}");
    let picture = proptest::option::of(prop::collection::vec(any::<u8>(), 0..5_000));
    let values = prop::collection::vec(some_values(), 0..6);
    (who, minute, values, text, picture, any::<bool>()).prop_map(
        |((centre, station, password, serial), minute, values, text, picture, hourly)| {
            let observed_at = Timestamp::from_millis(minute * 60_000);
            let mut at = observed_at;
            let mut readings = Vec::new();
            for (element, values) in values {
                for value in values {
                    readings.push(Reading { element, at, value });
                    at = at + Duration::from_secs(300);
                }
            }
            // Of text and picture, which go to the end of the body, a report has one.
            let picture = picture.filter(|_| text.is_none()).map(Picture);
            let function = if hourly { Function::Hourly } else { Function::Timed };
            let origin = Origin {
                centre,
                station: Station::from_bytes(station),
                password: Password::from_bytes(password),
                function,
                serial,
                sent_at: at + Duration::from_secs(9),
            };
            let (class, observed_at) = (Some(Class(b'H')), Some(observed_at));
            Report { class, observed_at, values: readings, text, picture, ..Report::of(origin) }
        },
    )
}

/// An element with a value, or with those of an hour.
fn some_values() -> impl Strategy<Value = (Element, Vec<Value>)> {
    let single = (an_element(), a_value()).prop_map(|(element, value)| (element, vec![value]));
    let rain = prop::collection::vec(binary(254, 1), 12);
    let level = (1_u8..=8, prop::collection::vec(binary(65_534, 2), 12));
    prop_oneof![
        4 => single,
        1 => rain.prop_map(|values| (Element::P5OfHour, values)),
        1 => level.prop_map(|(number, values)| (Element::RelativeLevel(number), values)),
        1 => binary(0xFFFF_FFFE, 0).prop_map(|value| (Element::Status, vec![value])),
    ]
}

fn an_element() -> impl Strategy<Value = Element> {
    prop_oneof![
        Just(Element::Pj),
        Just(Element::P5),
        Just(Element::Z),
        Just(Element::Zu),
        Just(Element::Q),
        Just(Element::Vt),
        Just(Element::Other(0x11)),
        any::<u8>().prop_map(Element::Extended),
    ]
}

fn a_value() -> impl Strategy<Value = Value> {
    let number = (-9_999_999_999_i64..10_000_000_000, 0_u8..8)
        .prop_map(|(unscaled, decimals)| Value::Number(Number { unscaled, decimals }));
    prop_oneof![4 => number, 1 => Just(Value::Missing), 1 => Just(Value::Raw(vec![0x0C, 0x11]))]
}

fn binary(max: i64, decimals: u8) -> impl Strategy<Value = Value> {
    let number = (0..=max).prop_map(move |unscaled| Value::Number(Number { unscaled, decimals }));
    prop_oneof![3 => number, 1 => Just(Value::Missing)]
}

/// Small and seeded, so that a failure can be had again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}
