//! The body of a report: guides that say of what and when, and elements with their data.

use std::time::Duration;

use super::{Class, Element, Fault, Number, Picture, Reading, Report, Value, digits};
use crate::domain::time::Timestamp;

/// Between the values of an hour.
const FIVE_MINUTES: Duration = Duration::from_secs(300);
/// Values in one report. A month of hours is 744; more is refused.
const VALUES_MAX: usize = 4_096;

/// Reads what follows serial number and time into a report that has them.
pub(super) fn read(report: Report, body: &[u8]) -> Result<Report, Fault> {
    let at = report.sent_at;
    let mut reader = Reader { report, rest: body, at, step: None };
    while !reader.rest.is_empty() {
        reader.item()?;
        if reader.report.values.len() > VALUES_MAX {
            return Err(Fault::TooLarge);
        }
    }
    Ok(reader.report)
}

struct Reader<'a> {
    report: Report,
    rest: &'a [u8],
    /// The time of observation last said.
    at: Timestamp,
    /// Between the values of the series that follows; zero where the element has its own.
    step: Option<Duration>,
}

/// An element's identifier with its data definition.
struct Definition {
    element: Element,
    /// Of one value, or of the whole hour.
    bytes: usize,
    decimals: u8,
}

impl<'a> Reader<'a> {
    fn item(&mut self) -> Result<(), Fault> {
        match self.rest {
            [0xF1, 0xF1, rest @ ..] => {
                self.rest = rest;
                self.address()
            }
            [0xF0, 0xF0, rest @ ..] => {
                self.rest = rest;
                self.at = self.take(5).and_then(digits::time).ok_or(Fault::Time)?;
                self.report.observed_at.get_or_insert(self.at);
                Ok(())
            }
            [0xF2, 0xF2, text @ ..] => {
                // Makers differ between ASCII and GB 18030, which holds it.
                let (text, _) = encoding_rs::GB18030.decode_without_bom_handling(text);
                self.report.text = Some(text.into_owned());
                self.rest = &[];
                Ok(())
            }
            [0xF3, 0xF3, picture @ ..] => {
                self.report.picture = Some(Picture(picture.to_vec()));
                self.rest = &[];
                Ok(())
            }
            [0x04, 0x18, rest @ ..] => {
                self.rest = rest;
                self.step = Some(self.take(3).and_then(step).ok_or(Fault::Step)?);
                Ok(())
            }
            _ => self.element(),
        }
    }

    fn address(&mut self) -> Result<(), Fault> {
        let said = self.take(5).ok_or(Fault::Element)?;
        if said != self.report.station.bytes() {
            return Err(Fault::Station);
        }
        if self.report.function.has_class() {
            let class = self.take(1).and_then(|bytes| bytes.first()).ok_or(Fault::Element)?;
            self.report.class = Some(Class(*class));
        }
        Ok(())
    }

    fn element(&mut self) -> Result<(), Fault> {
        let (definition, rest) = Definition::read(self.rest).ok_or(Fault::Element)?;
        self.rest = rest;
        let step = self.step.filter(|_| self.report.function.is_series());
        let data = match step {
            Some(_) if self.is_one_series(&definition)? => std::mem::take(&mut self.rest),
            Some(_) | None => self.take(definition.bytes).ok_or(Fault::Element)?,
        };
        let values = definition.values(data).ok_or(Fault::Element)?;
        if values.len() > 1 && step == Some(Duration::ZERO) && !definition.element.is_of_hour() {
            return Err(Fault::Step);
        }
        let (first, step) = if definition.element.is_of_hour() {
            (self.first_of_hour(&values), FIVE_MINUTES)
        } else {
            (self.at, step.unwrap_or_default())
        };
        let mut at = first;
        for value in values {
            self.report.values.push(Reading { element: definition.element, at, value });
            at = at + step;
        }
        Ok(())
    }

