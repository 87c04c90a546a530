//! Readings as bytes: what nodes tell each other. One byte of version, then the readings.

use super::Record;

/// What the first byte says. Another version is refused whole: its sender is a newer program.
const VERSION: u8 = 1;

/// The bytes are not what [`encode`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are no readings")]
pub struct Garbled;

/// Writes readings for another node.
pub fn encode(records: &[Record]) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    rmp_serde::encode::write(&mut bytes, records).expect("readings can be written");
    bytes
}

/// Reads what [`encode`] wrote.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<Record>, Garbled> {
    match bytes.split_first() {
        Some((&VERSION, rest)) => rmp_serde::from_slice(rest).map_err(|_| Garbled),
        Some(_) | None => Err(Garbled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        gauge::{Point, Value},
        time::Timestamp,
    };

    #[test]
    fn readings_arrive_as_they_were_sent_and_what_breaks_off_is_refused() {
        let record = |value| Record {
            gauge: "g-1".parse().unwrap(),
            exercise: true,
            point: Point { at: Timestamp::from_millis(7), value },
            received_at: Timestamp::from_millis(8),
        };
        let sent =
            [record(Value::Level { metres: 64.1 }), record(Value::Rain { mm: 0.1, over_s: 300 })];
        let whole = encode(&sent);
        assert_eq!(decode(&whole).unwrap(), sent);
        for end in 0..whole.len() {
            assert_eq!(decode(&whole[..end]), Err(Garbled), "{end}");
        }
        assert_eq!(decode(&[2, 0x90]), Err(Garbled));
    }
}
