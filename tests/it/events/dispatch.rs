//! What happens at incidents: units, tasks, reports, responses, supplies, people brought to safety.

use super::*;

/// Proposed by hand and turned down, proposed by a rule and taken up, raised, ticked and ended.
pub(super) fn responses(county: &mut County) {
    county.must(Command::Response(ResponseStep::AdoptPlans(response::story::plans())));
    let propose = Propose {
        plan: "fire".into(),
        level: grade(4),
        scope: [COUNTY.parse().unwrap()].into(),
        why: "风大物燥".into(),
        drill: true,
    };
    let propose = Command::Response(ResponseStep::Propose(propose));
    county.as_role(Role::Dispatcher, propose).unwrap();
    county.decides(ProposalId(1), None, "夜间有雨").unwrap();
    county.breached();
    let proposal = county.waiting()[0].id;
    county.decides(proposal, Some(taking("示汛指〔2026〕1号")), "").unwrap();
    let id = county.board.responses.open().next().unwrap().id;
    let drill = StartResponse { drill: true, ..starting(4, &[COUNTY], "示汛指〔2026〕2号") };
    county.starts(drill).unwrap();
    county.sets_level(id, 1).unwrap();
    county.ticks(id, true, 1, true).unwrap();
    let note = "工作组 12 人".into();
    let tick = Tick { response: id, condition: false, n: 2, ticked: true, note };
    county.as_role(Role::Dispatcher, Command::Response(ResponseStep::Tick(tick))).unwrap();
    county.ticks(id, true, 1, false).unwrap();
    county.ends(id, "转为常态处置").unwrap();
}

/// A breach, the boats sent to it, and what somebody else is told to do about it.
pub(super) fn incidents(county: &mut County) {
    let mut boat = unit("u-9", "990101001001");
    boat.contact = Some(CREW.parse().unwrap());
    county.must(Command::SaveUnits(vec![boat]));
    let readiness = Readiness {
        state: ReadinessState::Ready,
        note: "满员".into(),
        until: None,
        strength: Some(6),
    };
    let said = SayReady { unit: "u-9".parse().unwrap(), readiness };
    county.dispatch(Command::Assignment(AssignmentStep::SayReady(said))).unwrap();
    let id = county.breached();
    let mut particulars = Box::new(breach(county));
    particulars.casualties.trapped = Some(20);
    let edit = EditIncident { incident: id, revision: 1, particulars };
    county.dispatch(Command::Incident(IncidentStep::Edit(edit))).unwrap();
    let again = county.breached();
    county.dispatch(Command::Incident(IncidentStep::Link { incident: again, to: id })).unwrap();
    let note = IncidentStep::Note { incident: id, text: "水位仍在上涨".into() };
    county.dispatch(Command::Incident(note)).unwrap();
    let what = Closure::Road("road-1".into());
    let close = CloseRoad {
        what,
        area: COUNTY.parse().unwrap(),
        reason: "路面过水".into(),
        expected_until: Some(county.now + Duration::from_secs(7_200)),
    };
    county.dispatch(Command::Road(RoadStep::Close(close))).unwrap();
    county.dispatch(Command::Road(RoadStep::Open(ClosureId(1)))).unwrap();
    let (boat, _) = county.send("u-9", id).unwrap();
    county.crew(CREW, boat, Status::Accepted);
    county.sleep(1_000);
    county.crew(CREW, boat, Status::OnScene);
    let ids = county.task("转移群众", &[VILLAGE, NEIGHBOUR], 30);
    county.answer(HOLDER, VILLAGE);
    let outcome =
        task::Outcome {
            note: "已转移 12 人".into(), count: Some(12), ..task::Outcome::default()
        };
    let report = TaskReport { task: ids[0], outcome };
    county.dispatch(Command::Task(TaskStep::Progress(report.clone()))).unwrap();
    county.sleep(2_000);
    county.dispatch(Command::Task(TaskStep::Complete(report))).unwrap();
    let withdraw = TaskStep::Withdraw { task: ids[1], reason: "改由镇里负责".into() };
    county.dispatch(Command::Task(withdraw)).unwrap();
}

