//! What people do to a roster in a week, some of it by mistake.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Weekday;
use jiaoying::domain::{
    actor::{Actor, Role},
    command::{AddOverride, Command, ImportTables, PlanRotation, RosterStep},
    event::{DutyTableSet, RotationSet},
    ids::{ImportId, LeaveId, OverrideId, PersonId, PostId},
    leave::{LeaveStep, TakeLeave},
    roster::{DayPlan, DayType, Rotation, Shift, ShiftTime, Year},
    time::Timestamp,
};

use super::{
    clocks::{DAY, HOUR, MINUTE, date, moved},
    week::{Checked, PEOPLE, POSTS, Week, console, person, seat},
};

/// When shifts begin: also at midnight, and in the hour that a change of clocks skips or repeats.
const BEGIN: [i64; 10] = [0, 90, 120, 130, 150, 180, 480, 480, 1_080, 1_200];

impl Week {
    /// Does one thing, or lets time pass.
    pub fn edit(&mut self) -> Checked {
        let weights = [12, 4, 6, 4, 12, 4, 7, 3, 3, 6, 3, 3, 3, 16, 24, 5, 6, 14];
        let step = match self.dice.weighted(&weights) {
            0 => RosterStep::SetDutyTable(vec![self.table()]),
            1 => {
                let set = self.table();
                let known = self.board.roster.get(&set.post);
                let seen = known.map_or(0, |known| known.changed);
                let seen = if self.dice.chance(70) { seen } else { seen.saturating_sub(1) };
                RosterStep::FillTable { set, seen }
            }
            2 => self.file(),
            3 => {
                let known: Vec<ImportId> = self.oracle.imports.keys().copied().collect();
                let picked = if known.is_empty() { ImportId(7) } else { *self.dice.pick(&known) };
                RosterStep::TakeBackImport(picked)
            }
            4 => RosterStep::AddOverride(self.change()),
            5 => RosterStep::RemoveOverride(self.some_override()),
            6 => {
                let (post, rotation) = (self.post(), self.rotation(-1));
                let goes_on = self.dice.chance(60);
                RosterStep::PlanRotation(PlanRotation { post, rotation, goes_on })
            }
            7 => {
                let rotation = self.dice.chance(80).then(|| self.rotation(-9));
                RosterStep::SetRotations(vec![RotationSet { post: self.post(), rotation }])
            }
            8 => self.appoint(),
            9 => return self.take_leave(),
            10 => return self.end_leave(),
            11 => RosterStep::SetYear { number: 2026, year: self.year() },
            12 => {
                let (telephone, page) = (self.dice.chance(70), self.dice.chance(90));
                let id = *self.dice.pick(&PEOPLE);
                RosterStep::SavePeople(vec![person(id, telephone, page)])
            }
            13 => return self.wish(),
            14 => return self.answer(),
            15 => return self.decide(),
            16 => return self.sign(),
            _ => return self.let_time_pass(),
        };
        let back = matches!(step, RosterStep::TakeBackImport(_));
        let taken = self.submit(&self.clerk(), Command::Roster(step))?;
        self.counts.imports_back += u64::from(back && taken);
        Ok(())
    }

    /// Somebody who may edit a roster, or a leader who may not.
    fn clerk(&self) -> Actor {
        // Not thrown: what is thrown must not depend on who sends it.
        let leader = self.story.len().is_multiple_of(23);
        if leader { seat("leader", Role::Leader, None) } else { console() }
    }

    pub fn somebody(&mut self) -> PersonId {
        let known = self.dice.chance(98);
        if known { self.dice.pick(&PEOPLE).parse().unwrap() } else { "nobody".parse().unwrap() }
    }

    fn post(&mut self) -> PostId {
        let place = self.dice.weighted(&[50, 25, 15, 10]);
        let known = self.dice.chance(98);
        let id = if known { POSTS[place] } else { "990101000000/standby" };
        id.parse().unwrap()
    }