    /// Tells whether all that follows is the series of this one element, as the standard has it. What can
    /// as well be read as more elements is not guessed at.
    fn is_one_series(&self, definition: &Definition) -> Result<bool, Fault> {
        let Some(after) = self.rest.get(definition.bytes..) else { return Ok(false) };
        if after.is_empty() {
            return Ok(true);
        }
        let whole = definition.bytes > 0 && self.rest.len().is_multiple_of(definition.bytes);
        let readable =
            whole && definition.values(self.rest).is_some_and(|values| are_plain(&values));
        match (readable, are_elements(after)) {
            (true, true) => Err(Fault::Ambiguous),
            (readable, _) => Ok(readable),
        }
    }

    /// Returns when the first value of an hour was measured: at the time of observation. Some makers put
    /// there when they send, so that values would be measured after they were sent; theirs are of the
    /// clock hour that the time lies in.
    fn first_of_hour(&self, values: &[Value]) -> Timestamp {
        let last = values.iter().rposition(|value| *value != Value::Missing).unwrap_or(0);
        let until_last = FIVE_MINUTES * u32::try_from(last).unwrap_or(0);
        let begun = digits::hour_that_ends_at_or_after(self.at) + FIVE_MINUTES;
        let sent_at = self.report.sent_at;
        let of_the_hour = self.at + until_last > sent_at && begun + until_last <= sent_at;
        if of_the_hour { begun } else { self.at }
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }
}

impl Definition {
    /// Reads an identifier and what it says of its data; returns what follows.
    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (element, definition, rest) = match bytes {
            [0xFF, code, definition, rest @ ..] => (Element::Extended(*code), definition, rest),
            [code, definition, rest @ ..] => (Element::from_code(*code), definition, rest),
            [_] | [] => return None,
        };
        let (bytes, decimals) = (usize::from(definition >> 3), definition & 0b111);
        Some((Self { element, bytes, decimals }, rest))
    }

    /// Reads data of as many values as there are; nothing when it does not divide into values.
    fn values(&self, data: &[u8]) -> Option<Vec<Value>> {
        let width = if self.element.is_of_hour() { self.element.width() } else { self.bytes };
        if data.is_empty() {
            return Some(vec![Value::Missing]);
        }
        if width == 0 || !data.len().is_multiple_of(width) {
            return None;
        }
        Some(data.chunks_exact(width).map(|bytes| self.value(bytes)).collect())
    }

    fn value(&self, bytes: &[u8]) -> Value {
        if !self.element.is_of_hour() && self.element != Element::Status {
            return Value::from_bcd(bytes, self.decimals);
        }
        if bytes.iter().all(|byte| *byte == 0xFF) {
            return Value::Missing;
        }
        let unscaled = bytes
            .iter()
            .try_fold(0_i64, |value, byte| value.checked_mul(256)?.checked_add(i64::from(*byte)));
        unscaled.map_or_else(
            || Value::Raw(bytes.to_vec()),
            |unscaled| Value::Number(Number { unscaled, decimals: self.element.decimals() }),
        )
    }
}

/// Reads days, hours and minutes; all are zero where the element has a step of its own.
fn step(bytes: &[u8]) -> Option<Duration> {
    let [days, hours, minutes] = bytes else { return None };
    let pairs = (digits::pair(*days)?, digits::pair(*hours)?, digits::pair(*minutes)?);
    let (days, hours, minutes) = (u64::from(pairs.0), u64::from(pairs.1), u64::from(pairs.2));
    Some(Duration::from_secs(((days * 24 + hours) * 60 + minutes) * 60))
}

fn are_plain(values: &[Value]) -> bool {
    values.iter().all(|value| !matches!(value, Value::Raw(_)))
}

