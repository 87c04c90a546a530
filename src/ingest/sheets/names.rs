//! Names in a cell of a duty table, which pads them with spaces and separates them as it likes.

use super::problem::{self, Problem};

/// Between two names, whatever else the cell holds.
const SEPARATORS: [char; 11] = ['、', '，', ',', ';', '；', '/', '\n', '\r', '|', '＋', '+'];
/// Says that nobody is meant.
const NOBODY: [&str; 6] = ["无", "—", "-", "/", "——", "空"];
/// Says that the line above holds here too.
const DITTO: [&str; 4] = ["同上", "〃", "″", "\""];

/// What a cell of names says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    People(Vec<String>),
    Nobody,
    Ditto,
}

/// Splits a cell into names. Spaces separate names too, unless single letters stand between them:
/// `蒋　玉` is one name of two letters, lined up with longer ones.
pub(super) fn split(text: &str) -> Result<Named, Problem> {
    let trimmed = text.trim();
    if NOBODY.contains(&trimmed) {
        return Ok(Named::Nobody);
    }
    if DITTO.contains(&trimmed) {
        return Ok(Named::Ditto);
    }
    let mut names: Vec<String> = Vec::new();
    for piece in trimmed.split(SEPARATORS) {
        split_at_spaces(piece, &mut names)?;
    }
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            return Err(problem::named_twice(name));
        }
    }
    if names.is_empty() { Err(problem::nobody()) } else { Ok(Named::People(names)) }
}

fn split_at_spaces(piece: &str, names: &mut Vec<String>) -> Result<(), Problem> {
    let mut half: Option<&str> = None;
    for word in piece.split_whitespace().map(without_remark).filter(|word| !word.is_empty()) {
        let single = word.chars().count() == 1 && !word.is_ascii();
        match half.take() {
            None if single => half = Some(word),
            None => names.push(word.to_owned()),
            Some(first) if single => names.push(format!("{first}{word}")),
            Some(_) => return Err(problem::names_run_together(piece)),
        }
    }
    if half.is_some() { Err(problem::names_run_together(piece)) } else { Ok(()) }
}

/// Takes off a remark in brackets: `谢怀远（带班）`.
fn without_remark(word: &str) -> &str {
    word.split(['（', '(']).next().unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_however_they_are_separated_and_padded() {
        let cases: [(&str, &[&str]); 8] = [
            ("冯图伟\n陈国静", &["冯图伟", "陈国静"]),
            ("蒋\u{3000}玉、严\u{3000}伟", &["蒋玉", "严伟"]),
            ("冯图伟 陈国静 蒋玉", &["冯图伟", "陈国静", "蒋玉"]),
            ("冯图伟 蒋 玉 严 伟", &["冯图伟", "蒋玉", "严伟"]),
            ("蒋\u{3000}玉", &["蒋玉"]),
            ("谢怀远（带班）/ 严守田", &["谢怀远", "严守田"]),
            ("阿依古丽·买买提，欧阳树根", &["阿依古丽·买买提", "欧阳树根"]),
            ("d-01;d-02", &["d-01", "d-02"]),
        ];
        for (text, names) in cases {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(split(text), Ok(Named::People(names)), "{text}");
        }
    }

    #[test]
    fn a_lone_letter_is_refused_rather_than_guessed() {
        let code = |text: &str| split(text).unwrap_err().code;
        assert_eq!(code("蒋 冯图伟"), "names_run_together");
        assert_eq!(code("蒋 玉 严"), "names_run_together");
        assert_eq!(code("蒋玉、蒋玉"), "named_twice");
        assert_eq!(code("、"), "nobody");
    }

    #[test]
    fn nobody_and_ditto_are_said_not_left_out() {
        assert_eq!(split("无"), Ok(Named::Nobody));
        assert_eq!(split(" 同上 "), Ok(Named::Ditto));
    }
}
