//! What single cells mean: codes, ids, numbers, yes and no.

use std::str::FromStr;

use compact_str::CompactString;

use super::{
    problem::{self, Problem},
    table::Cell,
};
use crate::domain::ids::{AreaCode, PersonId};

/// Longest name of a person, area or post, in characters.
const MAX_NAME: usize = 64;
/// Largest whole number that a spreadsheet keeps exactly: 15 digits.
const MAX_EXACT: f64 = 999_999_999_999_999.0;

/// Returns `text` with full-width letters, digits and signs as their ASCII forms.
pub(super) fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xff01 + u32::from('!')).unwrap_or(c)
        }
        _ => c,
    };
    text.chars().map(narrow).collect()
}

/// Returns a name or title as written.
pub(super) fn name(cell: &Cell) -> Result<CompactString, Problem> {
    let text = cell.text();
    if text.chars().count() > MAX_NAME {
        return Err(problem::too_long(MAX_NAME));
    }
    Ok(text.into())
}

pub(super) fn area_code(cell: &Cell) -> Result<AreaCode, Problem> {
    let text = digits(cell)?;
    text.parse().map_err(|_| problem::not_an_area_code(text))
}

pub(super) fn person_id(cell: &Cell) -> Result<PersonId, Problem> {
    let text = digits(cell)?;
    PersonId::from_str(&text).map_err(|_| problem::not_an_id(text))
}

/// Returns the ids of a cell that separates them by `;`, `；` or `、`, or by a new line.
pub(super) fn person_ids(cell: &Cell) -> Result<Vec<PersonId>, Problem> {
    let text = digits(cell)?;
    let mut ids: Vec<PersonId> = Vec::new();
    let pieces = text.split([';', '；', '、', '\n']).map(str::trim);
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        let id = PersonId::from_str(piece).map_err(|_| problem::not_an_id(piece))?;
        if ids.contains(&id) {
            return Err(problem::named_twice(id));
        }
        ids.push(id);
    }
    Ok(ids)
}

/// Returns the cell's text, undoing what a spreadsheet does to long numbers: `1.3800138E+10`.
///
/// Refuses a number whose digits are no longer all there.
pub(super) fn digits(cell: &Cell) -> Result<String, Problem> {
    let text = half_width(&cell.text());
    if let Cell::Number(number) = cell {
        let exact = number.fract() == 0.0 && (0.0..=MAX_EXACT).contains(number);
        return if exact { Ok(text) } else { Err(problem::digits_lost(text)) };
    }
    let Some(Scientific { whole, fraction, exponent, rounded }) = Scientific::of(&text) else {
        return Ok(text);
    };
    let (kept, rest) = fraction.split_at(exponent.min(fraction.len()));
    if rest.bytes().any(|digit| digit != b'0') || (rounded && kept.len() < exponent) {
        return Err(problem::digits_lost(text));
    }
    Ok(format!("{whole}{kept:0<exponent$}"))
}

/// A number as programs write it: `1.38E+10`, `1.3800138E10` or `13800138000.0`.
struct Scientific<'a> {
    whole: &'a str,
    fraction: &'a str,
    exponent: usize,
    /// Spreadsheets write `E+10` and round to a few digits; Java writes `E10` and every digit that
    /// is not a zero.
    rounded: bool,
}

impl<'a> Scientific<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (mantissa, power) = text.split_once(['E', 'e']).unwrap_or((text, ""));
        let rounded = power.starts_with('+');
        let exponent =
            if power.is_empty() { 0 } else { power.trim_start_matches('+').parse().ok()? };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let plain = power.is_empty() && !mantissa.contains('.');
        let fits = digits(whole) && digits(fraction) && !plain && exponent <= 15;
        fits.then_some(Self { whole, fraction, exponent, rounded })
    }
}

pub(super) fn longitude(cell: &Cell) -> Result<f64, Problem> {
    degrees(cell, 180.0).ok_or_else(|| problem::not_a_longitude(cell.text()))
}

/// Reads up to 180°, so that a longitude in its place can be told from nonsense.
pub(super) fn latitude(cell: &Cell) -> Result<f64, Problem> {
    degrees(cell, 180.0).ok_or_else(|| problem::not_a_latitude(cell.text()))
}

/// Tells whether the two are exchanged: China lies east of 73° and south of 54°.
pub(super) fn point(lon: f64, lat: f64) -> Result<[f64; 2], Problem> {
    let swapped = (3.0..=54.0).contains(&lon) && (73.0..=136.0).contains(&lat);
    if swapped {
        return Err(problem::swapped());
    }
    if lat.abs() > 90.0 {
        return Err(problem::not_a_latitude(lat));
    }
    Ok([lon, lat])
}

fn degrees(cell: &Cell, limit: f64) -> Option<f64> {
    let value = match cell {
        Cell::Number(number) => *number,
        Cell::Text(text) => half_width(text).trim_end_matches('°').parse().ok()?,
        Cell::Empty | Cell::Serial(_) | Cell::Broken(_) => return None,
    };
    (-limit..=limit).contains(&value).then_some(value)
}

