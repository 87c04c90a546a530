//! The county's list of capabilities (`config/capabilities.toml`), read into the core's catalogue.

use serde::Deserialize;

use crate::domain::capability::{Ability, Catalogue};

/// What units can do when no file is named.
pub const BUILT_IN: &str = include_str!("../../config/capabilities.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    capabilities: Vec<Ability>,
}

/// Reads a list; a fault names the capability and what to do.
pub fn read(text: &str) -> Result<Catalogue, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    Catalogue::try_from(file.capabilities).map_err(|fault| fault.to_string())
}

/// Returns the list that is in the binary.
pub fn built_in() -> Catalogue {
    read(BUILT_IN).expect("a constant that a test reads")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{demo, domain::capability::Counting};

    #[test]
    fn every_word_of_the_demonstration_county_is_known() {
        let catalogue = built_in();
        for unit in demo::county().unwrap().units {
            for word in &unit.capabilities {
                assert!(catalogue.find(word).is_some(), "{word} of {}", unit.id);
            }
            for code in unit.capacity.keys() {
                let ability = catalogue.find(code).unwrap();
                assert_eq!(ability.counted, Counting::Amount, "{code} of {}", unit.id);
            }
        }
    }

    #[test]
    fn every_item_that_helps_lies_in_a_depot_of_the_demonstration_county() {
        let county = demo::county().unwrap();
        let lies = |code: &str| county.stock.iter().flat_map(|c| &c.lines).any(|l| l.item == code);
        for item in built_in().iter().flat_map(|ability| ability.items.keys()) {
            assert!(lies(item), "{item}");
        }
    }

    #[test]
    fn a_wrong_list_is_refused_with_what_to_do() {
        let twice = format!(
            "{BUILT_IN}\n[[capabilities]]\ncode=\"x\"\nzh=\"排涝\"\nen=\"x\"\ncounted=\"units\""
        );
        assert_eq!(read(&twice).unwrap_err(), "x: 排涝 means pump already");
        let kind = BUILT_IN.replacen("\"boat\"", "\"submarine\"", 1);
        assert!(read(&kind).unwrap_err().contains("submarine"));
        assert!(read("[[capabilities]]\ncolour=1").unwrap_err().contains("colour"));
    }
}
