//! How long a text is, and names made shorter.

use super::Outlet;

/// Room that is left in an outlet, in half units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    pub(super) outlet: Outlet,
    pub(super) halves: usize,
}

impl Measure {
    pub(super) fn fits(&self, text: &str) -> bool {
        self.outlet.halves(text) <= self.halves
    }
}

/// Returns the columns that a character takes on a screen: one for what keyboards have, two for 汉字.
pub(super) fn width(c: char) -> usize {
    if c <= '\u{2FF}' || ('\u{FF61}'..='\u{FFDC}').contains(&c) { 1 } else { 2 }
}

/// Joins lines and drops what no screen shows.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns the name of an office from its last division on: who reads it lives there. Of two offices
/// together neither is left out.
pub(super) fn local(name: &str) -> &str {
    let mut rest = name;
    while !name.contains(['和', '、'])
        && let Some(after) = after_division(rest).filter(|after| after_division(after).is_some())
    {
        rest = after;
    }
    rest
}

/// Returns what follows the first division in a name; empty where the name ends with it.
fn after_division(name: &str) -> Option<&str> {
    const DIVISIONS: [&str; 8] = ["自治区", "自治州", "地区", "省", "市", "州", "盟", "县"];
    let ends = DIVISIONS.iter().filter_map(|word| {
        // A division without a name before it is that of the reader: 省水利厅.
        let at = name.find(word).filter(|at| *at > 0)?;
        Some(at + word.len())
    });
    name.get(ends.min()?..)
}

/// Shortens the name of an office from its front, one division at a time.
pub(super) fn shortened(name: &str, measure: Measure) -> String {
    let mut rest = name;
    while !measure.fits(rest)
        && let Some(after) = after_division(rest).filter(|after| !after.is_empty())
    {
        rest = after;
    }
    if measure.fits(rest) {
        return rest.to_owned();
    }
    // No division is left to drop: the end of the name says what kind of office it is.
    let mut starts = rest.char_indices().map(|(at, _)| at);
    let short = starts.find(|at| measure.fits(&rest[*at..]) && !splits_number(rest, *at));
    rest[short.unwrap_or(rest.len())..].to_owned()
}

/// Returns the longest start of a name that fits, never ending inside a number.
pub(super) fn start(name: &str, measure: Measure) -> String {
    if measure.fits(name) {
        return name.to_owned();
    }
    let mut ends = name.char_indices().rev().map(|(at, _)| at);
    let end = ends.find(|at| measure.fits(&name[..*at]) && !splits_number(name, *at));
    name[..end.unwrap_or(0)].to_owned()
}

fn splits_number(text: &str, at: usize) -> bool {
    const NUMERALS: &str = "0123456789.零一二三四五六七八九十百千万点";
    let numeral = |c: Option<char>| c.is_some_and(|c| NUMERALS.contains(c));
    numeral(text[..at].chars().next_back()) && numeral(text[at..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outlet_counts_in_its_own_way() {
        for (text, sms, spoken, banner) in
            [("暴雨", 2, 2, 2), ("10:30", 5, 5, 3), ("a", 1, 1, 1), ("🌊", 2, 1, 1), ("", 0, 0, 0)]
        {
            let units = Outlet::ALL.map(|outlet| outlet.units(text));
            assert_eq!(units, [sms, spoken, banner], "{text}");
        }
    }

    #[test]
    fn an_office_is_shortened_to_its_last_division() {
        let short = |name: &str, units: usize| {
            shortened(name, Measure { outlet: Outlet::Sms, halves: units * 2 })
        };
        assert_eq!(short("河南省鹤壁市淇县气象台", 20), "河南省鹤壁市淇县气象台");
        assert_eq!(short("河南省鹤壁市淇县气象台", 10), "鹤壁市淇县气象台");
        assert_eq!(short("河南省鹤壁市淇县气象台", 5), "淇县气象台");
        assert_eq!(short("新疆维吾尔自治区伊犁哈萨克自治州昭苏县", 10), "昭苏县");
        assert_eq!(short("国家预警信息发布中心", 6), "信息发布中心");
    }

    #[test]
    fn the_last_division_of_an_office_is_kept() {
        for (name, expected) in [
            ("新疆维吾尔自治区伊犁哈萨克自治州昭苏县", "昭苏县"),
            ("河南省鹤壁市淇县气象台", "淇县气象台"),
            ("示例县气象台", "示例县气象台"),
            ("省水利厅和省气象局", "省水利厅和省气象局"),
            ("示例省水利厅和示例省气象局", "示例省水利厅和示例省气象局"),
            ("国家预警信息发布中心", "国家预警信息发布中心"),
            ("", ""),
        ] {
            assert_eq!(local(name), expected, "{name}");
        }
    }

    #[test]
    fn a_number_is_never_cut_through() {
        let cut = |name: &str, units: usize| {
            start(name, Measure { outlet: Outlet::Sms, halves: units * 2 })
        };
        assert_eq!(cut("降雨120毫米", 4), "降雨");
        assert_eq!(cut("降雨一百二十毫米", 4), "降雨");
        assert_eq!(cut("降雨120毫米", 6), "降雨120毫");
    }
}
