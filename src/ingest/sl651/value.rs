//! What an element holds: a decimal number exactly as it was sent, or that there is none.

/// What a station says of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Number(Number),
    /// The sensor gave nothing (all F, and with some makers all A).
    Missing,
    /// Bytes that are no decimal number, as makers' own elements have.
    Raw(Vec<u8>),
}

impl Value {
    /// Returns the number, if there is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(number.as_f64()),
            Value::Missing | Value::Raw(_) => None,
        }
    }

    /// Reads digits two to a byte; a negative number begins with FF.
    pub(super) fn from_bcd(bytes: &[u8], decimals: u8) -> Self {
        let all = |byte: u8| bytes.iter().all(|other| *other == byte);
        if all(0xFF) || all(0xAA) {
            return Value::Missing;
        }
        let (negative, digits) = match bytes {
            [0xFF, digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        let unscaled = digits.iter().try_fold(0_i64, |value, byte| {
            let pair = super::digits::pair(*byte)?;
            value.checked_mul(100)?.checked_add(i64::from(pair))
        });
        match unscaled {
            Some(value) => {
                let unscaled = if negative { -value } else { value };
                Value::Number(Number { unscaled, decimals })
            }
            None => Value::Raw(bytes.to_vec()),
        }
    }
}

/// A decimal number: `unscaled` with the point `decimals` digits from its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    pub unscaled: i64,
    /// 0 to 7.
    pub decimals: u8,
}

impl Number {
    /// Rounds `value` to `decimals` digits behind the point.
    pub fn rounded(value: f64, decimals: u8) -> Self {
        // Saturates, far beyond any water level.
        let unscaled = (value * 10_f64.powi(i32::from(decimals))).round() as i64;
        Self { unscaled, decimals }
    }

    /// Returns the nearest number of the machine: the one that the same digits in a text give.
    pub fn as_f64(self) -> f64 {
        // Fifteen digits are exact; gauges have nine.
        let unscaled = self.unscaled as f64;
        unscaled / 10_f64.powi(i32::from(self.decimals))
    }

    /// Writes the digits into at least `width` bytes, FF before them when the number is negative.
    pub(super) fn to_bcd(self, width: usize) -> Vec<u8> {
        let mut rest = self.unscaled.unsigned_abs();
        let mut bytes = Vec::with_capacity(width);
        while rest > 0 || bytes.is_empty() {
            bytes.push(super::digits::to_pair(u32::try_from(rest % 100).unwrap_or(0)));
            rest /= 100;
        }
        let negative = self.unscaled < 0;
        bytes.resize(bytes.len().max(width.saturating_sub(usize::from(negative))), 0);
        if negative {
            bytes.push(0xFF);
        }
        bytes.reverse();
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_as_sent() {
        let cases: [(&[u8], u8, Option<f64>); 6] = [
            (&[0x00, 0x01, 0x04, 0x90], 3, Some(10.49)),
            (&[0x00, 0x00, 0x35], 1, Some(3.5)),
            (&[0xFF, 0x00, 0x12, 0x34], 3, Some(-1.234)),
            (&[0xFF, 0xFF, 0xFF], 2, None),
            (&[0xAA, 0xAA, 0xAA, 0xAA], 3, None),
            (&[0x12, 0x10], 2, Some(12.1)),
        ];
        for (bytes, decimals, number) in cases {
            assert_eq!(Value::from_bcd(bytes, decimals).number(), number, "{bytes:02X?}");
        }
    }

    #[test]
    fn what_is_no_number_is_kept_as_it_came() {
        for bytes in [[0x00, 0x0C, 0x11], [0xFF, 0xFF, 0x12], [0xAA, 0xAA, 0xFF]] {
            assert_eq!(Value::from_bcd(&bytes, 1), Value::Raw(bytes.to_vec()));
        }
        let too_many_digits = [0x99; 12];
        assert_eq!(Value::from_bcd(&too_many_digits, 1), Value::Raw(too_many_digits.to_vec()));
    }

    #[test]
    fn a_number_is_written_in_the_width_of_its_element_and_wider_where_it_must() {
        let written = |unscaled, width| Number { unscaled, decimals: 3 }.to_bcd(width);
        assert_eq!(written(10_490, 4), [0x00, 0x01, 0x04, 0x90]);
        assert_eq!(written(-1_234, 4), [0xFF, 0x00, 0x12, 0x34]);
        assert_eq!(written(-123_456, 3), [0xFF, 0x12, 0x34, 0x56]);
        assert_eq!(written(0, 1), [0x00]);
    }

    #[test]
    fn a_measurement_is_rounded_to_what_is_sent() {
        assert_eq!(Number::rounded(68.0349, 2), Number { unscaled: 6_803, decimals: 2 });
        assert_eq!(Number::rounded(-0.5, 1).as_f64(), -0.5);
    }
}
