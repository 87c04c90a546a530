//! What the rows of a file refer to beyond it: areas, people and posts that were imported before.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;

use super::{
    Context,
    fault::Faults,
    fields,
    headers::Column,
    list::Line,
    problem::{self, Problem},
};
use crate::domain::{
    area::Area,
    ids::{AreaCode, PersonId, PostId, SiteId, UnitId},
    site::{Site, SiteKind},
    supply::catalogue::Catalogue,
};

/// What was imported before, besides the areas.
#[derive(Debug, Clone)]
pub struct Known {
    /// Whose lists these are: rows lie in it.
    pub jurisdiction: AreaCode,
    pub people: BTreeSet<PersonId>,
    pub posts: BTreeSet<PostId>,
    pub sites: BTreeMap<SiteId, SiteKind>,
    /// Sites by kind and name; of namesakes none is meant.
    pub names: BTreeMap<(SiteKind, CompactString), SiteId>,
    /// Whose terminal is whose.
    pub terminals: BTreeMap<CompactString, UnitId>,
    /// The jurisdiction with its outline, where that was imported: points are expected in it.
    pub county: Option<Area>,
    /// What kinds of supplies there are; of none, any code is taken as written.
    pub catalogue: Catalogue,
}

impl Known {
    /// Returns what is known where nothing has been imported yet.
    pub fn nothing_of(jurisdiction: AreaCode) -> Self {
        Self {
            jurisdiction,
            people: BTreeSet::new(),
            posts: BTreeSet::new(),
            sites: BTreeMap::new(),
            names: BTreeMap::new(),
            terminals: BTreeMap::new(),
            county: None,
            catalogue: Catalogue::default(),
        }
    }
}

/// Returns sites by kind and name, those left out of which there are several.
pub fn site_names<'s>(
    sites: impl Iterator<Item = &'s Site>,
) -> BTreeMap<(SiteKind, CompactString), SiteId> {
    let mut names: BTreeMap<_, Option<SiteId>> = BTreeMap::new();
    for site in sites {
        let named = names.entry((site.kind(), site.name.clone()));
        named.and_modify(|known| *known = None).or_insert_with(|| Some(site.id.clone()));
    }
    names.into_iter().filter_map(|(name, id)| Some((name, id?))).collect()
}

impl Context {
    /// Returns the site of a kind that a list names by its id or its name; `None` once its fault is noted.
    pub(super) fn site(
        &self,
        line: Line<'_>,
        column: Column,
        kind: SiteKind,
        unknown: impl Fn(&SiteId) -> Problem,
        faults: &mut Faults,
    ) -> Option<SiteId> {
        let written = line.may(column, fields::id::<SiteId>, faults)?;
        let Some(known) = &self.known else { return Some(written) };
        if known.sites.get(&written) == Some(&kind) {
            return Some(written);
        }
        let named = known.names.get(&(kind, written.as_str().into()));
        if named.is_none() {
            line.fault(column, unknown(&written), faults);
        }
        named.cloned()
    }

    /// Notes an area that was not imported or is another county's; tells whether all is well.
    pub(super) fn check_area(&self, line: Line<'_>, area: AreaCode, faults: &mut Faults) -> bool {
        let problem = self.area_problem(area);
        let fine = problem.is_none();
        if let Some(problem) = problem {
            line.fault(Column::Area, problem, faults);
        }
        fine
    }

    fn area_problem(&self, area: AreaCode) -> Option<Problem> {
        let known = self.known.as_ref()?;
        if !self.known_areas.contains_key(&area) {
            return Some(problem::unknown_area(area));
        }
        let jurisdiction = known.jurisdiction;
        (!jurisdiction.contains(area)).then(|| problem::outside_area(area, jurisdiction))
    }

    /// Notes the people of a cell who were not imported, all in one fault: it is one cell to correct.
    pub(super) fn check_people(
        &self,
        line: Line<'_>,
        column: Column,
        people: &[PersonId],
        faults: &mut Faults,
    ) {
        let Some(known) = &self.known else { return };
        let unknown = people.iter().filter(|person| !known.people.contains(*person));
        let unknown: Vec<&str> = unknown.map(PersonId::as_str).collect();
        if !unknown.is_empty() {
            line.fault(column, problem::unknown_people(unknown.join("、")), faults);
        }
    }

    /// Notes a post that was not imported, unless its area already says why.
    pub(super) fn check_post(&self, line: Line<'_>, post: &PostId, faults: &mut Faults) {
        let unknown = self.known.as_ref().is_some_and(|known| !known.posts.contains(post));
        if self.check_area(line, post.area, faults) && unknown {
            line.fault(Column::Duty, problem::unknown_post(post), faults);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sheets::{Kind, testing::codes_in};

    #[test]
    fn people_of_unknown_areas_are_told_with_the_other_faults() {
        let text = "id,name,area\na-1,甲,990101\na-2,乙,990101999\na-3,,990101\na-4,丁,990102\n\
                    a-5,戊,990101998\n";
        let expected =
            ["3 area unknown_area", "4 name missing", "5 area outside_area", "6 area unknown_area"];
        assert_eq!(told(Kind::People, text), expected);
    }

    #[test]
    fn posts_of_unknown_areas_and_people_are_told() {
        let text = "area,duty,holders,deputies\n990101,lead_officer,x-01,\n\
                    990101999,lead_officer,x-01;x-98,x-99\n990101,大厨,x-97,\n";
        let expected = [
            "3 area unknown_area",
            "3 holders unknown_people",
            "3 deputies unknown_people",
            "4 duty unknown_duty",
            "4 holders unknown_people",
        ];
        assert_eq!(told(Kind::Posts, text), expected);
    }

    #[test]
    fn rotations_of_unknown_posts_areas_and_people_are_told() {
        let text = "area,duty,starts_on,day_type,crew,people\n\
                    990101,lead_officer,2026-01-01,workday,1,x-98\n\
                    990101,lead_officer,2026-01-01,workday,2,x-01\n\
                    990101,standby,2026-01-01,friday,1,x-01\n\
                    990101999,lead_officer,2026-01-01,workday,1,x-99\n";
        let expected = [
            "2 people unknown_people",
            "4 day_type not_a_day_type",
            "4 duty unknown_post",
            "5 area unknown_area",
            "5 people unknown_people",
        ];
        assert_eq!(told(Kind::Rotations, text), expected);
    }

    #[test]
    fn an_area_belongs_to_one_that_is_known_or_in_the_file() {
        let text = "code,name\n990101100,青石镇\n990101100201,东街村\n990101101201,西街村\n\
                    990101102201,南街村\n990103,邻县\n";
        assert_eq!(told(Kind::Areas, text), ["4 code no_parent", "5 code no_parent"]);
        let alone = "code,name\n990101101201,西街村\n";
        assert_eq!(told(Kind::Areas, alone), ["2 code no_parent"]);
    }

    fn told(kind: Kind, text: &str) -> Vec<String> {
        let area = |code: &str| code.parse::<AreaCode>().unwrap();
        let known = Known {
            people: BTreeSet::from(["x-01".parse().unwrap()]),
            posts: BTreeSet::from(["990101000000/lead_officer".parse().unwrap()]),
            ..Known::nothing_of(area("990101"))
        };
        let known_areas = ["990101", "990102"].map(|code| (area(code), code.into())).into();
        let context = Context { known_areas, known: Some(known), ..Context::default() };
        codes_in(kind, text.as_bytes(), &context)
    }
}
