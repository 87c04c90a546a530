//! What the settings say of a source, checked whole before anything is asked.

use std::{collections::BTreeMap, env, fmt, path::PathBuf};

use compact_str::CompactString;
use serde::Deserialize;

use crate::domain::ids::AreaCode;

/// Sources of one county: each is a task, and a line on a screen.
const SOURCES_MAX: usize = 100;
/// Longest name, in characters.
const NAME_MAX: usize = 40;
/// A broker that has not let this node listen for so long is an alarm; it comes back from a restart in seconds.
const BROKER_SILENT_AFTER_S: u32 = 120;
/// Header values that begin with this are read from the environment.
const FROM_ENVIRONMENT: &str = "env:";

/// In what form a source speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Comes by itself, to `POST /api/v1/warnings`, with a login of its own.
    Push,
    /// An Atom or RSS feed of CAP messages.
    CapFeed,
    /// The list of nmc.cn.
    Nmc,
    /// The list of weather.com.cn and the script of each warning.
    Weathercn,
    /// QWeather's answer about one place.
    Qweather,
    /// The broker of `gauges.mqtt_url`: heard while it lets this node listen.
    Mqtt,
    /// Files in the national form, or CAP, in a folder where an FTP server or anybody else puts them.
    Folder,
}

impl Kind {
    /// Returns the kind as the settings name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Push => "push",
            Kind::CapFeed => "cap_feed",
            Kind::Nmc => "nmc",
            Kind::Weathercn => "weathercn",
            Kind::Qweather => "qweather",
            Kind::Mqtt => "mqtt",
            Kind::Folder => "folder",
        }
    }
}

/// One `[[sources]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// As the screens and the record call it.
    pub name: CompactString,
    pub kind: Kind,
    /// Where it is asked. It may hold a key and is never shown.
    #[serde(default)]
    pub url: Hidden,
    /// weather.com.cn: where one warning is, with `{file}` for its name.
    #[serde(default)]
    pub item_url: Hidden,
    /// weather.com.cn: the place as the list names it, such as 示例省示例市示例县; those above and inside count.
    #[serde(default)]
    pub region: String,
    /// Other hosts that a feed may lead to.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Sent with each request; `env:NAME` is taken from the environment.
    #[serde(default)]
    pub headers: BTreeMap<String, Hidden>,
    #[serde(default)]
    pub folder: PathBuf,
    /// Push: the login it comes with.
    #[serde(default)]
    pub login: CompactString,
    /// QWeather: the area that is asked about, since the answer names none.
    #[serde(default)]
    pub area: Option<AreaCode>,
    /// Everything it says is about this county, also what cannot be placed.
    #[serde(default)]
    pub local: bool,
    /// How often it is asked, in seconds.
    #[serde(default = "every_minute")]
    pub every_s: u32,
    /// Seconds without having been heard after which its silence is an alarm.
    pub silent_after_s: u32,
    /// The newest warning of its list may be so old, in seconds: a page that has stood still answers too. 0: any.
    #[serde(default)]
    pub news_within_s: u32,
}

fn every_minute() -> u32 {
    60
}

/// A text that may hold a key, and so is never printed.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    /// Returns the text, or what the environment has under the name that it gives.
    pub fn read(&self) -> Result<String, String> {
        match self.0.strip_prefix(FROM_ENVIRONMENT) {
            Some(name) => env::var(name).map_err(|_| format!("{name} is not in the environment")),
            None => Ok(self.0.clone()),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "Hidden(none)" } else { "Hidden(set)" })
    }
}

impl Source {
    /// Returns the broker as a source, where the settings do not name it themselves.
    pub fn broker() -> Self {
        Self {
            name: "MQTT".into(),
            kind: Kind::Mqtt,
            url: Hidden::default(),
            item_url: Hidden::default(),
            region: String::new(),
            hosts: Vec::new(),
            headers: BTreeMap::new(),
            folder: PathBuf::new(),
            login: CompactString::default(),
            area: None,
            local: false,
            every_s: every_minute(),
            silent_after_s: BROKER_SILENT_AFTER_S,
            news_within_s: 0,
        }
    }

    /// Returns what is wrong with a list of sources, naming the key and the remedy.
    pub fn faults(sources: &[Source]) -> Vec<String> {
        let mut faults: Vec<String> = sources.iter().flat_map(Source::faults_of_one).collect();
        for (place, source) in sources.iter().enumerate() {
            let before = sources.iter().take(place);
            if before.clone().any(|other| other.name == source.name) {
                faults.push(format!(
                    "sources: {} is there twice; give each its own name",
                    source.name
                ));
            }
            if source.kind == Kind::Push && before.clone().any(|other| other.login == source.login)
            {
                faults.push(format!("sources: the login {} is two sources'", source.login));
            }
        }
        if sources.len() > SOURCES_MAX {
            faults.push(format!("sources: at most {SOURCES_MAX}"));
        }
        faults
    }

