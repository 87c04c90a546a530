//! The national list of event types (GB/T 35561): code and name, from `config/event_codes.csv`.
//!
//! Three other families of codes are about (weather.com.cn, CMA's p codes, QWeather) and their
//! numbers mean other things, so only the five characters of the national code are ever looked up.

use std::sync::LazyLock;

use serde::Deserialize;

/// A type of event as the national list names it.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct EventCode {
    /// Such as `11B03`.
    pub code: String,
    /// Such as 暴雨.
    pub name_zh: String,
    pub name_en: String,
    pub source: String,
    pub confidence: Confidence,
}

/// How sure it is that this number belongs to this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Number and name were seen together.
    Seen,
    /// The number follows from the order of the list.
    Inferred,
}

static LIST: LazyLock<Vec<EventCode>> = LazyLock::new(|| {
    let file = include_str!("../../../config/event_codes.csv");
    csv::Reader::from_reader(file.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("the embedded list of event codes is well-formed; a test reads it")
});

/// Returns the whole list in the order of its codes.
pub fn all() -> &'static [EventCode] {
    &LIST
}

/// Finds an event type by its national code.
pub fn by_code(code: &str) -> Option<&'static EventCode> {
    LIST.iter().find(|event| event.code == code)
}

/// Finds an event type by its Chinese name; `山洪`, `山洪灾害` and `山洪灾害气象预警` name the same.
pub fn by_name(name: &str) -> Option<&'static EventCode> {
    let key = bare(name);
    LIST.iter().find(|event| bare(&event.name_zh) == key)
}

/// Tells whether two names mean the same type, listed or not.
pub fn same_name(one: &str, other: &str) -> bool {
    bare(one) == bare(other)
}

/// Drops what a name may carry or not. A longer name is never matched by a part of it: 雷暴大风 is
/// no 大风.
fn bare(name: &str) -> &str {
    const AROUND: [&str; 6] = ["事件", "灾害", "气象", "预警", "信号", "等级"];
    let mut name = name.trim();
    while let Some(shorter) = AROUND
        .iter()
        .find_map(|word| name.strip_suffix(word).or_else(|| name.strip_prefix(word)))
        .filter(|shorter| !shorter.is_empty())
    {
        name = shorter;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_found_by_code_and_by_name() {
        assert_eq!(all().len(), 56);
        assert_eq!(by_code("11B03").unwrap().name_zh, "暴雨");
        assert_eq!(by_name("暴雨").unwrap().code, "11B03");
        assert_eq!(by_name("地质灾害气象风险").unwrap().code, "11B37");
        assert_eq!(by_code("11D02").unwrap().confidence, Confidence::Seen);
        assert_eq!(by_code("11A53").unwrap().confidence, Confidence::Inferred);
    }

    #[test]
    fn names_are_found_however_long_they_are_written() {
        for name in ["山洪", "山洪灾害", "山洪灾害气象预警", " 山洪灾害事件 "] {
            assert_eq!(by_name(name).map(|event| event.code.as_str()), Some("11A51"), "{name}");
        }
        assert_eq!(by_name("气象干旱").unwrap().code, "11B22");
    }

    #[test]
    fn a_name_that_only_holds_a_known_one_is_unknown() {
        for name in ["雷暴大风", "强对流", "海上大雾", "", "预警", "风"] {
            assert_eq!(by_name(name), None, "{name}");
        }
    }

    #[test]
    fn other_families_of_codes_are_never_taken_for_national_ones() {
        for code in ["02", "1003", "p0002", "p0002003", "11B2002", "11b03", "11B73"] {
            assert_eq!(by_code(code), None, "{code}");
        }
    }

    #[test]
    fn no_two_types_share_a_code_or_a_name() {
        for event in all() {
            assert_eq!(by_code(&event.code), Some(event));
            assert_eq!(by_name(&event.name_zh), Some(event), "{}", event.name_zh);
        }
    }
}
