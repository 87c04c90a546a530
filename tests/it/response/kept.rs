//! Whatever is decided in whatever order: no task of a level that is not in force stays open, and none is given twice.

use std::collections::BTreeMap;

use jiaoying::domain::{
    command::AnswerKind,
    ids::{PostId, ResponseId},
    response::{ResponseStep, SetLevel},
    task::{Cause, Stage},
};
use proptest::{prelude::*, sample::select};

use super::story::{FIRST, SECOND, county, grade, order, starting};
use crate::support::county::{COUNTY, County};

/// Something that may happen.
#[derive(Debug, Clone)]
enum Happening {
    Start {
        level: u8,
        scope: &'static str,
    },
    Level {
        level: u8,
        scope: Option<&'static str>,
        which: usize,
    },
    End {
        which: usize,
    },
    /// Somebody signs for, or does, one of the open tasks.
    Sign {
        which: usize,
    },
    Do {
        which: usize,
    },
    Pass {
        minutes: u64,
    },
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn open_tasks_are_just_those_of_the_level_in_force(
        happenings in prop::collection::vec(happening(), 1..25)
    ) {
        let mut county = county();
        for (step, happening) in happenings.iter().enumerate() {
            bring_about(&mut county, step, happening);
            check(&county)?;
        }
        prop_assert!(county.replayed() == county.board);
    }
}

fn happening() -> impl Strategy<Value = Happening> {
    let scope = || select(&[COUNTY, FIRST, SECOND, "990101001001"][..]);
    let which = 0..1_000usize;
    prop_oneof![
        2 => (1..=4u8, scope()).prop_map(|(level, scope)| Happening::Start { level, scope }),
        4 => (1..=4u8, prop::option::of(scope()), which.clone())
            .prop_map(|(level, scope, which)| Happening::Level { level, scope, which }),
        1 => which.clone().prop_map(|which| Happening::End { which }),
        3 => which.clone().prop_map(|which| Happening::Sign { which }),
        3 => which.prop_map(|which| Happening::Do { which }),
        2 => (1..200u64).prop_map(|minutes| Happening::Pass { minutes }),
    ]
}

/// Brings it about where it may be: what is refused changes nothing.
fn bring_about(county: &mut County, step: usize, happening: &Happening) {
    let open: Vec<ResponseId> = county.board.responses.open().map(|response| response.id).collect();
    let tasks: Vec<_> = county.board.tasks.open().map(|task| task.id).collect();
    let number = format!("{step}号");
    match happening {
        Happening::Start { level, scope } => {
            let _ = county.starts(starting(*level, &[scope], &number));
        }
        Happening::Level { level, scope, which } if !open.is_empty() => {
            let response = open[which % open.len()];
            let set = SetLevel {
                response,
                revision: county.response(response).revision,
                level: grade(*level),
                scope: scope.map(|area| [area.parse().unwrap()].into()),
                order: order(&number),
            };
            let _ = county.commands(ResponseStep::SetLevel(set));
        }
        Happening::End { which } if !open.is_empty() => {
            county.ends(open[which % open.len()], "试验").unwrap();
        }
        Happening::Sign { which } if !tasks.is_empty() => {
            let task = county.board.tasks.get(tasks[which % tasks.len()]).unwrap();
            let (post, obligation) = (task.post.clone(), task.obligation.unwrap());
            let holder = format!("{}-{}", &post.area.to_string()[6..], post.duty);
            let _ = county.answer_as(&holder, obligation, AnswerKind::Acknowledged);
        }
        Happening::Do { which } if !tasks.is_empty() => {
            let task = county.board.tasks.get(tasks[which % tasks.len()]).unwrap();
            let Some(Cause::Response(id)) = task.cause else {
                unreachable!("every task here is a response's")
            };
            let (post, title) = (task.post.to_string(), task.title.clone());
            county.does(id, &post, &title);
        }
        Happening::Pass { minutes } => county.pass(minutes * 60),
        Happening::Level { .. }
        | Happening::End { .. }
        | Happening::Sign { .. }
        | Happening::Do { .. } => {}
    }
}

/// `County` itself asserts after each step that nothing is open which is not asked for.
fn check(county: &County) -> Result<(), TestCaseError> {
    for response in county.board.responses.iter() {
        // How often each post has the task, other than taken back: in the same words.
        let mut standing: BTreeMap<(&PostId, &str, &str), usize> = BTreeMap::new();
        let mut open: BTreeMap<(&PostId, &str), usize> = BTreeMap::new();
        for task in county.board.tasks_of(response.id) {
            if task.stage != Stage::Withdrawn {
                *standing.entry((&task.post, &task.title, &task.text)).or_default() += 1;
            }
            if task.is_open() {
                prop_assert!(response.is_open(), "{} is open after the end", task.id);
                let asked = response
                    .plan
                    .demands(response.level)
                    .any(|demand| demand.title == task.title && *demand.duty == task.post.duty);
                prop_assert!(asked, "{} is not asked for at {:?}", task.title, response.level);
                *open.entry((&task.post, &task.title)).or_default() += 1;
            }
        }
        prop_assert!(open.values().all(|count| *count == 1), "given twice: {open:?}");
        for ((post, title, _), count) in standing {
            prop_assert!(count == 1, "{post} was given {title} {count} times");
        }
        // What the level asks for is open or done, wherever the county has the post.
        for demand in response.plan.demands(response.level).filter(|_| response.is_open()) {
            let areas = county.board.areas.at_level(&response.extent(), demand.at);
            for area in areas {
                let post = PostId { area, duty: demand.duty.clone() };
                let has = county.board.roster.get(&post).is_some();
                let mut own = county.board.tasks_of(response.id).filter(|task| task.post == post);
                let given =
                    own.any(|task| task.title == demand.title && task.stage != Stage::Withdrawn);
                prop_assert_eq!(given, has, "{} {}", post, demand.title);
            }
        }
    }
    Ok(())
}