    fn crew(&mut self) -> Vec<PersonId> {
        match self.dice.weighted(&[70, 24, 3, 1]) {
            0 => vec![self.somebody()],
            1 => vec![self.somebody(), self.somebody()],
            2 => {
                let twice = self.somebody();
                vec![twice.clone(), twice]
            }
            _ => Vec::new(),
        }
    }

    /// Throws a minute of a day.
    fn minute(&mut self) -> i64 {
        let usual = self.dice.chance(75);
        if usual { *self.dice.pick(&BEGIN) } else { self.dice.signed(0, 1_439) }
    }

    /// Throws a day from so many days from today on.
    fn day(&mut self, first: i64) -> i64 {
        self.oracle.clocks.day(self.now) + self.dice.signed(first, 8)
    }

    fn instant(&mut self, first: i64) -> Timestamp {
        let (day, minute) = (self.day(first), self.minute());
        self.oracle.clocks.at(day, minute)
    }

    /// Throws lines for some days: by whole days, by half days, or as they come.
    fn table(&mut self) -> DutyTableSet {
        let (post, first) = (self.post(), self.day(-1));
        let days = self.dice.signed(1, 5);
        self.table_of(post, first, days)
    }

    fn table_of(&mut self, post: PostId, first: i64, days: i64) -> DutyTableSet {
        let clocks = self.oracle.clocks;
        let (from, to) = (clocks.at(first, 0), clocks.at(first + days, 0));
        let mut shifts = Vec::new();
        let shape = self.dice.weighted(&[35, 25, 35, 5]);
        for day in first..first + days {
            let turns: Vec<(i64, i64)> = match shape {
                0 => vec![(480, 1_440)],
                1 => vec![(480, 720), (1_200, 720)],
                2 => {
                    let count = self.dice.below(4);
                    (0..count).map(|_| (self.minute(), 15 * self.dice.signed(1, 120))).collect()
                }
                _ => Vec::new(),
            };
            for (begin, length) in turns {
                let (from, to) = (clocks.at(day, begin), clocks.at(day, begin + length));
                let people = self.crew();
                let people = if people.is_empty() && self.dice.chance(80) {
                    vec![PEOPLE[0].parse().unwrap()]
                } else {
                    people
                };
                // A shift of less than the hour that the clocks skip is nothing.
                if from < to {
                    shifts.push(Shift { from, to, people });
                }
            }
        }
        match self.dice.below(60) {
            0 => shifts.iter_mut().take(1).for_each(|shift| shift.to = shift.from),
            1 => shifts.iter_mut().take(1).for_each(|shift| shift.from = moved(from, -MINUTE)),
            2 => shifts.iter_mut().take(1).for_each(|shift| shift.to = moved(shift.from, 63 * DAY)),
            _ => {}
        }
        DutyTableSet { post, from, to, shifts, import: None }
    }

    /// Throws a file: each post's days once, and cut at some day as at the end of a month.
    fn file(&mut self) -> RosterStep {
        let mut sets = Vec::new();
        let mut posts = BTreeSet::new();
        for _ in 0..self.dice.within(1, 3) {
            let (post, first) = (self.post(), self.day(-1));
            if posts.insert(post.clone()) {
                sets.push(self.table_of(post.clone(), first, 2));
                if self.dice.chance(50) {
                    sets.push(self.table_of(post, first + 2, 2));
                }
            }
        }
        // Somebody else may have been at work since the file was looked at.
        let seen = self.board.seq;
        let seen = if self.dice.chance(85) { seen } else { seen.saturating_sub(40) };
        let file = "本周.xlsx".into();
        RosterStep::Import(ImportTables { file, posts: Vec::new(), sets, seen })
    }

    fn change(&mut self) -> AddOverride {
        let (post, from, people) = (self.post(), self.instant(-2), self.crew());
        let length = match self.dice.weighted(&[60, 25, 8, 2, 2]) {
            0 => 15 * MINUTE * self.dice.signed(1, 100),
            1 => DAY * self.dice.signed(1, 3),
            2 => DAY * self.dice.signed(9, 14),
            3 => DAY * 63,
            _ => -HOUR,
        };
        let far = self.dice.chance(2);
        let from = if far { moved(from, 740 * DAY) } else { from };
        let to = moved(from, length);
        AddOverride { post, from, to, people, reason: "代班".into() }
    }

