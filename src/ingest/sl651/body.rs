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

/// Reads days, hours and minutes, of which one is not zero; all zero where the element has its own step.
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
        let unknown = matches!(definition.element, Element::Other(_) | Element::Extended(_));
        if unknown || definition.bytes == 0 || definition.values(data).is_none() {
            return false;
        }
        bytes = rest;
    }
    true
}