/// Tells whether bytes read as elements that the standard names, to the last byte.
fn are_elements(mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let Some((definition, rest)) = Definition::read(bytes) else { return false };
        let Some((data, rest)) = rest.split_at_checked(definition.bytes) else { return false };
        if !definition.element.is_named()
            || definition.bytes == 0
            || definition.values(data).is_none()
        {
            return false;
        }
        bytes = rest;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sl651::{
        Class, Frame, Function,
        testing::{bytes, report_frame},
    };

    /// Serial number, time of sending, and the address of the station.
    const SENT: &str = "0007 210721180009";
    const HEAD: &str = "0007 210721180009 F1F1 0031102B60 48 F0F0 2107211800";

    #[test]
    fn numbers_missing_and_negative_values_have_their_element_and_time() {
        let said = "2019000035 3923AAAAAAAA 3B23FF001234 2613FFFF 38121244";
        let report = read(Function::Timed, &format!("{HEAD} {said}")).unwrap();
        assert_eq!(report.class, Some(Class::RIVER));
        let expected = [
            (Element::Pj, Some(3.5)),
            (Element::Z, None),
            (Element::Zu, Some(-1.234)),
            (Element::Pt, None),
            (Element::Vt, Some(12.44)),
        ];
        assert_eq!(numbers(&report), expected);
        let at = time("2021-07-21T18:00:00+08:00");
        assert!(report.values.iter().all(|reading| reading.at == at));
        assert_eq!(report.observed_at, Some(at));
    }

    #[test]
    fn an_element_of_the_maker_does_not_shift_what_follows() {
        let report = read(Function::Timed, &format!("{HEAD} FF112300000008 38121244")).unwrap();
        let expected = [(Element::Extended(0x11), Some(0.008)), (Element::Vt, Some(12.44))];
        assert_eq!(numbers(&report), expected);
    }

    #[test]
    fn the_hour_of_rain_and_levels_is_binary_and_has_a_value_every_five_minutes() {
        let said = "F0F02107211705 F460 0500000014FFFFFFFFFF0000 \
                    F5C0 000C000C001C00310031FFFFFFFFFFFFFFFFFFFF00310031 \
                    F0F02107211800 392300010490";
        let report = read(Function::Hourly, &format!("{HEAD} {said}")).unwrap();
        let rain = &report.values[..12];
        assert!(rain.iter().all(|reading| reading.element == Element::P5OfHour));
        let amounts: Vec<_> = rain.iter().map(|reading| reading.value.number()).collect();
        assert_eq!(amounts[..6], [Some(0.5), Some(0.0), Some(0.0), Some(0.0), Some(2.0), None]);
        assert_eq!((rain[0].at, rain[11].at), (clock("17:05"), clock("18:00")));
        let level = &report.values[23];
        assert_eq!((level.element, level.at), (Element::RelativeLevel(1), clock("18:00")));
        assert_eq!(level.value.number(), Some(0.49));
        let absolute = &report.values[24];
        assert_eq!((absolute.element, absolute.at), (Element::Z, clock("18:00")));
    }

    #[test]
    fn values_of_an_hour_are_never_measured_after_they_were_sent() {
        // Sent at 18:00:09, with the time of sending where the first value's belongs.
        let full =
            read(Function::Hourly, &format!("{HEAD} F460 010203040506070809101112")).unwrap();
        let (first, last) = (&full.values[0], &full.values[11]);
        assert_eq!((first.at, last.at), (clock("17:05"), clock("18:00")));

        let half = "0007 210721173001 F1F1 0031102B60 48 F0F0 2107211730 \
                    F460 010203040506FFFFFFFFFFFF";
        let half = read(Function::Hourly, half).unwrap();
        assert_eq!((half.values[0].at, half.values[5].at), (clock("17:05"), clock("17:30")));
    }

    #[test]
    fn a_time_step_makes_a_series_of_one_element() {
        let said = "0418000100 3923 00064100 00064120 FFFFFFFF";
        let report = read(Function::Period, &format!("{HEAD} {said}")).unwrap();
        assert_eq!(
            numbers(&report),
            [(Element::Z, Some(64.1)), (Element::Z, Some(64.12)), (Element::Z, None)]
        );
        let times: Vec<_> = report.values.iter().map(|reading| reading.at).collect();
        assert_eq!(times, [clock("18:00"), clock("19:00"), clock("20:00")]);

        let hours = "0418000000 F460 010101010101010101010101 020202020202020202020202";
        let report = read(Function::Period, &format!("{HEAD} {hours}")).unwrap();
        assert_eq!(report.values.len(), 24);
        assert_eq!(report.values[12].value.number(), Some(0.2));
    }

    #[test]
    fn a_series_that_may_as_well_be_more_elements_is_not_guessed_at() {
        let said = "0418000005 2019000035 392300010490";
        assert_eq!(read(Function::Period, &format!("{HEAD} {said}")), Err(Fault::Ambiguous));
        // Without a step they are elements, and where they do not divide into values too.
        let said = "2019000035 392300010490";
        assert_eq!(read(Function::Period, &format!("{HEAD} {said}")).unwrap().values.len(), 2);
        let said = "0418000005 392300010490 2019000035";
        assert_eq!(read(Function::Period, &format!("{HEAD} {said}")).unwrap().values.len(), 2);
    }

    #[test]
    fn what_somebody_typed_in_is_text() {
        let report = read(Function::Manual, &format!("{SENT} F2F2 504A20303220CBAECEBB")).unwrap();
        assert_eq!(report.text.as_deref(), Some("PJ 02 水位"));
        assert_eq!((report.class, report.values.len()), (None, 0));
    }

    #[test]
    fn a_picture_is_taken_as_it_is() {
        let report = read(Function::Picture, &format!("{HEAD} F3F3 FFD8F0F0F1F1FFD9")).unwrap();
        assert_eq!(report.picture, Some(Picture(bytes("FFD8F0F0F1F1FFD9"))));
        assert_eq!(format!("{:?}", report.picture), "Some(Picture(8 bytes))");
    }

    #[test]
    fn alarm_bits_are_bits() {
        let report = read(Function::State, &format!("{SENT} F1F10031102B60 452000000A40")).unwrap();
        assert_eq!(numbers(&report), [(Element::Status, Some(2_624.0))]);
        assert_eq!(report.values[0].at, report.sent_at, "no time of observation");
    }

    #[test]
    fn what_cannot_be_understood_is_refused_whole() {
        let cases = [
            (Function::Timed, "0007 21072118".to_owned(), Fault::TooShort),
            (Function::Timed, "0007 211321180009".to_owned(), Fault::Time),
            (Function::Timed, format!("{SENT} F1F1 0031102B61 48"), Fault::Station),
            (Function::Timed, format!("{SENT} F1F1 0031102B60"), Fault::Element),
            (Function::Timed, format!("{SENT} F0F0 2107212500"), Fault::Time),
            (Function::Timed, format!("{SENT} F0F0 210721"), Fault::Time),
            (Function::Timed, format!("{HEAD} 2019000035 3923000104"), Fault::Element),
            (Function::Timed, format!("{HEAD} 2019000035 39"), Fault::Element),
            (Function::Timed, format!("{HEAD} F518 000C00"), Fault::Element),
            (Function::Period, format!("{HEAD} 04180A0000"), Fault::Step),
            (Function::Period, format!("{HEAD} 0418000000 3923 00064100 00064120"), Fault::Step),
        ];
        for (function, body, fault) in cases {
            assert_eq!(read(function, &body), Err(fault), "{body}");
        }
    }

    #[test]
    fn more_values_than_any_station_has_are_too_many() {
        let body = bytes(&format!("{HEAD} {}", "F408 01".repeat(VALUES_MAX)));
        let frame = Frame { body, ..Frame::read(&report_frame()).unwrap() };
        assert!(Report::read(&frame).is_ok());
        let body = [&frame.body[..], &bytes("F40801")].concat();
        assert_eq!(Report::read(&Frame { body, ..frame }), Err(Fault::TooLarge));
    }

    fn numbers(report: &Report) -> Vec<(Element, Option<f64>)> {
        let values = report.values.iter();
        values.map(|reading| (reading.element, reading.value.number())).collect()
    }

    fn read(function: Function, body: &str) -> Result<Report, Fault> {
        let frame = Frame::read(&report_frame())?;
        Report::read(&Frame { function: function.code(), body: bytes(body), ..frame })
    }

    fn clock(text: &str) -> Timestamp {
        time(&format!("2021-07-21T{text}:00+08:00"))
    }

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }
}