    fn some_override(&mut self) -> OverrideId {
        let known: Vec<OverrideId> =
            self.board.roster.iter().flat_map(|known| known.overrides().map(|o| o.id)).collect();
        let wrong = known.is_empty() || self.dice.chance(8);
        if wrong { OverrideId(9_999) } else { *self.dice.pick(&known) }
    }

    /// Throws a rotation that begins at the earliest so many days from today.
    fn rotation(&mut self, earliest: i64) -> Rotation {
        use DayType::{Every, Holiday, MakeupWorkday, Special, Weekend, Workday};
        let kinds: &[DayType] = match self.dice.below(5) {
            0 => &[Every],
            1 => &[Workday, Weekend],
            2 => &[Workday, Weekend, Holiday, MakeupWorkday],
            3 => &[Workday, Special, Weekend],
            _ => &[Workday],
        };
        let mut days = BTreeMap::new();
        for kind in kinds {
            days.insert(*kind, self.plan());
        }
        let friday = days.contains_key(&Weekend) && self.dice.chance(25);
        let with_weekend = if friday { vec![Weekday::Fri] } else { Vec::new() };
        let today = self.oracle.clocks.day(self.now);
        let starts_on = date(today + self.dice.signed(earliest, 5));
        Rotation { starts_on, days, with_weekend }
    }

    fn plan(&mut self) -> DayPlan {
        let time = |from: i64, minutes: i64| ShiftTime {
            from_minute: u32::try_from(from).unwrap(),
            minutes: u32::try_from(minutes).unwrap(),
        };
        let shifts = match self.dice.below(6) {
            0 => vec![time(480, 1_440)],
            1 => vec![time(480, 720), time(1_200, 720)],
            2 => vec![time(0, 130), time(130, 20), time(150, 1_290)],
            3 => vec![time(540, 480)],
            4 => vec![time(self.minute(), self.dice.signed(1, 600))],
            _ => vec![time(1_439, 4_320)],
        };
        let crews: Vec<Vec<PersonId>> = (0..self.dice.within(1, 4)).map(|_| self.crew()).collect();
        let count = u16::try_from(crews.len()).unwrap();
        let first = if self.dice.chance(3) { count } else { self.dice.below(count.into()) as u16 };
        DayPlan { shifts, crews, first, together: self.dice.chance(35) }
    }

    /// Gives a post to others for good.
    fn appoint(&mut self) -> RosterStep {
        let id: PostId = self.dice.pick(&POSTS).parse().unwrap();
        let mut post = self.board.roster.get(&id).unwrap().post.clone();
        post.holders = if self.dice.chance(40) { Vec::new() } else { self.crew() };
        RosterStep::SavePosts(vec![post])
    }

    /// Throws the year's notice: some days off, some weekend days worked, some set apart.
    fn year(&mut self) -> Year {
        let mut year = Year::default();
        for _ in 0..self.dice.below(5) {
            let day = date(self.day(-8));
            match self.dice.below(3) {
                0 => year.off.insert(day),
                1 => year.worked.insert(day),
                _ => year.special.insert(day),
            };
        }
        year
    }

    fn take_leave(&mut self) -> Checked {
        let (person, from) = (self.somebody(), self.instant(-2));
        let to = moved(from, HOUR * self.dice.signed(-1, 90));
        let take = TakeLeave { person, from, to, reason: "年假".into() };
        let clerk = self.clerk();
        self.submit(&clerk, Command::Leave(LeaveStep::Take(take))).map(drop)
    }

    fn end_leave(&mut self) -> Checked {
        let known: Vec<LeaveId> = self.oracle.leaves.keys().copied().collect();
        let id = if known.is_empty() { LeaveId(9_999) } else { *self.dice.pick(&known) };
        let clerk = self.clerk();
        self.submit(&clerk, Command::Leave(LeaveStep::End(id))).map(drop)
    }
}
