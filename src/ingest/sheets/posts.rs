//! The list of posts and who holds them permanently.

use compact_str::CompactString;

use super::{
    Context,
    fault::Faults,
    fields,
    headers::Column,
    list::{List, Seen},
    problem,
};
use crate::domain::{
    ids::PostId,
    roster::{Post, Rotation, Rotations},
};

pub(super) fn read(lists: &[List<'_>], context: &Context, faults: &mut Faults) -> Vec<Post> {
    let mut posts = Vec::new();
    let mut seen = Seen::new();
    for line in lists.iter().flat_map(List::lines) {
        let area = line.need(Column::Area, fields::area_code, faults);
        if let Some(area) = area {
            context.check_area(line, area, faults);
        }
        let duty = line.need(Column::Duty, |cell| context.duties.read(cell), faults);
        let title = line.may(Column::Title, fields::name, faults);
        let holders = line.may(Column::Holders, fields::person_ids, faults).unwrap_or_default();
        context.check_people(line, Column::Holders, &holders, faults);
        let deputies = line.may(Column::Deputies, fields::person_ids, faults).unwrap_or_default();
        context.check_people(line, Column::Deputies, &deputies, faults);
        let (Some(area), Some(duty)) = (area, duty) else { continue };
        let id = PostId { area, duty };
        if let Some(row) = seen.repeats(id.clone(), line.number()) {
            line.fault(Column::Duty, problem::repeated(&id, row), faults);
        }
        let written = || CompactString::from(line.cell(Column::Duty).text());
        let title = title.unwrap_or_else(written);
        posts.push(Post { id, title, holders, deputies, rotations: Rotations::default() });
    }
    posts
}

/// Puts each rotation on its post; returns those whose post is not among `posts`.
pub fn attach(posts: &mut [Post], rotations: Vec<(PostId, Rotation)>) -> Vec<PostId> {
    let mut homeless = Vec::new();
    for (id, rotation) in rotations {
        match posts.iter_mut().find(|post| post.id == id) {
            Some(post) => post.rotations.put(Some(rotation)),
            None => homeless.push(id),
        }
    }
    homeless
}

#[cfg(test)]
mod tests {
    use super::super::{
        Kind, Rows,
        testing::{codes, read_ok},
    };

    #[test]
    fn a_post_names_its_holders_and_deputies_in_order() {
        let text = "区划代码,岗位,岗位名称,责任人,代理人\n\
                    990101100201,村值班岗,东街村值班岗,v1、v2,v3\n\
                    990101,lead_officer,,,\n";
        let Rows::Posts(posts) = read_ok(Kind::Posts, text).rows else { panic!() };
        assert_eq!(posts[0].id.to_string(), "990101100201/village_duty");
        let holders: Vec<&str> = posts[0].holders.iter().map(|id| id.as_str()).collect();
        assert_eq!(holders, ["v1", "v2"]);
        assert_eq!(posts[1].title, "lead_officer");
        assert!(posts[1].holders.is_empty());
    }

    #[test]
    fn a_doubled_post_and_an_unknown_duty_are_faults() {
        let text = "area,duty,holders\n990101,带班领导,a b\n990101,lead_officer,\n990101,大厨,\n";
        let expected = ["2 holders not_an_id", "3 duty repeated", "4 duty unknown_duty"];
        assert_eq!(codes(Kind::Posts, text), expected);
    }
}
