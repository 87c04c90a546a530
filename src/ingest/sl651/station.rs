//! Who speaks: a station's address, and the password beside it, which is never shown.

use std::{fmt, str::FromStr};

use super::digits;

/// The address of a station (遥测站地址): five bytes, which hold the eight characters of its code in the
/// national table (STCD) after `00`, or ten digits of an address of another kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Station([u8; 5]);

impl Station {
    pub const fn from_bytes(bytes: [u8; 5]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(self) -> [u8; 5] {
        self.0
    }
}

/// Writes the eight characters of the STCD, or all ten digits of another address.
impl fmt::Display for Station {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = if self.0[0] == 0 { &self.0[1..] } else { &self.0[..] };
        shown.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Station {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a station's address is 8 or 10 digits or letters A to F")]
pub struct NotAStation;

impl FromStr for Station {
    type Err = NotAStation;

    fn from_str(text: &str) -> Result<Self, NotAStation> {
        let mut bytes = [0; 5];
        let place = match text.len() {
            8 => &mut bytes[1..],
            10 => &mut bytes[..],
            _ => return Err(NotAStation),
        };
        digits::from_hex(text.as_bytes(), place).ok_or(NotAStation)?;
        Ok(Self(bytes))
    }
}

/// The two bytes by which a station and its centre know each other.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Password([u8; 2]);

impl Password {
    pub const fn from_bytes(bytes: [u8; 2]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(self) -> [u8; 2] {
        self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_the_national_table_has_eight_characters_and_another_address_ten() {
        let code = Station::from_bytes([0x00, 0x11, 0x22, 0x33, 0x4A]);
        let address = Station::from_bytes([0x11, 0x22, 0x33, 0x44, 0x55]);
        assert_eq!(code.to_string(), "1122334A");
        assert_eq!(address.to_string(), "1122334455");
        assert_eq!("1122334a".parse(), Ok(code));
        assert_eq!("001122334A".parse(), Ok(code));
        assert_eq!("1122334455".parse(), Ok(address));
        for wrong in ["", "112233", "11223344G5", "112233445566", "水位站水"] {
            assert_eq!(wrong.parse::<Station>(), Err(NotAStation), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(format!("{:?}", Password::from_bytes([0x12, 0x34])), "Password");
    }
}
