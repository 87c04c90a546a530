//! Forms for warnings that no message comes for: which hazards, which stages in the field's own words, and the
//! texts that a filled form becomes. Data that a province edits; a set that cannot be is refused whole.

use std::collections::BTreeSet;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cap::event_codes;
use crate::domain::warning::Colour;

/// Words in braces that a text may hold.
const WORDS: [&str; 6] = ["unit", "areas", "until", "stage", "event", "colour"];
/// Most hours that a warning by hand may be in force, and most forms and stages of a form.
const HOURS_MAX: u32 = 720;
const FORMS_MAX: usize = 50;

/// The forms of a county.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forms {
    #[serde(rename = "form")]
    pub forms: Vec<Form>,
}

/// A form for one hazard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    #[schema(value_type = String)]
    pub id: CompactString,
    #[schema(value_type = String)]
    pub zh: CompactString,
    #[schema(value_type = String)]
    pub en: CompactString,
    /// The hazard as the warning names it, and its national code.
    #[schema(value_type = String)]
    pub event: CompactString,
    #[schema(value_type = String)]
    pub event_code: CompactString,
    /// Hours in force that are offered, and those that are taken when nothing is said.
    pub hours: Vec<u32>,
    pub valid_h: u32,
    /// The least grave first.
    #[serde(rename(deserialize = "stage"))]
    pub stages: Vec<Stage>,
}

/// A stage in the field's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    #[schema(value_type = String)]
    pub id: CompactString,
    #[schema(value_type = String)]
    pub zh: CompactString,
    #[schema(value_type = String)]
    pub en: CompactString,
    #[schema(value_type = String)]
    pub colour: Colour,
    /// Texts with words in braces, filled in for each stage.
    pub headline: String,
    pub description: String,
    pub instruction: String,
}

/// What the words in braces stand for.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    pub unit: &'a str,
    pub areas: &'a str,
    pub until: &'a str,
}

impl Forms {
    /// Reads a set of forms and refuses one that cannot be, naming the form and the remedy.
    pub fn read(text: &str) -> Result<Self, String> {
        let forms: Forms = toml::from_str(text).map_err(|error| error.to_string())?;
        if forms.forms.len() > FORMS_MAX {
            return Err(format!("at most {FORMS_MAX} forms"));
        }
        let ids: BTreeSet<_> = forms.forms.iter().map(|form| &form.id).collect();
        if ids.len() < forms.forms.len() {
            return Err("two forms have one id; give each its own".into());
        }
        for form in &forms.forms {
            form.check().map_err(|fault| format!("form {}: {fault}", form.id))?;
        }
        Ok(forms)
    }

    pub fn find(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == id)
    }
}

impl Form {
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// Returns one of a stage's texts with its words filled in.
    pub fn say(&self, stage: &Stage, template: &str, said: Said<'_>) -> String {
        let colour = stage.colour.zh();
        let values = [said.unit, said.areas, said.until, &*stage.zh, &*self.event, colour];
        let mut text = String::new();
        let mut rest = template;
        // In one pass, so that what somebody wrote in braces is never taken for a word.
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((word, next)) = after.split_once('}') else { break };
            let value = WORDS.iter().zip(values).find(|(known, _)| **known == word);
            text.push_str(value.map_or("", |(_, value)| value));
            rest = next;
        }
        text + rest
    }

    fn check(&self) -> Result<(), String> {
        if event_codes::by_code(&self.event_code).is_none() {
            return Err(format!("event_code {} is not in the national list", self.event_code));
        }
        let sensible = |hours: &u32| (1..=HOURS_MAX).contains(hours);
        if !self.hours.iter().all(sensible) || !self.hours.contains(&self.valid_h) {
            return Err(format!("valid_h is one of hours, and those are 1 to {HOURS_MAX}"));
        }
        let ids: BTreeSet<_> = self.stages.iter().map(|stage| &stage.id).collect();
        if self.stages.is_empty() || ids.len() < self.stages.len() || ids.len() > FORMS_MAX {
            return Err(format!("give 1 to {FORMS_MAX} stages, each with an id of its own"));
        }
        // Less severe compares as greater: red comes first.
        if !self.stages.is_sorted_by(|one, next| one.colour > next.colour) {
            return Err("stages grow graver, each with a colour of its own".into());
        }
        self.stages.iter().try_for_each(|stage| {
            stage.check().map_err(|fault| format!("stage {}: {fault}", stage.id))
        })
    }
}

impl Stage {
    fn check(&self) -> Result<(), String> {
        if self.headline.trim().is_empty() {
            return Err("a stage has a headline".into());
        }
        for text in [&self.headline, &self.description, &self.instruction] {
            for part in text.split('{').skip(1) {
                let word = part.split_once('}').map(|(word, _)| word);
                if word.is_none_or(|word| !WORDS.contains(&word)) {
                    return Err(format!("{{{part} is no word; use one of {}", WORDS.join(", ")));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../config/forms.toml");

    #[test]
    fn the_shipped_forms_have_the_fields_own_stages_with_their_colours() {
        let forms = Forms::read(SHIPPED).unwrap();
        let stages = |id: &str| {
            let form = forms.find(id).unwrap();
            let stages = form.stages.iter().map(|stage| (&*stage.zh, stage.colour));
            (form.event_code.clone(), stages.collect::<Vec<_>>())
        };
        use Colour::{Orange, Red, Yellow};
        let flood = vec![("准备转移", Orange), ("立即转移", Red)];
        assert_eq!(stages("flash_flood"), ("11A51".into(), flood));
        let slide = vec![("注意", Yellow), ("准备", Orange), ("立即撤离", Red)];
        assert_eq!(stages("geological"), ("11B37".into(), slide));
        for (id, code) in [("forest_fire", "11B25"), ("reservoir", "11A03"), ("dike", "11A04")] {
            assert_eq!(stages(id).0, code);
        }
    }

    #[test]
    fn a_text_is_filled_in_once_whatever_somebody_wrote() {
        let forms = Forms::read(SHIPPED).unwrap();
        let form = forms.find("flash_flood").unwrap();
        let said = Said { unit: "县水利局{areas}", areas: "青石镇", until: "9 时" };
        let text =
            form.say(&form.stages[1], "{unit}：{areas}{stage}，{event}{colour}，至{until}", said);
        assert_eq!(text, "县水利局{areas}：青石镇立即转移，山洪灾害红色，至9 时");
    }

    #[test]
    fn a_set_that_cannot_be_is_refused_by_the_place() {
        let broken = [
            ("event_code = \"11A51\"", "event_code = \"11Z99\"", "form flash_flood: event_code"),
            ("valid_h = 6", "valid_h = 5", "form flash_flood: valid_h"),
            ("id = \"leave\"", "id = \"prepare\"", "form flash_flood: give 1 to"),
            ("colour = \"orange\"", "colour = \"red\"", "form flash_flood: stages grow graver"),
            (
                "{unit}发布山洪灾害准备",
                "{who}发布山洪灾害准备",
                "form flash_flood: stage prepare: {who}",
            ),
            ("id = \"dike\"", "id = \"reservoir\"", "two forms have one id"),
            ("zh = \"山洪\"", "cn = \"山洪\"", "unknown field"),
        ];
        for (from, to, fault) in broken {
            let refused = Forms::read(&SHIPPED.replacen(from, to, 1)).unwrap_err();
            assert!(refused.contains(fault), "{refused}");
        }
    }
}
