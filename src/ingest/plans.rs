//! The county's plans, from `config/plans/`: one file a plan, checked whole before any of them is used.

use std::{fs, path::Path};

use crate::domain::response::{Plan, Plans};

/// Plans when no folder is named.
const SHIPPED: [(&str, &str); 4] = [
    ("flood.toml", include_str!("../../config/plans/flood.toml")),
    ("geological.toml", include_str!("../../config/plans/geological.toml")),
    ("forest_fire.toml", include_str!("../../config/plans/forest_fire.toml")),
    ("snow_ice.toml", include_str!("../../config/plans/snow_ice.toml")),
];

/// Why the plans cannot be used as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlansFault {
    #[error("{file}: {why}")]
    Unreadable { file: String, why: String },
    #[error("{0}: a folder of plans has at least one file that ends in .toml")]
    Nothing(String),
    #[error("{0}")]
    Faulty(String),
}

/// Reads the plans that the program comes with.
pub fn shipped() -> Result<Plans, PlansFault> {
    SHIPPED
        .iter()
        .map(|(file, text)| plan(file, text))
        .collect::<Result<Vec<_>, _>>()
        .and_then(checked)
}

/// Reads every plan in a folder, in order of the files' names.
pub fn open(folder: &Path) -> Result<Plans, PlansFault> {
    let unreadable = |path: &Path, why: String| {
        let file = path.display().to_string();
        PlansFault::Unreadable { file, why }
    };
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, error.to_string()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, error.to_string()))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(PlansFault::Nothing(folder.display().to_string()));
    }
    paths.sort();
    let mut plans = Vec::new();
    for path in paths {
        let text =
            fs::read_to_string(&path).map_err(|error| unreadable(&path, error.to_string()))?;
        plans.push(plan(&path.display().to_string(), &text)?);
    }
    checked(plans)
}

fn plan(file: &str, text: &str) -> Result<Plan, PlansFault> {
    toml::from_str(text)
        .map_err(|error| PlansFault::Unreadable { file: file.to_owned(), why: error.to_string() })
}

fn checked(plans: Vec<Plan>) -> Result<Plans, PlansFault> {
    let plans = Plans { plans };
    match plans.fault() {
        Some(fault) => Err(PlansFault::Faulty(fault)),
        None => Ok(plans),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{callout::policy::PolicySet, response::Grade};

    const FLOOD: &str = SHIPPED[0].1;

    #[test]
    fn the_shipped_plans_are_sound_and_name_only_duties_of_the_shipped_policies() {
        let plans = shipped().unwrap();
        let set: PolicySet = toml::from_str(crate::config::POLICIES).unwrap();
        let known: BTreeSet<&str> = set.duties.iter().map(|duty| duty.name.as_str()).collect();
        for plan in &plans.plans {
            for grade in Grade::ALL {
                for demand in plan.demands(grade) {
                    let duty = demand.duty.as_str();
                    assert!(known.contains(duty), "{} {}: {duty}", plan.id, demand.title);
                }
            }
        }
        assert_eq!(plans.of_event("11A04").unwrap().id, "flood");
        assert_eq!(plans.of_event("11B21").unwrap().id, "snow_ice");
        assert!(plans.of_event("13000").is_none());
    }

    #[test]
    fn a_graver_level_asks_for_no_less_than_the_lesser_of_the_shipped_plans() {
        for plan in shipped().unwrap().plans {
            let count = |grade| plan.demands(grade).count();
            let counts: Vec<usize> = Grade::ALL.into_iter().map(count).collect();
            assert!(
                counts.is_sorted_by(|graver, lesser| graver >= lesser),
                "{} {counts:?}",
                plan.id
            );
        }
    }

    #[test]
    fn a_faulty_plan_is_refused_with_the_place() {
        let cases: [(&str, &str, &str); 12] = [
            ("id = \"flood\"", "id = \" \"", "give every plan an id"),
            ("id = \"flood\"", "id = \"flood\"\ncolor = 3", "unknown field `color`"),
            ("level = 4", "level = 5", "no response level 5"),
            ("\"flood_limit\"", "\"flood\"", "unknown variant `flood`"),
            (
                "why = \"水库超汛限水位，建议启动Ⅳ级响应，加强调度和巡查\"",
                "why = \"\"",
                "propose 1: why",
            ),
            (
                "levels = [3, 4]\nat = \"county\"",
                "levels = []\nat = \"county\"",
                "on_post 1: levels",
            ),
            (
                "at = \"county\"\nduty = \"flood_chief\"",
                "at = \"city\"\nduty = \"flood_chief\"",
                "task 1: at",
            ),
            ("title = \"到指挥中心坐镇指挥\"", "title = \"到岗值守\"", "task 1: title: 到岗值守"),
            ("within_min = 240", "within_min = 0", "within_min: use 1 to 10080"),
            (
                "levels = [3, 4]\nat = \"county\"\nduty = \"water",
                "levels = [2, 3, 4]\nat = \"county\"\nduty = \"water",
                "Ⅱ级 asks water_bureau twice",
            ),
            ("name = \"零报告\"", "name = \"\"", "round 1: give it a text"),
            ("text = \"派出工作组到重点乡镇\"", "text = \" \"", "check 4: give it a text"),
        ];
        for (sound, faulty, says) in cases {
            assert!(FLOOD.contains(sound), "{sound}");
            let read = plan("flood.toml", &FLOOD.replacen(sound, faulty, 1));
            let fault = read.and_then(|plan| checked(vec![plan])).unwrap_err().to_string();
            assert!(fault.contains(says), "{fault:?} does not say {says:?}");
        }
    }

    #[test]
    fn a_county_s_own_folder_is_read_and_an_empty_one_refused() {
        let folder = tempfile::tempdir().unwrap();
        let empty = open(folder.path()).unwrap_err().to_string();
        assert!(empty.contains("at least one file that ends in .toml"), "{empty}");
        fs::write(folder.path().join("a.toml"), FLOOD).unwrap();
        fs::write(folder.path().join("notes.txt"), "no plan").unwrap();
        assert_eq!(open(folder.path()).unwrap().plans.len(), 1);
        fs::write(folder.path().join("b.toml"), FLOOD).unwrap();
        let twice = open(folder.path()).unwrap_err().to_string();
        assert_eq!(twice, "flood: two plans have this id");
        fs::write(folder.path().join("b.toml"), "id = ").unwrap();
        assert!(open(folder.path()).unwrap_err().to_string().contains("b.toml: "));
    }
}
