//! A county in which every kind of event comes about: its people, its warnings, and what is made of them.

use super::{
    dispatch::{evacuations, hot_spots, incidents, reports, responses, supplies},
    *,
};

/// Tells a story in which everything happens that can.
pub(super) fn story() -> County {
    let mut county = County::small(4);
    roster(&mut county);
    resources(&mut county);
    let orange = county.orange();
    crossings(&mut county);
    county.answer_on_behalf(HOLDER, county.at(VILLAGE).id, "座机", "到岗").unwrap();
    let call = county.call_to("001002-village_duty", Channel::Voice);
    county.must(Command::RepeatAttempt(call));
    county.report(HOLDER, Channel::Voice, Outcome::HungUp { after_s: 8 });
    county.sleep(60);
    county.stand_in(NEIGHBOUR, CLERK, 0, 10_000);
    county.sleep(400);
    county.report_all(Outcome::Failed { reason: "no route".into(), lasting: true });
    county.sleep(2_000);
    county.called_out(about("n1", MessageKind::Update, alert("n2", Colour::Red, &[COUNTY])));
    let id = county.at(VILLAGE).id;
    county.answer_for(HOLDER, id, AnswerKind::Declined).unwrap();
    county.answer(HOLDER, VILLAGE);
    county.called_out(about("n2", MessageKind::Update, alert("n3", Colour::Red, &[COUNTY])));
    let relayed = Command::AcceptWarning {
        message: Box::new(alert("n3", Colour::Yellow, &[COUNTY])),
        original: Original { media_type: "test".into(), body: String::new(), base64: false },
    };
    county.submit(&actor("relay", Role::Gateway), relayed).unwrap();
    bulletins(&mut county);
    county.warn(about("n3", MessageKind::Cancel, alert("n4", Colour::Red, &[COUNTY])));
    assert!(!county.board.callouts.get(orange).unwrap().is_open());
    let desk = county.desk();
    for duty in ["lead_officer", "duty_officer", "flood_chief"] {
        county.answer(&format!("000000-{duty}"), &format!("990101000000/{duty}"));
    }
    county.decline("000000-flood_chief", "990101000000/flood_chief");
    let note = "会商结束".into();
    county.as_role(Role::Commander, Command::WithdrawCallout { callout: desk, note }).unwrap();
    let fact = AccessChanged {
        login: "zhang".into(),
        what: "created".into(),
        detail: "role dispatcher".into(),
    };
    county.must(Command::NoteAccess(fact));
    county.must(Command::AcceptLoss(LossAccepted { anchored_seq: 12, found_seq: 10 }));
    gauges(&mut county);
    incidents(&mut county);
    supplies(&mut county);
    responses(&mut county);
    evacuations(&mut county);
    hot_spots(&mut county);
    reports(&mut county);
    handovers(&mut county);
    flaws(&mut county);
    reminded(&mut county);
    reinforced(&mut county);
    lots(&mut county);
    county
}

fn bulletins(county: &mut County) {
    let warning = county.board.active_warnings().next().unwrap().id;
    let rules: Rules = toml::from_str(jiaoying::config::SUGGESTIONS).unwrap();
    county.as_role(Role::Admin, Command::AdoptRules(rules)).unwrap();
    let (taken, note) = (vec![Part::Response, Part::Teams], "会商决定".into());
    let decide = DecideSuggestion { warning, taken, note, response: None };
    county.as_role(Role::Commander, Command::DecideSuggestion(decide)).unwrap();
    let texts = BTreeMap::from([(Outlet::Sms, "【示例县气象台】发布暴雨红色预警。".to_owned())]);
    let draft = Command::Bulletin(BulletinStep::Draft(DraftBulletin { warning, texts }));
    county.as_role(Role::Dispatcher, draft.clone()).unwrap();
    let refuse = RefuseBulletin { bulletin: BulletinId(1), reason: "漏了柳河镇".into() };
    county.as_role(Role::Commander, Command::Bulletin(BulletinStep::Refuse(refuse))).unwrap();
    county.as_role(Role::Dispatcher, draft).unwrap();
    let approve = ApproveBulletin { bulletin: BulletinId(2), ordinal: Some(54) };
    county.as_role(Role::Commander, Command::Bulletin(BulletinStep::Approve(approve))).unwrap();
}

