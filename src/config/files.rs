//! The files that the settings name, read whole; where none is named, those that come with the program.

use std::{fs, path::Path};

use serde::{Deserialize, de::DeserializeOwned};

use super::Config;
use crate::{
    bulletin::{self, Templates},
    channels::simulated::Script,
    domain::{
        callout::policy::PolicySet, capability::Catalogue, deadline, response::Plans,
        roster::Calendar, suggestion::Rules, supply::SupplyRules,
    },
    ingest::{basemap::Basemap, calendar, capabilities, forms::Forms, plans},
};

/// Policies when no file is named.
pub const POLICIES: &str = include_str!("../../config/policies.toml");
/// Forms for warnings by hand when no file is named.
pub const FORMS: &str = include_str!("../../config/forms.toml");
/// Holidays when no file is named.
pub const CALENDAR: &str = include_str!("../../config/calendar.toml");
/// What warnings suggest when no file is named.
pub const SUGGESTIONS: &str = include_str!("../../config/suggestions.toml");
/// What supplies there are, and the rules about them, when no file is named.
pub const SUPPLIES: &str = include_str!("../../config/supplies.toml");
/// When reports are due when no file is named.
pub const DEADLINES: &str = include_str!("../../config/deadlines.toml");
/// How the public is told of warnings when no file is named.
pub const TEXTS: &str = include_str!("../../config/texts.toml");

/// The file of `channels.simulated_people`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cast {
    #[serde(default)]
    people: Vec<Script>,
}

impl Config {
    /// Reads the policies; the node's board decides whether they reach anybody.
    pub fn policies(&self) -> Result<PolicySet, String> {
        let text = self.text(&self.policies, POLICIES, "policies")?;
        let set: PolicySet = toml::from_str(&text).map_err(|error| format!("policies: {error}"))?;
        set.check().map_err(|fault| format!("policies: {fault}"))?;
        Ok(set)
    }

    /// Reads the forms for warnings that no message comes for.
    pub fn forms(&self) -> Result<Forms, String> {
        let text = self.text(&self.forms, FORMS, "forms")?;
        Forms::read(&text).map_err(|fault| format!("forms: {fault}"))
    }

    pub fn calendar(&self) -> Result<Calendar, String> {
        let text = self.text(&self.calendar, CALENDAR, "calendar")?;
        calendar::load(&text).map_err(|fault| format!("calendar: {fault}"))
    }

    /// Reads what warnings suggest.
    pub fn suggestions(&self) -> Result<Rules, String> {
        let text = self.text(&self.suggestions, SUGGESTIONS, "suggestions")?;
        sound(&text, "suggestions", Rules::fault)
    }

    /// Reads what units can do.
    pub fn capabilities(&self) -> Result<Catalogue, String> {
        let text = self.text(&self.capabilities, capabilities::BUILT_IN, "capabilities")?;
        capabilities::read(&text).map_err(|fault| format!("capabilities: {fault}"))
    }

    /// Reads what supplies there are, and the rules about them.
    pub fn supplies(&self) -> Result<SupplyRules, String> {
        let text = self.text(&self.supplies, SUPPLIES, "supplies")?;
        sound(&text, "supplies", SupplyRules::fault)
    }

    /// Reads what is done at each level of a response.
    pub fn plans(&self) -> Result<Plans, String> {
        let read = match self.plans_dir.as_str() {
            "" => plans::shipped(),
            folder => plans::open(Path::new(folder)),
        };
        read.map_err(|fault| format!("plans_dir: {fault}"))
    }

    /// Reads when reports are due.
    pub fn deadlines(&self) -> Result<deadline::Rules, String> {
        let text = self.text(&self.deadlines, DEADLINES, "deadlines")?;
        let rules: deadline::Rules =
            toml::from_str(&text).map_err(|error| format!("deadlines: {error}"))?;
        match rules.fault() {
            Some(fault) => Err(format!("deadlines: {fault}")),
            None => Ok(rules),
        }
    }

    /// Reads how the public is told of warnings.
    pub fn texts(&self) -> Result<Templates, String> {
        let text = self.text(&self.publication.texts, TEXTS, "publication.texts")?;
        bulletin::load(&text).map_err(|fault| format!("publication.texts: {fault}"))
    }

    /// Reads the rivers and roads; `None` where the settings name no folder.
    pub fn basemap(&self) -> Result<Option<Basemap>, String> {
        if self.basemap_dir.is_empty() {
            return Ok(None);
        }
        let read = Basemap::open(Path::new(&self.basemap_dir));
        read.map(Some).map_err(|fault| format!("basemap_dir: {fault}"))
    }

    /// Reads what these people do when the simulated carrier rings them; everybody else does as people do.
    pub fn simulated_people(&self) -> Result<Vec<Script>, String> {
        let name = "channels.simulated_people";
        let text = self.text(&self.channels.simulated_people, "", name)?;
        let cast: Cast = toml::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        Ok(cast.people)
    }

    fn text(&self, path: &str, embedded: &str, name: &str) -> Result<String, String> {
        if path.is_empty() {
            return Ok(embedded.to_owned());
        }
        fs::read_to_string(path).map_err(|error| format!("{name}: {path}: {error}"))
    }
}

/// Reads the rules in `text`, if nothing is wrong with them.
fn sound<T: DeserializeOwned>(
    text: &str,
    name: &str,
    fault: fn(&T) -> Option<String>,
) -> Result<T, String> {
    let rules: T = toml::from_str(text).map_err(|error| format!("{name}: {error}"))?;
    fault(&rules).map_or(Ok(rules), |fault| Err(format!("{name}: {fault}")))
}