    fn faults_of_one(&self) -> Vec<String> {
        let asked = !matches!(self.kind, Kind::Push | Kind::Folder | Kind::Mqtt);
        let at_web = |text: &Hidden| {
            text.read().is_ok_and(|url| url.starts_with("https://") || url.starts_with("http://"))
        };
        let weathercn = self.kind == Kind::Weathercn;
        let names_file = self.item_url.read().is_ok_and(|url| url.contains("{file}"));
        let unset = self.headers.values().find_map(|value| value.read().err());
        let demands = [
            (
                !self.name.trim().is_empty() && self.name.chars().count() <= NAME_MAX,
                "name: 1 to 40 characters".to_owned(),
            ),
            (
                !asked || at_web(&self.url),
                "url: an address that begins with https:// or http://".to_owned(),
            ),
            (
                !weathercn || (at_web(&self.item_url) && names_file),
                "item_url: an address with {file} where the file's name goes".to_owned(),
            ),
            (
                !weathercn || !self.region.is_empty(),
                "region: the county as the list names it, such as 示例省示例市示例县".to_owned(),
            ),
            (
                self.kind != Kind::Folder || !self.folder.as_os_str().is_empty(),
                "folder: the folder where the files are put".to_owned(),
            ),
            (
                self.kind != Kind::Push || !self.login.is_empty(),
                "login: the account or token that it comes with".to_owned(),
            ),
            (
                self.kind != Kind::Qweather || self.area.is_some(),
                "area: the code of the area that the url asks about".to_owned(),
            ),
            ((1..=3_600).contains(&self.every_s), "every_s: 1 to 3600".to_owned()),
            (
                self.silent_after_s > self.every_s && self.silent_after_s <= 30 * 86_400,
                "silent_after_s: longer than every_s, at most 30 days".to_owned(),
            ),
            (unset.is_none(), format!("headers: {}", unset.unwrap_or_default())),
        ];
        let unmet = demands.into_iter().filter(|(met, _)| !met);
        unmet.map(|(_, fault)| format!("sources.{}.{fault}", self.name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_names_the_source_the_key_and_the_remedy() {
        let sound = "name = 'a'\nkind = 'nmc'\nurl = 'https://x'\nsilent_after_s = 600";
        assert_eq!(faults(sound), Vec::<String>::new());
        for (changed, told) in [
            ("name = 'a'\nkind = 'nmc'\nurl = 'ftp://x'\nsilent_after_s = 600", "sources.a.url"),
            ("name = 'a'\nkind = 'push'\nsilent_after_s = 600", "sources.a.login"),
            ("name = 'a'\nkind = 'folder'\nsilent_after_s = 600", "sources.a.folder"),
            (
                "name = 'a'\nkind = 'qweather'\nurl = 'https://x'\nsilent_after_s = 600",
                "sources.a.area",
            ),
            ("name = 'a'\nkind = 'nmc'\nurl = 'https://x'\nsilent_after_s = 60", "silent_after_s"),
            (
                "name = 'a'\nkind = 'weathercn'\nurl = 'https://x'\nitem_url = 'https://x/f'\n\
                 region = '示例省'\nsilent_after_s = 600",
                "{file}",
            ),
            (
                "name = 'a'\nkind = 'nmc'\nurl = 'https://x'\nsilent_after_s = 600\n\
                 headers = { Key = 'env:JIAOYING_NO_SUCH_NAME' }",
                "JIAOYING_NO_SUCH_NAME is not in the environment",
            ),
        ] {
            let faults = faults(changed);
            assert!(faults.len() == 1 && faults[0].contains(told), "{faults:?}");
        }
        assert_eq!(Source::faults(&[one(sound), one(sound)]).len(), 1, "one name, two sources");
    }

    #[test]
    fn an_address_and_its_keys_are_never_printed() {
        let source =
            one("name = 'a'\nkind = 'nmc'\nurl = 'https://x?key=secret'\nsilent_after_s = 600\n\
             headers = { Key = 'secret' }");
        assert!(!format!("{source:?}").contains("secret"));
    }

    fn faults(text: &str) -> Vec<String> {
        Source::faults(&[one(text)])
    }

    fn one(text: &str) -> Source {
        toml::from_str(text).unwrap()
    }
}
