//! Settings: embedded defaults, then a file, then the environment; loaded whole, with all faults at once.

mod files;
mod layers;

use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf, time::Duration};

use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, de};

pub use self::files::{CALENDAR, DEADLINES, FORMS, POLICIES, SUGGESTIONS, SUPPLIES, TEXTS};
use self::layers::{defaults, overlay, read_table, restore, set};
use crate::{
    access, advice,
    bus::redis::{RedisUrl, UrlFault},
    domain::{ids::AreaCode, recommend, road::Speeds},
    gauges, positions,
    postgres::Database,
    sources::Source,
};

/// The reference manual, and the lowest layer.
pub const DEFAULTS: &str = include_str!("../config/default.toml");
/// What the names of environment variables begin with.
const PREFIX: &str = "JIAOYING_";
/// Variables with the prefix that are not settings.
const NOT_SETTINGS: [&str; 5] = [
    "JIAOYING_SEED",
    "JIAOYING_PASSWORD",
    "JIAOYING_MIGRATE_TO",
    "JIAOYING_TOKEN",
    "JIAOYING_DRILL_MQTT",
];

/// The settings of a node.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    pub database_url: SecretUrl,
    #[serde(deserialize_with = "optional")]
    pub redis_url: Option<RedisUrl>,
    jurisdiction: String,
    timezone: String,
    policies: String,
    forms: String,
    calendar: String,
    suggestions: String,
    capabilities: String,
    supplies: String,
    plans_dir: String,
    deadlines: String,
    pub publication: Publication,
    basemap_dir: String,
    pub shutdown_grace_s: u32,
    call_sheet_every_s: u32,
    pub log: String,
    pub log_format: LogFormat,
    pub channels: Channels,
    pub access: access::Settings,
    pub positions: positions::Settings,
    pub gauges: gauges::Settings,
    pub recommendation: recommend::Settings,
    pub roads: Speeds,
    pub coverage: advice::Near,
    pub sources: Vec<Source>,
}

/// A URL that may hold a password, and so is never printed.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct SecretUrl(String);

impl SecretUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "SecretUrl(none)" } else { "SecretUrl(hidden)" })
    }
}

/// `[publication]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    texts: String,
    pub url: String,
    pub publisher: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

/// `[channels]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    pub carrier: CarrierKind,
    pub voice_lines: u32,
    pub voice_hold_s: u32,
    pub sms_lines: u32,
    pub simulated_seed: u64,
    pub simulated_speed: f64,
    pub simulated_call_log: String,
    simulated_people: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CarrierKind {
    Simulated,
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the settings are wrong:")?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for Faults {}

impl Config {
    /// Returns how often the call sheet is written; `None` for never.
    pub fn call_sheet_every(&self) -> Option<Duration> {
        let seconds = u64::from(self.call_sheet_every_s);
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }

    /// Loads the settings: defaults, then `file`, then `environment`.
    pub fn load(
        file: Option<&PathBuf>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Faults> {
        let mut table = defaults();
        let mut faults = Vec::new();
        if let Some(path) = file {
            match read_table(path) {
                Ok(over) => overlay(&mut table, over, "", &mut faults),
                Err(fault) => faults.push(fault),
            }
        }
        for (name, text) in environment {
            let Some(key) = name.strip_prefix(PREFIX) else { continue };
            if !NOT_SETTINGS.contains(&name.as_str())
                && let Err(fault) = set(&mut table, &key.to_lowercase(), &text)
            {
                faults.push(format!("{name}: {fault}"));
            }
        }
        let config = loop {
            match serde_path_to_error::deserialize::<_, Self>(table.clone()) {
                Ok(config) => break config,
                Err(error) => {
                    let path = error.path().to_string();
                    faults.push(format!("{path}: {}", error.inner().message()));
                    // With the default in its place the others are looked at too.
                    if !restore(&mut table, &path) {
                        return Err(Faults(faults));
                    }
                }
            }
        };
        faults.extend(config.faults());
        if faults.is_empty() { Ok(config) } else { Err(Faults(faults)) }
    }

    fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> =
            self.access.faults().iter().map(ToString::to_string).collect();
        if !self.database_url.is_empty()
            && let Err(fault) = Database::check(self.database_url.as_str())
        {
            faults.push(format!("database_url: {fault}"));
        }
        faults.extend(self.log.split(',').filter_map(log_fault));
        if let Err(error) = self.jurisdiction() {
            faults.push(format!("jurisdiction: {error}"));
        }
        if self.timezone.parse::<Tz>().is_err() {
            faults.push(format!(
                "timezone: {:?} is no IANA zone, such as Asia/Shanghai",
                self.timezone
            ));
        }
        let lines = [
            ("channels.voice_lines", self.channels.voice_lines),
            ("channels.voice_hold_s", self.channels.voice_hold_s),
            ("channels.sms_lines", self.channels.sms_lines),
        ];
        for (name, value) in lines {
            if !(1..=10_000).contains(&value) {
                faults.push(format!("{name}: use 1 to 10000"));
            }
        }
        faults.extend(self.positions.faults());
        faults.extend(self.gauges.faults());
        faults.extend(within("recommendation", self.recommendation.faults()));
        faults.extend(within("roads", self.roads.faults()));
        faults.extend(Source::faults(&self.sources));
        faults.extend(self.policies().err());
        faults.extend(self.forms().err());
        faults.extend(self.calendar().err());
        faults.extend(self.texts().err());
        faults.extend(self.suggestions().err());
        match self.capabilities() {
            Ok(known) => faults.extend(within("coverage", self.coverage.faults(&known))),
            Err(fault) => faults.push(fault),
        }
        faults.extend(self.supplies().err());
        match (self.plans(), self.deadlines()) {
            (Ok(plans), Ok(rules)) => {
                let unknown = plans.unknown_round(&rules);
                faults.extend(unknown.map(|fault| format!("plans_dir: {fault}")));
            }
            (plans, rules) => faults.extend(plans.err().into_iter().chain(rules.err())),
        }
        faults.extend(self.basemap().err());
        faults.extend(self.simulated_people().err());
        faults
    }

    /// Returns the area the settings name, if they name one.
    pub fn jurisdiction(&self) -> Result<Option<AreaCode>, crate::domain::ids::BadId> {
        if self.jurisdiction.is_empty() { Ok(None) } else { self.jurisdiction.parse().map(Some) }
    }

    pub fn timezone(&self) -> Tz {
        self.timezone.parse().unwrap_or(Tz::Asia__Shanghai)
    }
}

/// Reads an address that may be left empty.
fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RedisUrl>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let read = (!text.is_empty()).then(|| text.parse());
    read.transpose().map_err(|fault: UrlFault| de::Error::custom(fault))
}

