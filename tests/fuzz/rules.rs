//! The county's own rules in TOML: what is taken comes back the same from the journal, and is used without a fall.

use chrono_tz::Asia::Shanghai;
use jiaoying::{
    config,
    domain::{
        deadline::{Case, Grade, Rank, Reckoning, Rules, Stage},
        response::{Plan, Plans},
        roster::Calendar,
        supply::SupplyRules,
    },
    ingest::capabilities as abilities,
};
use serde::{Serialize, de::DeserializeOwned};

use super::run::Target;

pub fn capabilities() -> Target {
    target(vec![abilities::BUILT_IN], |text| match abilities::read(text) {
        Ok(catalogue) => {
            for ability in catalogue.iter() {
                assert!(catalogue.find(&ability.code).is_some(), "{} is not found", ability.code);
            }
            true
        }
        Err(fault) => {
            assert!(!fault.is_empty());
            false
        }
    })
}

pub fn supplies() -> Target {
    target(vec![config::SUPPLIES], |text| {
        let Some(rules) = read::<SupplyRules>(text).filter(|rules| rules.fault().is_none()) else {
            return false;
        };
        for item in rules.items.iter() {
            assert!(rules.items.get(&item.id).is_some(), "{} is not found", item.id);
        }
        kept(&rules);
        true
    })
}

/// What is due of an incident is reckoned too: no limit of a rule may lead out of time.
pub fn deadlines() -> Target {
    target(vec![config::DEADLINES], |text| {
        let Some(rules) = read::<Rules>(text).filter(|rules| rules.fault().is_none()) else {
            return false;
        };
        kept(&rules);
        let at = "2026-07-21T18:30:00+08:00".parse().unwrap();
        let case = Case {
            area: "990101".parse().unwrap(),
            from: Rank::County,
            event: Some("11A04"),
            grade: Grade::try_from(2).ok(),
            sensitive: true,
            deaths: 3,
            occurred_at: Some(at),
            received_at: at,
            stable_at: Some(at),
        };
        let calendar = Calendar::default();
        let reckoning = Reckoning { zone: Shanghai, calendar: &calendar };
        for stage in [Stage::First, Stage::FollowUp, Stage::Final, Stage::Zero, Stage::Verified] {
            let clocks = rules.clocks(&case, stage, reckoning);
            assert!(clocks.iter().all(|clock| clock.due_at >= clock.starts), "{clocks:?}");
        }
        true
    })
}

pub fn plans() -> Target {
    let samples = [
        include_str!("../../config/plans/flood.toml"),
        include_str!("../../config/plans/geological.toml"),
        include_str!("../../config/plans/forest_fire.toml"),
        include_str!("../../config/plans/snow_ice.toml"),
    ];
    target(samples.to_vec(), |text| {
        let Some(plan) = read::<Plan>(text) else { return false };
        let plans = Plans { plans: vec![plan] };
        if plans.fault().is_some() {
            return false;
        }
        kept(&plans);
        true
    })
}

fn target(samples: Vec<&str>, check: fn(&str) -> bool) -> Target {
    Target {
        samples: samples.into_iter().map(|text| text.as_bytes().to_vec()).collect(),
        check: Box::new(move |bytes, _| std::str::from_utf8(bytes).is_ok_and(check)),
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    match toml::from_str(text) {
        Ok(read) => Some(read),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// Rules are kept in the journal as JSON.
fn kept<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(rules: &T) {
    let text = serde_json::to_string(rules).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), rules, "the journal changes it");
}