fn roster(county: &mut County) {
    let whole_day = ShiftTime { from_minute: 480, minutes: 1_440 };
    let crews = vec![vec!["000000-bureau_head".parse().unwrap()]];
    let plan = DayPlan::new(vec![whole_day], crews);
    let days = [(DayType::Workday, plan.clone()), (DayType::MakeupWorkday, plan)];
    let rotation = Rotation::new("2026-07-01".parse().unwrap(), days);
    let post = "990101000000/bureau_head".parse().unwrap();
    county.must(Command::Roster(RosterStep::SetRotations(vec![RotationSet {
        post,
        rotation: Some(rotation),
    }])));
    let (from, to) = (county.now, county.now + Duration::from_secs(86_400));
    let people = vec!["000000-flood_chief".parse().unwrap()];
    let post = "990101000000/flood_chief".parse().unwrap();
    let shifts = vec![Shift { from, to, people }];
    county.must(Command::Roster(RosterStep::SetDutyTable(vec![DutyTableSet {
        post,
        from,
        to,
        shifts,
        import: None,
    }])));
    let day = |day| NaiveDate::from_ymd_opt(2026, 10, day).unwrap();
    let year = Year { off: [day(1), day(2)].into(), worked: [day(10)].into(), ..Year::default() };
    county.must(Command::Roster(RosterStep::AdoptCalendar(Calendar {
        years: [(2026, year)].into(),
    })));
    let reply = county.stand_in("990101000000/lead_officer", CLERK, 900_000, 900_060);
    let Reply::Override { id } = reply else { panic!() };
    county.must(Command::Roster(RosterStep::RemoveOverride(id)));
    let leave = TakeLeave {
        person: CLERK.parse().unwrap(),
        from,
        to: from + Duration::from_secs(3 * 86_400),
        reason: "探亲".into(),
    };
    county.must(Command::Leave(LeaveStep::Take(leave)));
    county.must(Command::Leave(LeaveStep::End(LeaveId(1))));
    swaps(county);
}

/// Three who hold a post in turn: one cannot come, the second says no, the third takes it for a day in return.
fn swaps(county: &mut County) {
    let post: PostId = "990101000000/bureau_head".parse().unwrap();
    let from = county.now + Duration::from_secs(10 * 86_400);
    let turn = |n: u32| {
        let from = from + n * Duration::from_secs(86_400);
        Turn { post: post.clone(), from, to: from + Duration::from_secs(86_400) }
    };
    let people = [CLERK, "000000-flood_chief", "000000-lead_officer"];
    let shift = |(n, person): (u32, &&str)| {
        let Turn { from, to, .. } = turn(n);
        Shift { from, to, people: vec![person.parse().unwrap()] }
    };
    let shifts: Vec<Shift> = (0..).zip(&people).map(shift).collect();
    let to = turn(2).to;
    let set = DutyTableSet { post: post.clone(), from, to, shifts, import: None };
    county.must(Command::Roster(RosterStep::SetDutyTable(vec![set])));
    let mut ask = |who: usize, whom: usize, in_return: Option<u32>, answer| {
        let wanted = AskSwap {
            person: None,
            turn: turn(u32::try_from(who).unwrap()),
            ask: vec![people[whom].parse().unwrap()],
            in_return: in_return.map(turn),
            reason: "家中有事".into(),
        };
        county.submit(&in_person(people[who]), Command::Swap(SwapStep::Ask(wanted))).unwrap();
        let swap = county.board.swaps.iter().next_back().unwrap();
        let obligation = swap.asks[0].obligation;
        county.answer_as(people[whom], obligation, answer).unwrap();
    };
    ask(0, 1, None, AnswerKind::Declined);
    ask(0, 2, Some(2), AnswerKind::Acknowledged);
    ask(1, 2, None, AnswerKind::Acknowledged);
}

