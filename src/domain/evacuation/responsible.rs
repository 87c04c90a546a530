//! Whose it is to see to something in an area: the post that is told.

use crate::domain::{
    board::Board,
    ids::{AreaCode, Duty, PersonId, PostId},
};

/// Returns the post that sees to something in `area`: one there of the first of `people` who has one, who are
/// responsible for the place; else the one on duty there, else whoever is on duty in the nearest area above.
pub(in crate::domain) fn responsible<'p>(
    board: &Board,
    area: AreaCode,
    people: impl IntoIterator<Item = &'p PersonId>,
) -> Option<PostId> {
    let of_person = people.into_iter().find_map(|person| {
        let mut posts = board.roster.within(area).map(|staffing| &staffing.post);
        posts.find(|post| post.holders.contains(person)).map(|post| post.id.clone())
    });
    of_person.or_else(|| area.lineage().find_map(|area| on_duty_in(board, area)))
}

/// Returns the post that runs the desk of one area: whoever is on duty, else whoever leads, else the first there is.
fn on_duty_in(board: &Board, area: AreaCode) -> Option<PostId> {
    let post = |duty: Duty| PostId { area, duty };
    let known = |post: &PostId| board.roster.get(post).is_some();
    let mut ranked =
        [Duty::VILLAGE_DUTY, Duty::DUTY_OFFICER, Duty::LEAD_OFFICER].map(post).into_iter();
    ranked.find(known).or_else(|| {
        let mut own =
            board.roster.within(area).take_while(|staffing| staffing.post.id.area == area);
        own.next().map(|staffing| staffing.post.id.clone())
    })
}

/// Returns who sees to something in the area above `area`, whose own people have not been able to.
pub(super) fn superior(board: &Board, area: AreaCode) -> Option<PostId> {
    area.lineage().skip(1).find_map(|area| on_duty_in(board, area))
}