/// Three orders to leave, of which one is a drill, and the ways in which they end.
pub(super) fn evacuations(county: &mut County) {
    let due_at = county.now + Duration::from_secs(3_600);
    let leg = |people| {
        let area = "990101001001".parse().unwrap();
        let from = Origin { area, risk_point: None, place: "村小学".into() };
        Leg { from, people: Some(people), to: "s-1".parse().ok() }
    };
    let wanted = OrderEvacuation {
        whom: Whom::Legs(vec![leg(10)]),
        due_at,
        text: String::new(),
        on_word_of: String::new().into(),
        incident: None,
        over_capacity: None,
        drill: false,
    };
    let mut step = |step| {
        county.as_role(Role::Dispatcher, Command::Evacuation(step)).unwrap();
    };
    let counted = |said, reason: Option<&str>| {
        EvacuationStep::Count(ReportHeadcount {
            shelter: "s-1".parse().unwrap(),
            said,
            note: reason.unwrap_or_default().to_owned(),
            over_capacity: reason.map(Into::into),
        })
    };
    let said = |transfer, moved, note: &str| ReportTransfer {
        transfer: TransferId(transfer),
        numbers: Numbers { moved, ..Numbers::default() },
        note: note.to_owned(),
        done: false,
        over_capacity: None,
    };
    step(EvacuationStep::Order(wanted.clone()));
    let numbers = Numbers { moved: 4, refusing: 1, immobile: 2, out_of_contact: 3 };
    step(EvacuationStep::Report(ReportTransfer {
        numbers,
        over_capacity: Some("桥断了".into()),
        ..said(1, 0, "一户拒绝转移")
    }));
    step(EvacuationStep::Report(said(1, 10, "")));
    step(counted(Headcount::Counted(8), None));
    step(counted(Headcount::Arrived(900), Some("学校操场")));
    step(EvacuationStep::Order(OrderEvacuation {
        whom: Whom::Threatened { area: COUNTY.parse().unwrap(), hazard: Some(Hazard::Landslide) },
        text: "立即转移".to_owned(),
        on_word_of: "县长".into(),
        incident: Some(IncidentId(1)),
        over_capacity: Some("桥断了".into()),
        drill: true,
        ..wanted.clone()
    }));
    step(EvacuationStep::CallOff { transfer: TransferId(2), reason: "雨停".to_owned() });
    step(counted(Headcount::Counted(8), None));
    step(EvacuationStep::Order(OrderEvacuation { whom: Whom::Legs(vec![leg(5)]), ..wanted }));
    step(EvacuationStep::Report(said(3, 5, "")));
    for (evacuation, note) in [(1, ""), (3, "险情解除")] {
        step(EvacuationStep::PermitReturn(PermitReturn {
            evacuation: EvacuationId(evacuation),
            permitted_by: "县长".into(),
            note: note.to_owned(),
        }));
    }
    let home = |transfer, people, note: &str| EvacuationStep::Returned {
        transfer: TransferId(transfer),
        people,
        note: note.to_owned(),
    };
    step(home(1, None, ""));
    step(home(3, Some(4), "一人住院"));
}

/// A fire that grows, and something else in a drill.
pub(super) fn hot_spots(county: &mut County) {
    let village = Area {
        code: "990101001001".parse().unwrap(),
        name: "东街村".into(),
        centroid: Some([114.5, 35.6]),
        outline: Vec::new(),
    };
    county.must(Command::SaveAreas(vec![village]));
    let bare = Detection {
        satellite: "N20".into(),
        instrument: String::new().into(),
        at: county.now,
        point: [114.5, 35.6],
        confidence: Confidence::Nominal,
        brightness_k: None,
        frp_mw: None,
        pixel_km: None,
        night: false,
    };
    let full = Detection {
        instrument: "VIIRS".into(),
        point: [114.51, 35.625],
        brightness_k: Some(337.25),
        frp_mw: Some(5.5),
        pixel_km: Some([0.5, 0.625]),
        night: true,
        ..bare.clone()
    };
    let mut import = |detections, drill| {
        let import = HotSpotStep::Import(ImportHotSpots { detections, drill });
        county.as_role(Role::Gateway, Command::HotSpot(import)).unwrap();
    };
    import(vec![bare.clone()], false);
    import(vec![full.clone()], true);
    import(vec![Detection { satellite: "N21".into(), ..bare }], false);
    import(vec![Detection { satellite: "N21".into(), ..full }], true);
    for (number, finding, note) in [(1, Finding::TrueFire, ""), (2, Finding::False, "彩钢瓦反光")]
    {
        let (hot_spot, note) = (HotSpotId(number), note.to_owned());
        let settle = HotSpotStep::Settle(SettleHotSpot { hot_spot, finding, note });
        county.as_role(Role::Dispatcher, Command::HotSpot(settle)).unwrap();
    }
}