/// A spot check is drawn and held.
fn lots(county: &mut County) {
    let mut set = policies();
    set.policies.iter_mut().filter(|policy| policy.id == "desk").for_each(|policy| {
        policy.applies.kinds.insert(CalloutKind::SpotCheck);
    });
    let plan = CheckPlan {
        id: "nights".into(),
        title: "夜间抽查".into(),
        from: "00:00".parse().unwrap(),
        to: Some("00:00".parse().unwrap()),
        chance_percent: 100,
        posts: Some(1),
    };
    county.must(Command::AdoptPolicies(PolicySet { spot_checks: vec![plan], ..set }));
    let day = county.now.local(county.board.timezone()).date();
    let lot = DrawLot { plan: "nights".into(), day, whether: 0, when: 0, seed: 1 };
    county.submit(&Actor::node(COUNTY.parse().unwrap()), Command::DrawLot(lot)).unwrap();
    county.sleep(1);
}

/// A gap is found ahead, and filled.
fn flaws(county: &mut County) {
    let (post, from) = ("990101001000/grid_person".parse().unwrap(), county.now);
    let to = from + Duration::from_secs(3_600);
    let place = FlawPlace { post, flaw: FlawKind::Gap };
    let post = Post {
        id: place.post.clone(),
        title: "网格员".into(),
        holders: Vec::new(),
        deputies: Vec::new(),
        rotations: Rotations::default(),
    };
    county.must(Command::Roster(RosterStep::SavePosts(vec![post])));
    let found = [(place, First { from, to, person: None, times: 1 })].into();
    let node = Actor::node(COUNTY.parse().unwrap());
    county.submit(&node, Command::NoteFlaws(LookAhead { found })).unwrap();
    county.stand_in("990101001000/grid_person", CLERK, 0, 3_600);
    let found = BTreeMap::new();
    county.submit(&node, Command::NoteFlaws(LookAhead { found })).unwrap();
}

/// In the season more people are asked for: at one post they come, at another they do not.
fn reinforced(county: &mut County) {
    let mut set = policies();
    set.policies.iter_mut().filter(|policy| policy.id == "named").for_each(|policy| {
        policy.applies.kinds.insert(CalloutKind::Notice);
    });
    let all_year = Season { from: "01-01".parse().unwrap(), to: "12-31".parse().unwrap() };
    let more = |level, duty: &str| More { level, duty: duty.parse().unwrap(), add: 1 };
    let rule = Rule {
        id: "season".into(),
        title: "汛期增援".into(),
        response: None,
        season: Some(all_year),
        posts: vec![more(Level::County, "lead_officer"), more(Level::County, "duty_officer")],
        hours: 24,
    };
    county.must(Command::AdoptPolicies(PolicySet { reinforcements: vec![rule], ..set }));
    let need =
        |post: &str| Need { post: post.parse().unwrap(), rule: "season".into(), response: None };
    let people = vec![HOLDER.parse().unwrap()];
    let send = Send { need: need("990101000000/lead_officer"), people, hours: None };
    county.must(Command::Reinforce(ReinforceStep::Send(send)));
    let need = need("990101000000/duty_officer");
    let reason = "人手不足".into();
    county.must(Command::Reinforce(ReinforceStep::Decline { need, reason }));
}

