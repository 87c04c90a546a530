//! Telephone numbers of China, in the form that is dialled.

use compact_str::CompactString;

use super::{
    fields,
    problem::{self, Problem},
    table::Cell,
};

/// What people write between digits.
const PADDING: [char; 8] = [' ', '-', '(', ')', '—', '–', '_', '·'];
/// Between two numbers of one cell.
pub(super) const SEPARATORS: [char; 9] = ['/', '、', ';', '；', '\n', ',', '，', '|', '\\'];

/// Returns the mobile numbers of a cell, in order.
pub(super) fn mobiles(cell: &Cell) -> Result<Vec<CompactString>, Problem> {
    each(cell, mobile)
}

/// Returns the landline numbers of a cell, in order.
pub(super) fn landlines(cell: &Cell) -> Result<Vec<CompactString>, Problem> {
    let numeric = matches!(cell, Cell::Number(_));
    each(cell, |text| landline(text, numeric))
}

/// Returns a mobile or landline number as it is dialled.
pub(super) fn any(text: &str) -> Option<CompactString> {
    mobile(text).or_else(|_| landline(text, false)).ok()
}

fn each(
    cell: &Cell,
    read: impl Fn(&str) -> Result<CompactString, Problem>,
) -> Result<Vec<CompactString>, Problem> {
    let text = fields::digits(cell)?;
    let pieces = text.split(SEPARATORS).map(str::trim).filter(|piece| !piece.is_empty());
    pieces.map(read).collect()
}

fn mobile(text: &str) -> Result<CompactString, Problem> {
    let bare = bare(text)?;
    let number = without_country(&bare).unwrap_or(&bare);
    let bytes = number.as_bytes();
    let fits = bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1]);
    if !fits || !all_digits(number) {
        return Err(problem::not_a_mobile(text));
    }
    Ok(number.into())
}

fn landline(text: &str, numeric: bool) -> Result<CompactString, Problem> {
    let bare = bare(text)?;
    // Abroad the leading 0 of the area code is left out.
    let number = match without_country(&bare) {
        Some(rest) if !rest.starts_with('0') => format!("0{rest}"),
        Some(rest) => rest.to_owned(),
        None => bare,
    };
    let local = number.strip_prefix('0').map_or(Some(number.as_str()), local_part);
    let fits = local.is_some_and(|local| {
        matches!(local.len(), 7 | 8) && (b'2'..=b'8').contains(&local.as_bytes()[0])
    });
    if fits && all_digits(&number) {
        return Ok(number.into());
    }
    if numeric && all_digits(&number) && matches!(number.len(), 9..=11) {
        return Err(problem::zero_lost(text));
    }
    Err(problem::not_a_landline(text))
}

/// Takes an area code off `rest`, which follows its 0: 10 and 2x have two digits, others three.
fn local_part(rest: &str) -> Option<&str> {
    let short = rest.starts_with("10") || rest.starts_with('2');
    let local = rest.get(if short { 2 } else { 3 }..)?;
    (short || rest.starts_with(['3', '4', '5', '6', '7', '8', '9'])).then_some(local)
}

/// Takes out padding; refuses an extension, which no automatic call can dial.
fn bare(text: &str) -> Result<String, Problem> {
    let text = fields::half_width(text);
    let lower = text.to_lowercase();
    let marked = ["转", "分机", "ext", "x", "#", "*"].iter().any(|mark| lower.contains(mark));
    // 0990-5551234-801
    let parts: Vec<&str> = text.split(['-', '—', '–']).map(str::trim).collect();
    let third = parts.len() >= 3
        && parts[0].starts_with('0')
        && parts[1].len() >= 7
        && parts[parts.len() - 1].len() <= 5;
    if marked || third {
        return Err(problem::extension(&text));
    }
    Ok(text.chars().filter(|c| !PADDING.contains(c)).collect())
}

fn without_country(number: &str) -> Option<&str> {
    let long = number.strip_prefix("+86").or_else(|| number.strip_prefix("0086"));
    long.or_else(|| number.strip_prefix("86").filter(|rest| rest.len() == 11))
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_is_read_however_it_is_grouped() {
        let forms = [
            "13800138000",
            "138 0013 8000",
            "138-0013-8000",
            "+86 13800138000",
            "8613800138000",
            "1.3800138E10",
            "１３８００１３８０００",
        ];
        for form in forms {
            assert_eq!(numbers(mobiles, form), Ok(vec!["13800138000".to_owned()]), "{form}");
        }
        assert_eq!(mobiles(&Cell::Number(13_800_138_000.0)).unwrap(), ["13800138000"]);
        let two = numbers(mobiles, "13800138000/13900139000").unwrap();
        assert_eq!(two, ["13800138000", "13900139000"]);
    }

    #[test]
    fn a_wrong_mobile_number_is_named_not_dropped() {
        for wrong in ["1380013800", "12800138000", "138001380001", "1380013800o", "05551234"] {
            assert_eq!(numbers(mobiles, wrong), Err("not_a_mobile"), "{wrong}");
        }
        assert_eq!(numbers(mobiles, "1.38E+10"), Err("digits_lost"));
    }

    #[test]
    fn a_landline_is_read_with_and_without_its_area_code() {
        let forms = [
            ("0980-5551234", "09805551234"),
            ("(0980) 5551234", "09805551234"),
            ("+86 980 5551234", "09805551234"),
            ("010-65551234", "01065551234"),
            ("021 5555 1234", "02155551234"),
            ("5551234", "5551234"),
        ];
        for (form, number) in forms {
            assert_eq!(numbers(landlines, form), Ok(vec![number.to_owned()]), "{form}");
        }
    }

    #[test]
    fn an_extension_and_a_lost_zero_say_what_they_are() {
        for wrong in ["0980-5551234-801", "5551234转801", "0980-5551234 ext 8", "5551234#8"] {
            assert_eq!(numbers(landlines, wrong), Err("extension"), "{wrong}");
        }
        for wrong in ["110", "0180-5551234", "098-5551234", "95512345"] {
            assert_eq!(numbers(landlines, wrong), Err("not_a_landline"), "{wrong}");
        }
        let problem = landlines(&Cell::Number(9_805_551_234.0)).unwrap_err();
        assert_eq!(problem.code, "zero_lost");
    }

    fn numbers(
        read: fn(&Cell) -> Result<Vec<CompactString>, Problem>,
        text: &str,
    ) -> Result<Vec<String>, &'static str> {
        let read = read(&Cell::of_text(text)).map_err(|problem| problem.code)?;
        Ok(read.iter().map(ToString::to_string).collect())
    }
}