/// Names the section that faults are in.
fn within(section: &str, faults: Vec<String>) -> impl Iterator<Item = String> {
    faults.into_iter().map(move |fault| format!("{section}.{fault}"))
}

/// Returns what is wrong with a directive of `log`. The log itself takes any other word for the name
/// of a module, and would fall silent.
fn log_fault(directive: &str) -> Option<String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let (target, level) =
        directive.trim().split_once('=').unwrap_or(("jiaoying", directive.trim()));
    let named = |c: char| c.is_ascii_alphanumeric() || "_:-".contains(c);
    let sound = !target.is_empty() && target.chars().all(named);
    if sound && LEVELS.contains(&level.to_lowercase().as_str()) {
        return None;
    }
    Some(format!(
        "log: {directive:?} is neither a level ({}) nor target=level, such as jiaoying::channels=debug",
        LEVELS.join(", ")
    ))
}

/// Returns the process's environment.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    let named = std::env::vars_os();
    named
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect::<BTreeMap<_, _>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::channels::simulated::{Script, VoiceAct};

    #[test]
    fn the_embedded_defaults_are_sound() {
        let config = Config::load(None, std::iter::empty()).unwrap();
        assert_eq!(config.listen, "127.0.0.1:8080".parse().unwrap());
        assert_eq!(config.channels.voice_lines, 105);
    }

    #[test]
    fn the_environment_outweighs_the_file_and_the_file_the_defaults() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.toml");
        fs::write(&path, "listen = \"127.0.0.1:1\"\n[channels]\nvoice_lines = 7\n").unwrap();
        let over = [variable("JIAOYING_LISTEN", "127.0.0.1:2")];
        let config = Config::load(Some(&path), over.into_iter()).unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.channels.voice_lines, 7);
    }

    #[test]
    fn all_faults_are_told_at_once_by_name() {
        let over = [
            variable("JIAOYING_LISTN", "x"),
            variable("JIAOYING_CHANNELS__VOICE_LINES", "0"),
            variable("JIAOYING_TIMEZONE", "Mars/Olympus"),
            variable("JIAOYING_CHANNELS__SMS_LINES", "many"),
        ];
        let faults = Config::load(None, over.into_iter()).unwrap_err().to_string();
        for named in ["JIAOYING_LISTN", "channels.voice_lines", "timezone", "SMS_LINES"] {
            assert!(faults.contains(named), "{named} in {faults}");
        }
    }

    #[test]
    fn how_units_are_ranked_and_how_fast_roads_are_is_set_by_name_and_faults_are_named() {
        let config = Config::load(None, std::iter::empty()).unwrap();
        assert_eq!(config.recommendation, recommend::Settings::default());
        assert_eq!(config.roads, Speeds::default());
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.toml");
        let load = |text: &str| {
            fs::write(&path, text).unwrap();
            Config::load(Some(&path), std::iter::empty())
        };
        let own =
            "[recommendation]\nradius_km = 100\n[roads.class_kmh]\n\"机耕路\" = 12\ncounty = 45\n";
        let config = load(own).unwrap();
        assert_eq!(config.recommendation.radius_km, 100);
        assert_eq!((config.roads.class_kmh["机耕路"], config.roads.class_kmh["county"]), (12, 45));
        assert_eq!(config.roads.class_kmh["village"], 25, "the other classes stay");
        let wrong = "[recommendation]\nradius_km = 0\nweights = [8, 4, 2, 0]\nradius = 1\n\
                     [roads]\ndetour = 9.0\n[roads.class_kmh]\ncounty = 900\n";
        let faults = load(wrong).unwrap_err().to_string();
        for named in [
            "recommendation.radius_km: use",
            "recommendation.weights: use",
            "recommendation.radius: there is no",
            "roads.detour: use",
            "roads.class_kmh.county: use",
        ] {
            assert!(faults.contains(named), "{named} in {faults}");
        }
        let faults =
            load("[coverage]\nability = \"dragon\"\nwithin_s = 1\n").unwrap_err().to_string();
        assert!(faults.contains("coverage.ability: \"dragon\" is not"), "{faults}");
        assert!(faults.contains("coverage.within_s: use"), "{faults}");
        let over = [variable("JIAOYING_RECOMMENDATION__TURNOUT_S", "soon")];
        let faults = Config::load(None, over.into_iter()).unwrap_err().to_string();
        assert!(faults.contains("JIAOYING_RECOMMENDATION__TURNOUT_S"), "{faults}");
    }

    #[test]
    fn a_file_of_time_limits_is_read_and_its_fault_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deadlines.toml");
        let load = |text: &str| {
            fs::write(&path, text).unwrap();
            let named = variable("JIAOYING_DEADLINES", path.to_str().unwrap());
            Config::load(None, [named].into_iter())
        };
        let rounds = r#"
            [[round]]
            id = "zero"
            zh = "零报告"
            en = "Zero report"
            times = ["08:00"]
            source = "本县规定"
            confirmed = true
            [[round]]
            id = "three"
            zh = "一日三报"
            en = "Three reports a day"
            times = ["08:00", "14:00", "20:00"]
            source = "本县规定"
            confirmed = true
        "#;
        assert_eq!(load(rounds).unwrap().deadlines().unwrap().rounds.len(), 2);
        // A plan that names rounds which the county does not hold would ask nobody.
        let faults = load("").unwrap_err().to_string();
        assert!(faults.contains("plans_dir: flood: round 1: no rounds 零报告"), "{faults}");
        let faults = load("[[rule]]\nid = \"one\"\nhops = 1\n").unwrap_err().to_string();
        assert!(
            faults.contains("deadlines: ") && faults.contains("unknown field `hops`"),
            "{faults}"
        );
    }

    #[test]
    fn a_database_url_is_checked_and_its_password_never_printed() {
        let load = |url| Config::load(None, [variable("JIAOYING_DATABASE_URL", url)].into_iter());
        let config = load("postgres://jiaoying:s3cret@127.0.0.1/jiaoying").unwrap();
        assert!(!format!("{config:?}").contains("s3cret"));
        let faults = load("postgres://jiaoying:s3cret@127.0.0.1").unwrap_err().to_string();
        assert!(faults.contains("database_url: name the database"), "{faults}");
        assert!(!faults.contains("s3cret"), "{faults}");
    }

    #[test]
    fn what_people_do_in_a_rehearsal_is_read_and_a_slip_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("people.toml");
        let load = |text: &str| {
            fs::write(&path, text).unwrap();
            let named = variable("JIAOYING_CHANNELS__SIMULATED_PEOPLE", path.to_str().unwrap());
            Config::load(None, [named].into_iter())
        };
        let people = load("[[people]]\nperson = \"p-1\"\nvoice = [\"no_answer\"]\n").unwrap();
        let silent = Script::of("p-1".parse().unwrap()).voice([VoiceAct::NoAnswer]);
        assert_eq!(people.simulated_people().unwrap(), [silent]);
        let faults = load("[[people]]\nperson = \"p-1\"\nvoice = [\"asleep\"]\n").unwrap_err();
        let faults = faults.to_string();
        assert!(
            faults.contains("channels.simulated_people: ") && faults.contains("asleep"),
            "{faults}"
        );
    }

    #[test]
    fn a_log_takes_levels_and_targets_with_levels() {
        let load = |log: &str| Config::load(None, [variable("JIAOYING_LOG", log)].into_iter());
        for sound in ["info", "TRACE", "off", "warn,jiaoying::channels=debug", "info, hyper=warn"] {
            assert!(load(sound).is_ok(), "{sound}");
        }
        for wrong in ["loud", "", "info,loud", "info,", "jiaoying=loud", "=info", "a b=info"] {
            let faults = load(wrong).unwrap_err().to_string();
            assert!(faults.contains("log: "), "{wrong}: {faults}");
        }
    }

    #[test]
    fn an_address_of_redis_is_checked_and_its_password_never_shown() {
        let load =
            |url: &str| Config::load(None, [variable("JIAOYING_REDIS_URL", url)].into_iter());
        assert!(load("").unwrap().redis_url.is_none());
        let config = load("rediss://node:s3cret@redis.example:6380").unwrap();
        assert!(!format!("{config:?}").contains("s3cret"));
        for wrong in
            ["s3cret", "http://u:s3cret@h", "redis://u:s3cret@h?x=1", "redis://u:s3cret@h:x"]
        {
            let faults = load(wrong).unwrap_err().to_string();
            assert!(faults.contains("redis_url: ") && !faults.contains("s3cret"), "{faults}");
        }
    }

    fn variable(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }
}
