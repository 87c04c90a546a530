//! What the codes of each family mean, from `config/source_codes.csv`.
//!
//! Invariant: a code is only ever looked up in its own family. The numbers of the families contradict each
//! other (暴雨 is 02, 0002 and 1003), and none leads to a national code: that comes from the name.

use std::{fmt, sync::LazyLock};

use serde::Deserialize;

use crate::domain::warning::Colour;

/// Who numbers the types of events. The national family (GB/T 35561) is `ingest::cap::event_codes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// The weather bureau's p codes: 暴雨 is the `0002` of `p0002003`.
    CmaP,
    /// TYPECODE of weather.com.cn: 暴雨 is `02`.
    #[serde(rename = "weathercn")]
    WeatherCn,
    /// QWeather: 暴雨 is `1003`.
    #[serde(rename = "qweather")]
    QWeather,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Family::CmaP => "the weather bureau's p codes",
            Family::WeatherCn => "weather.com.cn's TYPECODE",
            Family::QWeather => "QWeather's codes",
        })
    }
}

#[derive(Deserialize)]
struct Row {
    family: Family,
    code: String,
    name_zh: String,
}

static LIST: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let file = include_str!("../../../config/source_codes.csv");
    csv::Reader::from_reader(file.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("the embedded list of codes is well-formed; a test reads it")
});

/// Returns the Chinese name of a code; `None` for one that the list does not have.
pub(super) fn name(family: Family, code: &str) -> Option<&'static str> {
    LIST.iter().find(|row| row.family == family && row.code == code).map(|row| &*row.name_zh)
}

/// Reads the picture of a p code, such as `…/p0007004.png`, as the four digits of its type and its colour.
/// Type `0000` stands for every type that has no picture of its own.
pub(super) fn of_picture(address: &str) -> Option<(&str, Option<Colour>)> {
    let file = address.rsplit('/').next()?.split('.').next()?;
    let digits = file.strip_prefix('p')?;
    if digits.len() != 7 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let colour = match &digits[4..] {
        "001" => Some(Colour::Red),
        "002" => Some(Colour::Orange),
        "003" => Some(Colour::Yellow),
        "004" => Some(Colour::Blue),
        _ => None,
    };
    Some((&digits[..4], colour))
}

/// Reads LEVELCODE of weather.com.cn, which counts the other way from a p code.
pub(super) fn of_level(code: &str) -> Option<Colour> {
    match code {
        "01" => Some(Colour::Blue),
        "02" => Some(Colour::Yellow),
        "03" => Some(Colour::Orange),
        "04" => Some(Colour::Red),
        _ => None,
    }
}

/// Reads a colour in whatever words a source has for it.
pub(super) fn of_word(word: &str) -> Option<Colour> {
    match word.trim().to_ascii_lowercase().as_str() {
        "红色" | "红" | "red" => Some(Colour::Red),
        "橙色" | "橙" | "orange" => Some(Colour::Orange),
        "黄色" | "黄" | "yellow" => Some(Colour::Yellow),
        "蓝色" | "蓝" | "blue" => Some(Colour::Blue),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::cap::event_codes;

    #[test]
    fn one_number_means_different_things_in_different_families() {
        assert_eq!(name(Family::CmaP, "0002"), Some("暴雨"));
        assert_eq!(name(Family::WeatherCn, "02"), Some("暴雨"));
        assert_eq!(name(Family::QWeather, "1003"), Some("暴雨"));
        assert_eq!(name(Family::WeatherCn, "09"), Some("雷电"));
        assert_eq!(name(Family::QWeather, "1009"), Some("高温"));
        for (family, code) in
            [(Family::CmaP, "02"), (Family::WeatherCn, "0002"), (Family::QWeather, "02")]
        {
            assert_eq!(name(family, code), None, "{code} of {family}");
        }
        for row in LIST.iter() {
            assert_eq!(event_codes::by_code(&row.code), None, "{} is national too", row.code);
        }
    }

    #[test]
    fn no_family_gives_a_code_twice() {
        assert_eq!(LIST.len(), 178);
        for row in LIST.iter() {
            let same = |other: &&Row| other.family == row.family && other.code == row.code;
            assert_eq!(LIST.iter().filter(same).count(), 1, "{}", row.code);
        }
    }

    #[test]
    fn the_two_codes_of_colour_run_against_each_other() {
        assert_eq!(of_picture("http://a.example/p0007004.png"), Some(("0007", Some(Colour::Blue))));
        assert_eq!(of_picture("p0000001.png"), Some(("0000", Some(Colour::Red))));
        assert_eq!(of_picture("p0002009.png"), Some(("0002", None)));
        assert_eq!((of_level("01"), of_level("04")), (Some(Colour::Blue), Some(Colour::Red)));
        for address in ["", "q0007004.png", "p7004.png", "p00070041.png", "p暴雨001.png"] {
            assert_eq!(of_picture(address), None, "{address}");
        }
    }
}