/// A collapse is reported by telephone and on paper, in a drill and in earnest, and every township is asked.
pub(super) fn reports(county: &mut County) {
    let rules = toml::from_str(jiaoying::config::DEADLINES).unwrap();
    county.must(Command::Report(ReportStep::Adopt(rules)));
    let (now, area) = (county.now, "990101001001".parse().unwrap());
    let known = Particulars {
        kind: "21B01".into(),
        level: Some(3),
        sensitive: false,
        received_at: now,
        occurred: Occurred { at: now, about: true },
        place: Place { area, address: "粮站".into(), point: None },
        source: Source { name: "张三".into(), phone: "13900000000".into(), ..Source::default() },
        casualties: Casualties { trapped: Some(2), ..Casualties::default() },
        accounts: Accounts::default(),
    };
    let desk = |county: &mut County, step| {
        county.as_role(Role::Dispatcher, step).unwrap();
    };
    let [drill, incident] = [true, false].map(|drill| {
        let particulars = Box::new(known.clone());
        let receive = Command::Incident(IncidentStep::Receive { particulars, drill });
        let reply = county.as_role(Role::Dispatcher, receive).unwrap();
        let Reply::Incident { id } = reply else { panic!("{reply:?}") };
        id
    });
    let (to, note) = (incident::Stage::Unfounded, "演练结束".into());
    desk(county, Command::Incident(IncidentStep::Advance { incident: drill, to, note }));
    desk(
        county,
        Command::Report(ReportStep::TellByPhone(TellByPhone {
            incident,
            series: Series::Incident,
            stage: deadline::Stage::First,
            to: Rank::City,
            whom: "市局王五".into(),
            at: now,
            words: "粮站坍塌，2人被困".into(),
        })),
    );
    for (incident, number) in [(drill, 1), (incident, 2)] {
        let wanted = DraftReport {
            incident,
            series: Series::Incident,
            stage: None,
            to: Vec::new(),
            kind: "坍塌".into(),
            title: None,
            text: None,
        };
        desk(county, Command::Report(ReportStep::Draft(wanted)));
        let report = ReportId(number);
        let sign = |revision| Command::Report(ReportStep::Sign { report, revision, ordinal: None });
        desk(county, Command::Report(ReportStep::Check { report, revision: 1 }));
        county.as_role(Role::Commander, sign(1)).unwrap();
        let back = ReportStep::Return { report, reason: "补伤亡".into() };
        county.as_role(Role::Commander, Command::Report(back)).unwrap();
        let (title, text) = ("粮站坍塌".into(), "2人被困。".into());
        let edit = EditReport { report, revision: 1, to: vec![Rank::City], title, text };
        desk(county, Command::Report(ReportStep::Edit(edit)));
        desk(county, Command::Report(ReportStep::Check { report, revision: 2 }));
        county.as_role(Role::Commander, sign(2)).unwrap();
    }
    let (report, reason) = (ReportId(1), "演练结束".into());
    desk(county, Command::Report(ReportStep::Drop { report, reason }));
    desk(county, Command::Report(ReportStep::Send(ReportId(2))));
    rounds(county);
}

fn rounds(county: &mut County) {
    let desk = |county: &mut County, step| {
        county.as_role(Role::Dispatcher, Command::Round(step)).unwrap();
    };
    let areas = vec![COUNTY.parse().unwrap()];
    let (rule, reason) = ("three_a_day".into(), "Ⅱ级响应".into());
    desk(county, RoundStep::Start(StartCadence { rule, areas, reason, drill: false }));
    let due = county.board.rounds.cadences().next().unwrap().next_due;
    county.sleep(due.since(county.now).as_secs());
    let answers = [
        Return::Nothing,
        Return::Numbers {
            casualties: Casualties { trapped: Some(2), ..Casualties::default() },
            moved: Some(130),
            text: "低洼处进水".into(),
        },
    ];
    for answer in answers {
        let (round, area) = (RoundId(1), "990101001000".parse().unwrap());
        desk(county, RoundStep::Return(GiveReturn { round, area, answer }));
    }
    let (cadence, reason) = (CadenceId(1), "响应终止".into());
    desk(county, RoundStep::End { cadence, reason });
}