/// Whoever has the next shift is told of it, and it is nobody's after all.
fn reminded(county: &mut County) {
    let mut set = policies();
    set.policies.iter_mut().filter(|policy| policy.id == "named").for_each(|policy| {
        policy.applies.kinds.insert(CalloutKind::DutyReminder);
    });
    county.must(Command::AdoptPolicies(set));
    county.stand_in("990101001000/grid_person", CLERK, 4_000, 8_000);
    let post: PostId = "990101001000/grid_person".parse().unwrap();
    let staffing = county.board.roster.get(&post).unwrap();
    let (id, from, to) = staffing.overrides().last().map(|one| (one.id, one.from, one.to)).unwrap();
    let turn = duty_reminder::Turn { from, post, person: CLERK.parse().unwrap() };
    let node = Actor::node(COUNTY.parse().unwrap());
    let coming = Coming([(turn, to)].into());
    county.submit(&node, Command::RemindOfDuties(coming)).unwrap();
    county.must(Command::Roster(RosterStep::RemoveOverride(id)));
    county.submit(&node, Command::RemindOfDuties(Coming::default())).unwrap();
}

/// The desk is handed over by signature from one shift to the next.
fn handovers(county: &mut County) {
    let signing = Signing {
        levels: [Level::County].into(),
        duties: ["duty_officer".parse().unwrap()].into(),
        both_s: Seconds(3_600),
    };
    let mut set = policies();
    set.policies.iter_mut().filter(|policy| policy.id == "named").for_each(|policy| {
        policy.applies.kinds.insert(CalloutKind::Handover);
    });
    county.must(Command::AdoptPolicies(PolicySet { handover: Some(signing), ..set }));
    county.stand_in("990101000000/duty_officer", CLERK, 0, 600);
    let sign = SignHandover {
        post: "990101000000/duty_officer".parse().unwrap(),
        side: Side::Incoming,
        person: None,
        note: "无".into(),
    };
    county.submit(&in_person(CLERK), Command::SignHandover(sign)).unwrap();
}

/// Registers a unit of which all is known and one of which little is, and scraps the first.
fn resources(county: &mut County) {
    let plain = unit("u-2", COUNTY);
    let full = Unit {
        base: Some([114.5, 35.6]),
        terminal: Some("866001".into()),
        strength: Some(3),
        contact: Some("000000-bureau_head".parse().unwrap()),
        capabilities: vec!["boat_rescue".into()],
        ..unit("u-1", COUNTY)
    };
    county.must(Command::SaveUnits(vec![full, plain]));
    county.must(Command::RemoveUnit("u-1".parse().unwrap()));
    sites(county);
}

/// Drives a unit into the warned county and out of a stretch that the warning draws.
fn crossings(county: &mut County) {
    let (warning, now) = (county.board.active_warnings().next().unwrap().id, county.now);
    let crossing = |area, entered, second| Crossing {
        unit: "u-2".parse().unwrap(),
        warning,
        area,
        entered,
        at: now + Duration::from_secs(second),
        lon: 114.5,
        lat: 35.6,
    };
    let crossed = vec![crossing(COUNTY.parse().ok(), true, 1), crossing(None, false, 2)];
    let node = Actor::node(COUNTY.parse().unwrap());
    county.submit(&node, Command::NoteCrossings(crossed)).unwrap();
}

