//! Readings of gauges as their owners write them: a table, or what is published at a broker's topic.
//!
//! Invariant: one reading that cannot be read spoils none beside it in a message.

use serde_json::{Map, Value};

use crate::gauges::{BATCH_LIMIT, Report};

/// A line of a table that is no reading; nothing of the table is taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no reading: {why}; the columns are gauge, at, level_m, rain_mm, over_s")]
pub struct SheetFault {
    line: usize,
    why: String,
}

/// Why what was published is no reading, or not taken for one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("this is neither a reading in JSON nor a list of them")]
    NotJson,
    #[error("this is no reading: {0}; send gauge, at, and level_m or rain_mm with over_s")]
    NotAReading(String),
    #[error(
        "a reading names another gauge than its topic; leave gauge out, or use a topic for all"
    )]
    OtherGauge,
    #[error("send at most {BATCH_LIMIT} readings in one message")]
    TooMany,
}

impl Fault {
    /// Returns the code that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::NotJson => "message.not_json",
            Fault::NotAReading(_) => "message.not_a_reading",
            Fault::OtherGauge => "message.other_gauge",
            Fault::TooMany => "message.too_many",
        }
    }
}

/// Reads a table in CSV whose first line names the columns.
pub fn sheet(bytes: &[u8]) -> Result<Vec<Report>, SheetFault> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let reports = reader.deserialize().enumerate();
    reports
        .map(|(row, read)| {
            read.map_err(|error| SheetFault { line: row + 2, why: error.to_string() })
        })
        .collect()
}

/// Reads a message: a reading as an object, or a list of them. `gauge` is what the topic says they are of.
///
/// A number alone is no reading: a broker keeps messages while nobody listens, so when it was measured is known
/// only from the message itself.
pub fn message(payload: &[u8], gauge: Option<&str>) -> Result<Vec<Result<Report, Fault>>, Fault> {
    let said: Value = serde_json::from_slice(payload).map_err(|_| Fault::NotJson)?;
    let readings = match said {
        Value::Array(readings) if readings.len() > BATCH_LIMIT => return Err(Fault::TooMany),
        Value::Array(readings) => readings,
        Value::Object(reading) => vec![Value::Object(reading)],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(Fault::NotJson);
        }
    };
    Ok(readings.into_iter().map(|reading| one(reading, gauge)).collect())
}

fn one(reading: Value, gauge: Option<&str>) -> Result<Report, Fault> {
    let Value::Object(mut fields) = reading else {
        return Err(Fault::NotAReading("it is no object".to_owned()));
    };
    if let Some(gauge) = gauge {
        name(&mut fields, gauge)?;
    }
    serde_json::from_value(Value::Object(fields))
        .map_err(|error| Fault::NotAReading(error.to_string()))
}

/// Has a reading name the gauge of its topic, so that the broker's own list of who may publish where holds a
/// station to its own readings.
fn name(fields: &mut Map<String, Value>, gauge: &str) -> Result<(), Fault> {
    let named = fields.entry("gauge").or_insert_with(|| gauge.into());
    if named == gauge { Ok(()) } else { Err(Fault::OtherGauge) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_a_reading_or_a_list_and_its_topic_may_name_the_gauge() {
        let reading = r#"{"at":"2021-07-21T18:00:00+08:00","level_m":64.1}"#;
        let named = r#"{"gauge":"g-1","at":"2021-07-21T18:00:00+08:00","rain_mm":3,"over_s":300}"#;
        let read = |payload: &str, gauge| -> Vec<_> {
            let readings = message(payload.as_bytes(), gauge).unwrap();
            readings
                .iter()
                .map(|reading| {
                    reading.as_ref().map(|report| report.gauge.to_string()).map_err(Fault::code)
                })
                .collect()
        };
        assert_eq!(read(reading, Some("g-1")), [Ok("g-1".to_owned())]);
        assert_eq!(read(named, Some("g-1")), [Ok("g-1".to_owned())]);
        assert_eq!(read(named, Some("g-2")), [Err("message.other_gauge")]);
        assert_eq!(read(reading, None), [Err("message.not_a_reading")]);
        let list = format!("[{named},5,{{\"gauge\":\"g-2\"}},{named}]");
        let expected = [
            Ok("g-1".to_owned()),
            Err("message.not_a_reading"),
            Err("message.not_a_reading"),
            Ok("g-1".to_owned()),
        ];
        assert_eq!(read(&list, None), expected);
    }

    #[test]
    fn what_is_no_message_is_refused_with_its_reason() {
        let deep = "[".repeat(100_000);
        for garbage in ["", "64.1", "null", "\"x\"", "{", "柳河", &deep, "\u{0}"] {
            assert_eq!(message(garbage.as_bytes(), Some("g-1")), Err(Fault::NotJson));
        }
        assert_eq!(message(&[0xFF, 0xFE], None), Err(Fault::NotJson));
        let many = format!("[{}0]", "0,".repeat(BATCH_LIMIT));
        assert_eq!(message(many.as_bytes(), None), Err(Fault::TooMany));
    }
}