/// Food goes to a place and to another depot, on paper and on somebody's word, and comes back or does not.
pub(super) fn supplies(county: &mut County) {
    let rules: SupplyRules = toml::from_str(jiaoying::config::SUPPLIES).unwrap();
    let brief = Seconds(5);
    let rules = SupplyRules { hold_s: brief, paper_s: brief, ..rules };
    county.must(Command::Supply(SupplyStep::AdoptRules(rules)));
    let depots = ["d-3", "d-4"].map(|id| site(id, COUNTY, Facts::Depot));
    county.must(Command::SaveSites(depots.into()));
    let line = StockLine {
        item: "food".into(),
        name: "方便食品".into(),
        unit: "箱".into(),
        quantity: 40,
        batch: "F2505".into(),
        produced: NaiveDate::from_ymd_opt(2025, 5, 20),
        expires: NaiveDate::from_ymd_opt(2028, 5, 19),
        position: "3-1".into(),
    };
    let count = Count { depot: "d-3".parse().unwrap(), lines: vec![line] };
    county.must(Command::Supply(SupplyStep::Count(vec![count])));
    let desk = actor("desk", Role::Dispatcher);
    for wanted in orders(county) {
        county.submit(&desk, Command::Supply(SupplyStep::Hold(Box::new(wanted)))).unwrap();
    }
    let mut step = |movement, how, quantity, said: bool| {
        let wanted = MoveSupplies {
            movement: MovementId(movement),
            how,
            parts: vec![supply::Part { item: "food".into(), quantity, batch: None }],
            party: said.then(|| party("罗守堤")),
            note: if said { "已点清".into() } else { "".into() },
            revision: None,
        };
        county.submit(&desk, Command::Supply(SupplyStep::Move(wanted))).unwrap();
    };
    let ways = [How::Issue, How::Dispatch, How::Receive];
    for how in ways.into_iter().chain([How::Return(None), How::WriteOff(None), How::Release]) {
        step(1, how, if ways.contains(&how) { 6 } else { 2 }, true);
    }
    ways.into_iter().for_each(|how| step(2, how, 1, false));
    county.pass(6);
    let (movement, paper) = (MovementId(2), "调〔2026〕7号".into());
    let given = GivePaper { movement, paper, revision: None };
    county.submit(&desk, Command::Supply(SupplyStep::GivePaper(given))).unwrap();
}

/// An order of which all is said and one of which little is.
fn orders(county: &County) -> [HoldSupplies; 2] {
    let wanted = |quantity, spec: &str| Wanted { item: "food".into(), quantity, spec: spec.into() };
    let full = HoldSupplies {
        depot: "d-3".parse().unwrap(),
        lines: vec![wanted(9, "压缩饼干")],
        incident: county.board.incidents.iter().next().map(|incident| incident.id),
        to: Destination::Place(supply::Place {
            name: "柳河堤".into(),
            at: Some([114.5, 35.6]),
            area: COUNTY.parse().ok(),
        }),
        receiver: party("罗守堤"),
        sender: Some(party("库管员")),
        ordered_by: "罗麦祥".into(),
        paper: Some("调〔2026〕6号".into()),
        hold_s: None,
        note: "速送".into(),
    };
    let bare = HoldSupplies {
        lines: vec![wanted(4, "")],
        incident: None,
        to: Destination::Depot("d-4".parse().unwrap()),
        receiver: Party { person: "马库".into(), ..Party::default() },
        sender: None,
        ordered_by: "".into(),
        paper: None,
        note: "".into(),
        ..full.clone()
    };
    [full, bare]
}

fn party(person: &str) -> Party {
    Party { unit: "城关街道办".into(), person: person.into(), phone: "19400000001".into() }
}