/// The reservoir rises to two of its levels, in earnest and in a drill, and falls silent before anybody is named
/// who has to look into it, and after.
fn gauges(county: &mut County) {
    let node = Actor::node(COUNTY.parse().unwrap());
    let gauge: SiteId = "g-1".parse().unwrap();
    let trend = Some(Trend { m_h: 0.25, low_m_h: 0.125, high_m_h: 0.5 });
    for (second, metres, exercise) in [(1, 64.5, true), (2, 66.25, false), (3, 66.5, true)] {
        let at = county.now + Duration::from_secs(second);
        let trend = trend.filter(|_| !exercise);
        let shown = Shown::Level { metres, highest_m: Some(metres), trend };
        let seen = Seen { gauge: gauge.clone(), at, shown, exercise };
        county.submit(&node, Command::NoteGauge(seen)).unwrap();
    }
    let heard = |voice: Voice, county: &County, second| LastHeard {
        voice,
        at: county.now + Duration::from_secs(second),
    };
    let source = Voice::Source("省台".into());
    let silent = vec![heard(source.clone(), county, 0)];
    county.submit(&node, Command::NoteSilence(silent)).unwrap();
    holes(county, None, Filled::WarningOver);
    let mut set = policies();
    policy(&mut set, "desk").applies.kinds.insert(CalloutKind::Alarm);
    county.must(Command::AdoptPolicies(set));
    let silent = vec![heard(Voice::Gauge(gauge), county, 0)];
    county.submit(&node, Command::NoteSilence(silent)).unwrap();
    let again = vec![heard(source, county, 1)];
    county.submit(&node, Command::NoteHeard(again)).unwrap();
    holes(county, Some(Nearest { unit: "u-2".parse().unwrap(), eta_s: 2_520 }), Filled::Covered);
}

/// A township has no boat near, and then has or needs none.
fn holes(county: &mut County, nearest: Option<Nearest>, end: Filled) {
    let node = Actor::node(COUNTY.parse().unwrap());
    let area = "990101001000".parse().unwrap();
    let spot = Spot { area, ability: "boat_rescue".into(), drill: nearest.is_some() };
    let found = Found {
        zh: "水域救援".into(),
        en: "water rescue".into(),
        within_s: 1_800,
        nearest: nearest.clone(),
        lacking: Lacking { capable: 1, far: 1, ..Lacking::default() },
        since: county.now,
    };
    let bare = CoverageStep::Bare(vec![(spot.clone(), found)]);
    county.submit(&node, Command::NoteCoverage(bare)).unwrap();
    let filled = CoverageStep::Filled(vec![(spot, end, nearest)]);
    county.submit(&node, Command::NoteCoverage(filled)).unwrap();
}

/// Saves a site of each kind, the gauge and the point of risk with all that can be known of them.
fn sites(county: &mut County) {
    let thresholds = Thresholds {
        warning_m: Some(64.1),
        guarantee_m: Some(66.1),
        flood_limit_m: Some(65.0),
        ..Thresholds::default()
    };
    let gauge = Gauge {
        measures: Measure::Reservoir,
        water: Some("石岭水库".into()),
        datum: Some("1985国家高程基准".into()),
        thresholds,
        later: Vec::new(),
        guards: Vec::new(),
        station: None,
        reports_every_s: Some(300),
    };
    let plan = EvacuationPlan {
        shelter: "s-1".parse().unwrap(),
        people: Some(40),
        text: "沿村道步行".into(),
    };
    let point = RiskPoint {
        hazard: Hazard::Landslide,
        residents: 46,
        repaired: false,
        plan: Some(plan),
        watchers: vec![],
        movers: vec!["000000-bureau_head".parse().unwrap()],
    };
    let full = |id, facts| Site {
        contact: Some("000000-bureau_head".parse().unwrap()),
        ..site(id, COUNTY, facts)
    };
    county.must(Command::SaveSites(vec![
        site("b-1", COUNTY, Facts::Base),
        site("d-1", COUNTY, Facts::Depot),
        full("s-1", Facts::Shelter(Shelter { capacity: 800, night_capacity: Some(500) })),
        full("g-1", Facts::Gauge(Box::new(gauge))),
        full("r-1", Facts::RiskPoint(point)),
    ]));
    let line = StockLine {
        item: "2030101".into(),
        name: "冲锋舟".into(),
        unit: "艘".into(),
        quantity: 12,
        ..StockLine::default()
    };
    let count = |lines| Count { depot: "d-1".parse().unwrap(), lines };
    county.must(Command::Supply(SupplyStep::Count(vec![count(vec![line])])));
    county.must(Command::Supply(SupplyStep::Count(vec![count(Vec::new())])));
    county.must(Command::RemoveSite("d-1".parse().unwrap()));
}
