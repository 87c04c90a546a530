//! What is measured: the elements of the standard's annex C that warnings are made of, and all others by
//! their codes.

/// An element (要素) by its identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// 1小时时段降水量, in mm.
    P1,
    /// 2小时时段降水量, in mm.
    P2,
    /// 3小时时段降水量, in mm.
    P3,
    /// 6小时时段降水量, in mm.
    P6,
    /// 12小时时段降水量, in mm.
    P12,
    /// 日降水量, in mm.
    Pd,
    /// 当前降水量: since 08:00, in mm.
    Pj,
    /// 5分钟时段降水量, in mm.
    P5,
    /// 10分钟时段降水量, in mm.
    P10,
    /// 30分钟时段降水量, in mm.
    P30,
    /// 暴雨量, in mm.
    Pr,
    /// 降水量累计值: of the whole life of the gauge, in mm.
    Pt,
    /// 瞬时流量, in m³/s.
    Q,
    /// 电源电压, in V.
    Vt,
    /// 瞬时河道水位, in metres.
    Z,
    /// 库(闸、站)下水位, in metres.
    Zb,
    /// 库(闸、站)上水位: of a reservoir its level, in metres.
    Zu,
    /// 遥测站状态及报警信息: 32 bits.
    Status,
    /// 1小时内每5分钟时段雨量: each value the rain of the five minutes until its time, in mm.
    P5OfHour,
    /// 1小时内5分钟间隔相对水位1…8: above the station's own base, in metres. It is no level to compare
    /// with thresholds.
    RelativeLevel(u8),
    /// Any other of the standard.
    Other(u8),
    /// One of the maker's own, after FF.
    Extended(u8),
}

/// The elements that have a name and are one each.
const NAMED: [Element; 19] = [
    Element::P1,
    Element::P2,
    Element::P3,
    Element::P6,
    Element::P12,
    Element::Pd,
    Element::Pj,
    Element::P5,
    Element::P10,
    Element::P30,
    Element::Pr,
    Element::Pt,
    Element::Q,
    Element::Vt,
    Element::Z,
    Element::Zb,
    Element::Zu,
    Element::Status,
    Element::P5OfHour,
];
/// Of the first relative level.
const RELATIVE: u8 = 0xF5;
const RELATIVE_NAMES: [&str; 8] = ["DRZ1", "DRZ2", "DRZ3", "DRZ4", "DRZ5", "DRZ6", "DRZ7", "DRZ8"];

impl Element {
    /// Returns the element of a one-byte code.
    pub fn from_code(code: u8) -> Self {
        let place =
            code.checked_sub(RELATIVE).filter(|place| usize::from(*place) < RELATIVE_NAMES.len());
        if let Some(place) = place {
            return Element::RelativeLevel(place + 1);
        }
        let named = NAMED.into_iter().find(|element| element.code() == code);
        named.unwrap_or(Element::Other(code))
    }

    /// Returns the code, which stands after FF for an extended element.
    pub fn code(self) -> u8 {
        self.form().0
    }

    /// Returns the identifier of the standard, such as `PJ`, or the code in hexadecimal.
    pub fn name(self) -> String {
        let (code, name, ..) = self.form();
        if self.is_named() { name.to_owned() } else { format!("{name}{code:02X}") }
    }

    /// Returns the decimals that the standard gives the element.
    pub fn decimals(self) -> u8 {
        self.form().3
    }

    /// Returns the bytes that one value takes by the standard.
    pub(super) fn width(self) -> usize {
        self.form().2
    }

    /// Tells whether the element is sent as the values of an hour, every five minutes.
    pub(super) fn is_of_hour(self) -> bool {
        matches!(self, Element::P5OfHour | Element::RelativeLevel(_))
    }

    /// Tells whether the standard's name of the element is known here.
    pub(super) fn is_named(self) -> bool {
        !matches!(self, Element::Other(_) | Element::Extended(_))
    }

    /// Returns the code, the name or what stands before the code in its place, and the bytes and decimals
    /// of one value.
    fn form(self) -> (u8, &'static str, usize, u8) {
        match self {
            Element::P1 => (0x1A, "P1", 3, 1),
            Element::P2 => (0x1B, "P2", 3, 1),
            Element::P3 => (0x1C, "P3", 3, 1),
            Element::P6 => (0x1D, "P6", 3, 1),
            Element::P12 => (0x1E, "P12", 3, 1),
            Element::Pd => (0x1F, "PD", 3, 1),
            Element::Pj => (0x20, "PJ", 3, 1),
            Element::P5 => (0x22, "P5", 3, 1),
            Element::P10 => (0x23, "P10", 3, 1),
            Element::P30 => (0x24, "P30", 3, 1),
            Element::Pr => (0x25, "PR", 3, 1),
            Element::Pt => (0x26, "PT", 3, 1),
            Element::Q => (0x27, "Q", 5, 3),
            Element::Vt => (0x38, "VT", 2, 2),
            Element::Z => (0x39, "Z", 4, 3),
            Element::Zb => (0x3A, "ZB", 4, 3),
            Element::Zu => (0x3B, "ZU", 4, 3),
            Element::Status => (0x45, "ZT", 4, 0),
            Element::P5OfHour => (0xF4, "DRP", 1, 1),
            Element::RelativeLevel(number) => {
                let place = usize::from(number.saturating_sub(1)).min(RELATIVE_NAMES.len() - 1);
                (RELATIVE + u8::try_from(place).unwrap_or(0), RELATIVE_NAMES[place], 2, 2)
            }
            Element::Other(code) => (code, "", 2, 0),
            Element::Extended(code) => (code, "FF", 2, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_one_element_and_every_element_has_its_code() {
        for code in 0..=u8::MAX {
            assert_eq!(Element::from_code(code).code(), code);
        }
        assert_eq!(Element::from_code(0x20), Element::Pj);
        assert_eq!(Element::from_code(0xFC), Element::RelativeLevel(8));
        assert_eq!(Element::from_code(0xFD), Element::Other(0xFD));
    }

    #[test]
    fn names_are_those_of_the_standard() {
        let named = [Element::Pj, Element::Zu, Element::RelativeLevel(1), Element::Other(0x11)];
        assert_eq!(named.map(Element::name), ["PJ", "ZU", "DRZ1", "11"]);
        assert_eq!(Element::Extended(0x11).name(), "FF11");
    }
}
