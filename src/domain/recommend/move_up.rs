//! Moving up (补位): who should stand where once units are sent, so that no area is left bare for want of a short drive.

use compact_str::CompactString;

use super::{
    Candidate, Scene, Seen,
    choice::left_bare,
    coverage::{Cover, Covered, coverage},
    judge::whereabouts,
    slots::SLOTS_MAX,
    view::View,
};
use crate::domain::{
    area::{LonLat, distance_m},
    ids::{AreaCode, UnitId},
    matching::{Costs, assign},
};

/// What it costs to leave an area bare: more than any drive.
const BARE: i64 = 10_000_000;

/// One unit that should stand somewhere else.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    pub unit: UnitId,
    pub area: AreaCode,
    pub to: LonLat,
    pub ability: CompactString,
    pub eta_s: u32,
}

/// What taking units leaves bare, and what helps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MoveUp {
    /// Areas that become bare.
    pub bare: Vec<Covered>,
    pub moves: Vec<Move>,
    /// Those of them that stay bare: nobody can be moved there without baring another area.
    pub still_bare: Vec<Covered>,
}

/// Returns which areas become bare once `taken` are gone, and which units should move up. A unit that alone keeps an
/// area covered stays where it is.
pub fn move_up(scene: &Scene<'_>, taken: &[UnitId]) -> MoveUp {
    let view = View::of(scene);
    let candidates = scene.candidates.iter().enumerate();
    let gone: Vec<usize> = candidates
        .filter(|(_, candidate)| taken.contains(&candidate.unit.id))
        .map(|(number, _)| number)
        .collect();
    let bare = left_bare(&view, &gone);
    fill(&view, &gone, bare)
}

/// Returns which areas are bare as things stand, and which units should move up.
pub fn move_up_now(scene: &Scene<'_>) -> MoveUp {
    let view = View::of(scene);
    let mut bare = view.covered_without(&[]);
    bare.retain(Covered::is_hole);
    fill(&view, &[], bare)
}

/// How one area is covered before a unit moves up and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub before: Covered,
    pub after: Covered,
}

/// Returns what is different once a unit stands where it moves up to: the area that it is for, and those that it leaves
/// behind.
pub fn consequences(scene: &Scene<'_>, taken: &[UnitId], moving: &Move) -> Vec<Changed> {
    let stays = |candidate: &&Candidate<'_>| !taken.contains(&candidate.unit.id);
    let mut staying: Vec<Candidate<'_>> = scene.candidates.iter().filter(stays).cloned().collect();
    let before = coverage(&Scene { candidates: &staying, ..*scene });
    for candidate in staying.iter_mut().filter(|candidate| candidate.unit.id == moving.unit) {
        candidate.seen = Some(Seen { at: moving.to, when: scene.now, stale: false });
    }
    let after = coverage(&Scene { candidates: &staying, ..*scene });
    let changed = before.into_iter().zip(after).map(|(before, after)| Changed { before, after });
    let own = |before: &Covered| (before.area, &before.ability) == (moving.area, &moving.ability);
    changed.filter(|changed| own(&changed.before) || changed.before != changed.after).collect()
}

fn fill(view: &View<'_>, gone: &[usize], bare: Vec<Covered>) -> MoveUp {
    let scene = &view.scene;
    let holes: Vec<usize> = holes(view, gone, &bare);
    let mut moved = assigned(view, gone, &holes);
    // Two that move may together bare what each alone does not: the later move is given up.
    while let Some(last) = moved.last().filter(|_| bares_another(view, gone, &moved)) {
        debug_assert!(last.hole < view.watches.len(), "a hole is a cover");
        moved.pop();
    }
    let cover = |moved: &Moved| {
        let Cover { area, at, ability, .. } = &scene.covers[holes[moved.hole]];
        Move {
            unit: scene.candidates[moved.candidate].unit.id.clone(),
            area: *area,
            to: *at,
            ability: ability.clone(),
            eta_s: moved.eta_s,
        }
    };
    let moves = moved.iter().map(cover).collect();
    let helped = |place: &usize| moved.iter().any(|moved| moved.hole == *place);
    let still = bare.iter().enumerate().filter(|(place, _)| !helped(place));
    let still_bare = still.map(|(_, covered)| covered.clone()).collect();
    MoveUp { bare, moves, still_bare }
}

#[derive(Debug, Clone, Copy)]
struct Moved {
    hole: usize,
    candidate: usize,
    eta_s: u32,
}

/// Returns the covers of the areas that become bare, in their order.
fn holes(view: &View<'_>, gone: &[usize], bare: &[Covered]) -> Vec<usize> {
    let after = view.covered_without(gone);
    let is_bare = |covered: &Covered| bare.contains(covered);
    let holes = after.iter().enumerate().filter(|(_, covered)| is_bare(covered));
    holes.map(|(number, _)| number).take(SLOTS_MAX).collect()
}

/// Returns the moves by which most holes are closed, with the least driving.
fn assigned(view: &View<'_>, gone: &[usize], holes: &[usize]) -> Vec<Moved> {
    let candidates = view.scene.candidates.len();
    let mut costs = Costs::new(candidates, vec![BARE; holes.len()]);
    for (hole, cover) in holes.iter().enumerate() {
        for near in &view.watches[*cover].late {
            let kept = view.needed(near.candidate, gone) || view.is_at(near.candidate, *cover);
            if !gone.contains(&near.candidate) && !kept {
                costs.set(hole, near.candidate, i64::from(near.eta_s));
            }
        }
    }
    let moved = |(hole, candidate): (usize, Option<usize>)| {
        let candidate = candidate?;
        let late = &view.watches[holes[hole]].late;
        let eta_s = late.iter().find(|near| near.candidate == candidate)?.eta_s;
        Some(Moved { hole, candidate, eta_s })
    };
    let mut moved: Vec<Moved> = assign(&costs).into_iter().enumerate().filter_map(moved).collect();
    moved.sort_by_key(|moved| (moved.eta_s, moved.hole));
    moved
}

fn bares_another(view: &View<'_>, gone: &[usize], moved: &[Moved]) -> bool {
    let away: Vec<usize> = gone.iter().copied().chain(moved.iter().map(|m| m.candidate)).collect();
    let before = view.covered_without(gone);
    let after = view.covered_without(&away).into_iter().zip(before);
    after.into_iter().any(|(after, before)| after.is_hole() && !before.is_hole())
}

impl View<'_> {
    /// Tells whether a unit stands already where a cover would have it move.
    fn is_at(&self, candidate: usize, cover: usize) -> bool {
        let Scene { candidates, covers, settings, now, .. } = self.scene;
        let at = whereabouts(&candidates[candidate], settings, now);
        let there = |at| distance_m(at, covers[cover].at) <= f64::from(settings.at_base_m);
        at.is_some_and(|(_, at)| there(at))
    }

    /// Tells whether an area is bare once this one is gone too.
    fn needed(&self, candidate: usize, gone: &[usize]) -> bool {
        self.watches.iter().any(|watch| {
            let left = || watch.near.iter().filter(|near| !gone.contains(&near.candidate));
            left().count() == 1 && left().all(|near| near.candidate == candidate)
        })
    }
}
