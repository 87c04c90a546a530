//! Frames made for tests, so that a fresh clone tests what the shared frames show.

use super::{
    Class, Element, Function, Number, Origin, Password, Reading, Report, Station, Value, encode,
};

/// Reads hexadecimal digits with spaces.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|digit| *digit != b' ').collect();
    let mut bytes = vec![0; digits.len() / 2];
    super::digits::from_hex(&digits, &mut bytes).unwrap();
    bytes
}

/// A timed report of a river station.
pub(super) fn report() -> Report {
    let at = "2021-07-21T18:00:00+08:00".parse().unwrap();
    let reading = |element: Element, value| Reading { element, at, value };
    let number = |unscaled, decimals| Value::Number(Number { unscaled, decimals });
    Report {
        class: Some(Class::RIVER),
        observed_at: Some(at),
        values: vec![
            reading(Element::Pj, number(35, 1)),
            reading(Element::Z, number(64_100, 3)),
            reading(Element::Q, Value::Missing),
            reading(Element::Vt, number(1_254, 2)),
        ],
        ..Report::of(Origin {
            centre: 1,
            station: Station::from_bytes([0x00, 0x31, 0x10, 0x2B, 0x60]),
            password: Password::from_bytes([0x12, 0x34]),
            function: Function::Timed,
            serial: 7,
            sent_at: "2021-07-21T18:00:09+08:00".parse().unwrap(),
        })
    }
}

pub(super) fn report_frame() -> Vec<u8> {
    encode(&report()).unwrap()
}