/// Reads a whole number of things or people.
pub(super) fn count(cell: &Cell) -> Result<u32, Problem> {
    let bad = || problem::not_a_count(cell.text());
    digits(cell).map_err(|_| bad())?.parse().map_err(|_| bad())
}

/// Reads a number of metres, millimetres or the like.
pub(super) fn number(cell: &Cell) -> Result<f64, Problem> {
    let value = match cell {
        Cell::Number(number) => Some(*number),
        Cell::Text(text) => half_width(text).parse().ok(),
        Cell::Empty | Cell::Serial(_) | Cell::Broken(_) => None,
    };
    value.filter(|value: &f64| value.is_finite()).ok_or_else(|| problem::not_a_number(cell.text()))
}

/// Reads one of a few words, by their English or their Chinese names.
pub(super) fn word<T: Copy>(cell: &Cell, words: &[(T, &str, &str)]) -> Result<T, Problem> {
    let text = half_width(&cell.text());
    let is = |(_, name, zh): &&(T, &str, &str)| *zh == text || text.eq_ignore_ascii_case(name);
    let known = || {
        let known = words.iter().map(|(_, name, zh)| format!("{zh}({name})"));
        problem::one_of(&text, known.collect::<Vec<_>>().join("、"))
    };
    words.iter().find(is).map(|(value, ..)| *value).ok_or_else(known)
}

/// Reads an id that the county gives: a site's, a unit's.
pub(super) fn id<T: FromStr>(cell: &Cell) -> Result<T, Problem> {
    let text = digits(cell)?;
    T::from_str(&text).map_err(|_| problem::not_an_id(text))
}

/// Reads a code that others give: a terminal's, an item's.
pub(super) fn code(cell: &Cell) -> Result<CompactString, Problem> {
    let text = digits(cell)?;
    if text.chars().count() > MAX_NAME || text.contains(char::is_whitespace) {
        return Err(problem::not_an_id(text));
    }
    Ok(text.into())
}

/// Returns the words of a cell that separates them as a list of ids does.
pub(super) fn words(cell: &Cell) -> Result<Vec<CompactString>, Problem> {
    let text = half_width(&cell.text());
    let pieces = text.split([';', ',', '、', '\n']).map(str::trim).filter(|p| !p.is_empty());
    let mut words: Vec<CompactString> = Vec::new();
    for piece in pieces {
        if piece.chars().count() > MAX_NAME {
            return Err(problem::too_long(MAX_NAME));
        }
        if !words.contains(&piece.into()) {
            words.push(piece.into());
        }
    }
    Ok(words)
}

pub(super) fn yes(cell: &Cell) -> Result<bool, Problem> {
    let text = half_width(&cell.text()).to_lowercase();
    match text.as_str() {
        "yes" | "y" | "true" | "1" | "是" | "有" | "√" | "✓" => Ok(true),
        "no" | "n" | "false" | "0" | "否" | "无" | "×" | "-" => Ok(false),
        _ => Err(problem::not_yes_or_no(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_number_keeps_its_digits_or_is_refused() {
        let text = |raw: &str| digits(&Cell::of_text(raw)).map_err(|problem| problem.code);
        assert_eq!(digits(&Cell::Number(13_902_191_309.0)).unwrap(), "13902191309");
        assert_eq!(text("1.3902191309E+10").unwrap(), "13902191309");
        assert_eq!(text("13902191309.0").unwrap(), "13902191309");
        assert_eq!(text("1.3800138E10").unwrap(), "13800138000");
        assert_eq!(text("1.39E+10"), Err("digits_lost"));
        assert_eq!(text("13902191309.5"), Err("digits_lost"));
        assert_eq!(text("９９０１０１").unwrap(), "990101");
        assert_eq!(text("v-1.2").unwrap(), "v-1.2");
        assert_eq!(digits(&Cell::Number(9.9e17)).unwrap_err().code, "digits_lost");
    }

    #[test]
    fn a_list_of_ids_takes_the_separators_of_both_keyboards() {
        let ids = person_ids(&Cell::of_text("a1；a2、a3; a4\na5")).unwrap();
        assert_eq!(ids.len(), 5);
        assert!(person_ids(&Cell::of_text("a1;a1")).is_err());
        assert!(person_ids(&Cell::of_text("a 1")).is_err());
    }

    #[test]
    fn longitude_and_latitude_that_changed_places_are_noticed() {
        assert_eq!(point(35.6, 114.4).unwrap_err().code, "swapped");
        assert_eq!(point(114.4, 95.0).unwrap_err().code, "not_a_latitude");
        assert_eq!(point(114.4, 35.6), Ok([114.4, 35.6]));
        assert!(longitude(&Cell::of_text("east")).is_err());
    }

    #[test]
    fn yes_and_no_are_read_in_both_languages() {
        for (raw, expected) in
            [("是", true), ("YES", true), ("√", true), ("否", false), ("no", false)]
        {
            assert_eq!(yes(&Cell::of_text(raw)), Ok(expected), "{raw}");
        }
        assert!(yes(&Cell::of_text("可能")).is_err());
    }
}
