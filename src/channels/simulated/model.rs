//! The carrier without a clock: what becomes of one call follows from the seed, the behaviour and what
//! names the call, and from nothing else.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    behaviour::{Behaviour, Faults, Reporting, Sms, Spread, Voice},
    chance::Chance,
    course::{Pace, Plan, Report, Telephone, drawn, message_length, text},
    script::{ASKED_KEY, Script, SmsAct, VoiceAct},
};
use crate::{
    channels::Call,
    domain::{ids::PersonId, person::Channel},
};

/// What somebody presses who presses the wrong key.
const WRONG_KEY: char = '7';
/// How much later than the last receipt one comes that was overtaken.
const OVERTAKEN_BY: Duration = Duration::from_millis(500);
/// How much later than a receipt its copy comes.
const COPY_AFTER_MS: Spread = Spread::new(1, 500, 5_000);

/// A carrier and everybody it can reach. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Carrier {
    seed: u64,
    behaviour: Arc<Behaviour>,
    scripts: Arc<BTreeMap<PersonId, Script>>,
}

impl Carrier {
    /// Returns the carrier of `seed`, or everything that is wrong with `behaviour`.
    pub fn new(seed: u64, behaviour: Behaviour) -> Result<Self, Faults> {
        let faults = behaviour.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self { seed, behaviour: Arc::new(behaviour), scripts: Arc::default() })
    }

    /// Says what these people do, whatever the behaviour says of people. How receipts fare still follows
    /// the behaviour.
    #[must_use]
    pub fn with_scripts(self, scripts: impl IntoIterator<Item = Script>) -> Self {
        let scripts = scripts.into_iter().map(|script| (script.person.clone(), script)).collect();
        Self { scripts: Arc::new(scripts), ..self }
    }

    /// Tells what becomes of `call`.
    pub fn plan(&self, call: &Call) -> Plan {
        let course = match call.channel {
            Channel::Voice => self.telephone(call),
            Channel::Sms => self.text(call),
            // The app has no carrier; a gateway does not take such a call.
            Channel::App => Plan::default(),
        };
        self.told(call, course)
    }

    fn telephone(&self, call: &Call) -> Plan {
        let voice = &self.behaviour.voice;
        let message = message_length(voice, &call.text);
        let script = self.scripts.get(&call.person);
        let (act, pace) = match script.and_then(|script| script.voice_act(call.ordinal)) {
            Some(act) => (act.clone(), Pace::Median),
            None => {
                let mut chance = self.about("voice", call);
                let act = self.draw_voice_act(call, message, &mut chance);
                (act, Pace::Drawn(chance))
            }
        };
        let late_key = self.behaviour.reporting.late_key_ms;
        let demands_answer = call.demands_answer;
        Telephone { voice, pace, message, late_key, demands_answer }.follow(&act)
    }

    fn draw_voice_act(&self, call: &Call, message: Duration, chance: &mut Chance) -> VoiceAct {
        let Voice { shares, .. } = &self.behaviour.voice;
        if self.has_wrong_number(call, shares.invalid) {
            return VoiceAct::Invalid;
        }
        // From one second on, and never so late that the message was over.
        let last_s = message.as_secs().saturating_sub(1);
        let after_s = whole_seconds(Duration::from_secs(last_s.min(1 + chance.below(last_s))));
        let acts = [
            (shares.pressed, VoiceAct::Press { key: ASKED_KEY }),
            (shares.pressed_late, VoiceAct::PressLate { key: ASKED_KEY }),
            (shares.pressed_wrong_key, VoiceAct::Press { key: WRONG_KEY }),
            (shares.heard, VoiceAct::Hear),
            (shares.hung_up, VoiceAct::HangUp { after_s }),
            (shares.no_answer, VoiceAct::NoAnswer),
            (shares.busy, VoiceAct::Busy),
            (shares.rejected, VoiceAct::Reject),
            (shares.voicemail, VoiceAct::Voicemail),
            (shares.unreachable, VoiceAct::Unreachable),
            (shares.congested, VoiceAct::Congested),
        ];
        pick(acts, self.roll(call, chance)).unwrap_or(VoiceAct::NoAnswer)
    }

    fn text(&self, call: &Call) -> Plan {
        let sms = &self.behaviour.sms;
        let script = self.scripts.get(&call.person);
        let (act, pace) = match script.and_then(|script| script.sms_act(call.ordinal)) {
            Some(act) => (act.clone(), Pace::Median),
            None => {
                let mut chance = self.about("sms", call);
                let act = self.draw_sms_act(call, &mut chance);
                (act, Pace::Drawn(chance))
            }
        };
        text(sms, pace, call.demands_answer, &act)
    }

    fn draw_sms_act(&self, call: &Call, chance: &mut Chance) -> SmsAct {
        let Sms { shares, replies, reply_ms, .. } = &self.behaviour.sms;
        if self.has_wrong_number(call, shares.invalid) {
            return SmsAct::Invalid;
        }
        let chosen = usize::try_from(chance.below(replies.len() as u64)).unwrap_or(0);
        let reply = replies.get(chosen).map(String::as_str).unwrap_or_default();
        let after_s = whole_seconds(drawn(*reply_ms, chance));
        let acts = [
            (shares.replied, SmsAct::Reply { text: reply.into(), after_s }),
            (shares.delivered, SmsAct::Deliver),
            (shares.vanished, SmsAct::Vanish),
            (shares.congested, SmsAct::Congested),
        ];
        pick(acts, self.roll(call, chance)).unwrap_or(SmsAct::Vanish)
    }

    /// Returns where in the shares this try falls: where the person's tries always fall, by habit, or
    /// anywhere. Either way it is uniform over people, so habit changes no share.
    fn roll(&self, call: &Call, chance: &mut Chance) -> f64 {
        if chance.comes_true(self.behaviour.habit) {
            let person = call.person.as_str();
            Chance::about(self.seed, &["person", call.channel.as_str(), person]).unit()
        } else {
            chance.unit()
        }
    }

    fn has_wrong_number(&self, call: &Call, share: f64) -> bool {
        let parts = ["address", call.person.as_str(), call.address.as_str()];
        Chance::about(self.seed, &parts).comes_true(share)
    }

    /// Lets the receipts of `plan` lag, double, overtake each other or get lost.
    fn told(&self, call: &Call, mut plan: Plan) -> Plan {
        let Reporting { lag_ms, duplicated, out_of_order, lost, .. } = self.behaviour.reporting;
        let mut chance = self.about("receipts", call);
        if chance.comes_true(lost) {
            plan.reports.clear();
            return plan;
        }
        let first_comes_last = chance.comes_true(out_of_order);
        let mut last = Duration::ZERO;
        for report in &mut plan.reports {
            report.told = last.max(report.told + drawn(lag_ms, &mut chance));
            last = report.told;
        }
        if first_comes_last && let Some(first) = plan.reports.first_mut() {
            first.told = last + OVERTAKEN_BY;
        }
        for i in 0..plan.reports.len() {
            if chance.comes_true(duplicated) {
                let again = plan.reports[i].clone();
                let told = again.told + drawn(COPY_AFTER_MS, &mut chance);
                plan.reports.push(Report { told, ..again });
            }
        }
        plan.reports.sort_by_key(|report| report.told);
        plan
    }

    /// Returns the draws about one aspect of `call`, so that none moves with how many another takes.
    fn about(&self, aspect: &str, call: &Call) -> Chance {
        Chance::about(self.seed, &[aspect, &call.key])
    }
}

fn whole_seconds(length: Duration) -> u32 {
    u32::try_from(length.as_secs()).unwrap_or(u32::MAX)
}

/// Returns the choice that `roll`, from 0 to 1, falls on, its share being part of the sum of all.
fn pick<T, const N: usize>(choices: [(f64, T); N], roll: f64) -> Option<T> {
    let total: f64 = choices.iter().map(|(share, _)| share).sum();
    let mut left = roll * total;
    let mut picked = None;
    for (share, choice) in choices {
        if share > 0.0 {
            picked = Some(choice);
            left -= share;
            if left < 0.0 {
                break;
            }
        }
    }
    picked
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        channels::{
            sample,
            simulated::{SmsShares, VoiceShares},
        },
        domain::callout::attempt::Outcome,
    };

    /// How far a share may be off in 100,000 draws: four standard deviations of the most uncertain one.
    const TOLERANCE: f64 = 0.0065;
    const DRAWS: u64 = 100_000;

    #[test]
    fn shares_come_out_as_given_over_many_seeds() {
        let call = sample::call(1, Channel::Voice);
        check_shares((0..DRAWS).map(|seed| village(seed, 0.3).plan(&call)));
    }

    #[test]
    fn shares_come_out_as_given_over_many_people_whatever_their_habit() {
        for habit in [0.0, 0.3, 1.0] {
            let carrier = village(7, habit);
            let plan = |n| carrier.plan(&sample::call(n, Channel::Voice));
            check_shares((0..DRAWS).map(plan));
        }
    }

    #[test]
    fn texts_fare_as_their_shares_say() {
        let carrier = village(7, 0.3);
        let shares = Behaviour::realistic().sms.shares;
        let mut seen = BTreeMap::new();
        for n in 0..DRAWS {
            let plan = carrier.plan(&sample::call(n, Channel::Sms));
            *seen.entry(last_outcome(&plan)).or_insert(0.0) += 1.0 / DRAWS as f64;
        }
        let expected = [
            ("replied", shares.replied),
            ("delivered", shares.delivered),
            ("sent", shares.vanished),
            ("invalid_number", shares.invalid),
            ("congested", shares.congested),
        ];
        assert_shares(&seen, &expected);
    }

    #[test]
    fn half_of_those_who_pick_up_do_so_before_the_median() {
        let carrier = village(11, 0.0);
        let Voice { answer_ms, .. } = Behaviour::realistic().voice;
        let mut rang_for: Vec<Duration> = (0..20_000)
            .filter_map(|n| {
                let plan = carrier.plan(&sample::call(n, Channel::Voice));
                let rings = plan.reports.iter().find(|r| r.outcome == Outcome::Delivered)?.happens;
                Some(plan.heard? - Duration::from_secs(20) - rings)
            })
            .collect();
        rang_for.sort();
        let ms = |length: Duration| u32::try_from(length.as_millis()).unwrap();
        assert!(ms(rang_for[0]) >= answer_ms.min);
        assert!(ms(rang_for[rang_for.len() - 1]) <= answer_ms.max);
        let median = ms(rang_for[rang_for.len() / 2]);
        assert!(median.abs_diff(answer_ms.median) < 200, "{median}");
    }

    #[test]
    fn tries_resemble_each_other_by_habit() {
        let alike = |habit| {
            let carrier = village(5, habit);
            let same = (0..10_000).filter(|n| {
                let end =
                    |ordinal| end_of(&carrier.plan(&sample::attempt(*n, Channel::Voice, ordinal)));
                end(0) == end(1)
            });
            same.count()
        };
        let (strangers, neighbours, clockwork) = (alike(0.0), alike(0.5), alike(1.0));
        assert!(strangers + 500 < neighbours, "{strangers} {neighbours}");
        assert_eq!(clockwork, 10_000);
    }

    #[test]
    fn a_wrong_number_is_wrong_at_every_try_and_another_number_need_not_be() {
        let mut behaviour = Behaviour::realistic();
        behaviour.voice.shares = VoiceShares { invalid: 0.5, pressed: 0.5, ..VoiceShares::NONE };
        behaviour.reporting = Reporting::faithful();
        let carrier = Carrier::new(3, behaviour).unwrap();
        let mut rescued = 0;
        for n in 0..200 {
            let ends: BTreeSet<_> = (0..5)
                .map(|ordinal| end_of(&carrier.plan(&sample::attempt(n, Channel::Voice, ordinal))))
                .collect();
            assert_eq!(ends.len(), 1, "person {n}: {ends:?}");
            let mut second_number = sample::call(n, Channel::Voice);
            second_number.address = format!("1390099{n:04}").into();
            rescued += usize::from(!ends.contains(&end_of(&carrier.plan(&second_number))));
        }
        assert!((60..140).contains(&rescued), "{rescued}");
    }

    #[test]
    fn a_script_is_followed_try_by_try() {
        let person: PersonId = "p-4".parse().unwrap();
        let acts = [VoiceAct::NoAnswer, VoiceAct::HangUp { after_s: 8 }, VoiceAct::Hear];
        let carrier =
            Carrier::new(1, Behaviour::perfect())
                .unwrap()
                .with_scripts([Script::of(person).voice(acts).sms([SmsAct::Vanish])]);
        let end = |n, channel, ordinal| {
            last_outcome(&carrier.plan(&sample::attempt(n, channel, ordinal)))
        };
        let tries: Vec<_> = (0..4).map(|ordinal| end(4, Channel::Voice, ordinal)).collect();
        assert_eq!(tries, ["no_answer", "hung_up", "heard_in_full", "heard_in_full"]);
        assert_eq!(end(4, Channel::Sms, 0), "sent");
        assert_eq!(end(5, Channel::Voice, 0), "key_pressed");
    }

    #[test]
    fn nobody_is_asked_for_a_key_or_a_reply_by_a_notice() {
        let carrier = Carrier::new(1, Behaviour::perfect()).unwrap();
        let end = |channel| {
            let notice = Call { demands_answer: false, ..sample::call(1, channel) };
            last_outcome(&carrier.plan(&notice))
        };
        assert_eq!(end(Channel::Voice), "heard_in_full");
        assert_eq!(end(Channel::Sms), "delivered");
    }

    #[test]
    fn receipts_double_overtake_and_get_lost_as_told() {
        let plan = |change: fn(&mut Reporting)| {
            let mut behaviour = Behaviour::perfect();
            change(&mut behaviour.reporting);
            let plan = Carrier::new(1, behaviour).unwrap().plan(&sample::call(1, Channel::Voice));
            plan.reports.iter().map(|report| name(&report.outcome)).collect::<Vec<_>>()
        };
        assert_eq!(plan(|_| {}), ["sent", "delivered", "key_pressed"]);
        assert_eq!(plan(|to| to.out_of_order = 1.0), ["delivered", "key_pressed", "sent"]);
        assert_eq!(plan(|to| to.lost = 1.0), Vec::<&str>::new());
        let mut doubled = plan(|to| to.duplicated = 1.0);
        doubled.sort_unstable();
        let twice = ["delivered", "delivered", "key_pressed", "key_pressed", "sent", "sent"];
        assert_eq!(doubled, twice);
    }

    #[test]
    fn a_behaviour_that_makes_no_sense_has_no_carrier() {
        let mut behaviour = Behaviour::perfect();
        behaviour.sms.shares = SmsShares::NONE;
        let faults = Carrier::new(1, behaviour).unwrap_err();
        assert_eq!(faults.to_string(), "sms.shares: together 0, not 1");
    }

    #[test]
    fn one_seed_gives_one_night_in_every_version() {
        let carrier = Carrier::new(20_210_721, Behaviour::realistic()).unwrap();
        let night = |channel| {
            let plans = (0..8).map(|n| carrier.plan(&sample::call(n, channel)));
            plans.map(|plan| brief(&plan)).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(night(Channel::Voice), @r"
        33270 | sent 0>1642, delivered 3270>3970, no_answer 33270>33367
        30328 | sent 0>750, delivered 1516>1646, heard_in_full 24328>30447, key_pressed 25742>34609
        30715 | sent 0>1487, delivered 1915>2580, key_pressed 29215>31579
        39851 | sent 0>1616, delivered 3944>4099, key_pressed 38351>41620
        31656 | sent 0>945, delivered 2155>2637, key_pressed 30156>31774
        50733 | sent 0>657, delivered 4551>4707, key_pressed 49233>50903
        50825 | sent 0>1322, delivered 2567>4045, key_pressed 49325>50922
        34490 | sent 0>91, delivered 4767>5350, key_pressed 32990>35530
        ");
        insta::assert_snapshot!(night(Channel::Sms), @r"
        0 | sent 495>2396, delivered 2297>2396, delivered 2297>2800
        0 | sent 2696>3711, delivered 3807>3933
        0 | sent 1579>1889
        0 | sent 2426>3197, delivered 4058>4999, replied 545058>545745
        0 | sent 373>466, delivered 25327>25433, replied 352327>352505
        0 | sent 115>330, delivered 2791>3992
        0 | sent 846>1108, delivered 3083>3158
        0 | sent 294>433, delivered 1200>1951, replied 26200>26314
        ");
    }

    proptest! {
        #[test]
        fn a_plan_holds_together(
            seed: u64,
            n in 0_u64..5_000,
            behaviour in behaviours(),
            voice: bool,
            demands_answer: bool,
        ) {
            let channel = if voice { Channel::Voice } else { Channel::Sms };
            let call = Call { demands_answer, ..sample::call(n, channel) };
            let reporting = behaviour.reporting;
            let message = message_length(&behaviour.voice, &call.text);
            let carrier = Carrier::new(seed, behaviour).unwrap();
            let plan = carrier.plan(&call);
            prop_assert_eq!(&carrier.plan(&call), &plan, "not the same twice");
            prop_assert!(plan.reports.is_sorted_by_key(|report| report.told));
            if reporting.out_of_order == 0.0 && reporting.duplicated == 0.0 {
                prop_assert!(plan.reports.is_sorted_by_key(|report| report.happens));
            }
            if reporting.lost == 0.0 {
                prop_assert!(plan.reports.iter().any(|report| report.outcome.ends(channel)));
            }
            for report in &plan.reports {
                prop_assert!(report.happens <= report.told, "told before it happened");
                if channel == Channel::Voice {
                    prop_assert!(report.happens <= plan.line_free_after, "happens off the line");
                    let told_on_the_line = report.told < plan.line_free_after;
                    prop_assert!(!(report.outcome.ends(channel) && told_on_the_line));
                }
                if let Outcome::HungUp { after_s } = report.outcome {
                    prop_assert!(Duration::from_secs(u64::from(after_s)) < message);
                }
                if let Outcome::KeyPressed { .. } = report.outcome {
                    prop_assert!(demands_answer);
                    prop_assert!(plan.heard.unwrap() <= report.happens);
                }
            }
        }

        #[test]
        fn ringing_off_at_any_moment_leaves_one_last_receipt(
            seed: u64,
            behaviour in behaviours(),
            after_ms in 0_u64..60_000,
        ) {
            let call = sample::call(1, Channel::Voice);
            let plan = Carrier::new(seed, behaviour).unwrap().plan(&call);
            let at = Duration::from_millis(after_ms);
            let told = plan.reports.iter().filter(|report| report.told <= at).count();
            let mut cut = plan.clone();
            cut.cut(at, told);
            if at >= plan.line_free_after {
                prop_assert_eq!(cut, plan);
            } else {
                prop_assert_eq!(cut.line_free_after, at);
                prop_assert_eq!(&cut.reports[..told], &plan.reports[..told]);
                prop_assert_eq!(cut.reports.len(), told + 1);
                let was_heard = plan.heard.is_some_and(|heard| heard <= at);
                let end = if was_heard { Outcome::HeardInFull } else { Outcome::RungOff };
                prop_assert_eq!(&cut.reports[told].outcome, &end);
            }
        }
    }

    fn village(seed: u64, habit: f64) -> Carrier {
        let reporting = Reporting::faithful();
        Carrier::new(seed, Behaviour { habit, reporting, ..Behaviour::realistic() }).unwrap()
    }

    #[track_caller]
    fn check_shares(plans: impl Iterator<Item = Plan>) {
        let mut seen = BTreeMap::new();
        for plan in plans {
            *seen.entry(end_of(&plan)).or_insert(0.0) += 1.0 / DRAWS as f64;
        }
        let shares = Behaviour::realistic().voice.shares;
        let expected = [
            ("pressed", shares.pressed),
            ("pressed_late", shares.pressed_late),
            ("pressed_wrong_key", shares.pressed_wrong_key),
            ("heard_in_full", shares.heard),
            ("hung_up", shares.hung_up),
            ("no_answer", shares.no_answer),
            ("busy", shares.busy),
            ("rejected", shares.rejected),
            ("voicemail", shares.voicemail),
            ("invalid_number", shares.invalid),
            ("unreachable", shares.unreachable),
            ("congested", shares.congested),
        ];
        assert_shares(&seen, &expected);
    }

    #[track_caller]
    fn assert_shares(seen: &BTreeMap<String, f64>, expected: &[(&str, f64)]) {
        assert_eq!(seen.len(), expected.len(), "{seen:?}");
        for (end, share) in expected {
            let off = (seen[*end] - share).abs();
            assert!(off < TOLERANCE, "{end}: {} instead of {share}", seen[*end]);
        }
    }

    /// Names how a call ended, telling the three ways of pressing a key apart.
    fn end_of(plan: &Plan) -> String {
        let late = plan.reports.iter().any(|report| report.outcome == Outcome::HeardInFull);
        let last = &plan.reports.last().unwrap().outcome;
        match (last == &Outcome::KeyPressed { key: WRONG_KEY }, name(last).as_str(), late) {
            (true, _, _) => "pressed_wrong_key".into(),
            (false, "key_pressed", true) => "pressed_late".into(),
            (false, "key_pressed", false) => "pressed".into(),
            (false, other, _) => other.into(),
        }
    }

    fn last_outcome(plan: &Plan) -> String {
        name(&plan.reports.last().unwrap().outcome)
    }

    fn name(outcome: &Outcome) -> String {
        match serde_json::to_value(outcome).unwrap() {
            failed if failed["result"] == "failed" => failed["reason"].as_str().unwrap().into(),
            other => other["result"].as_str().unwrap().into(),
        }
    }

    fn brief(plan: &Plan) -> String {
        let reports = plan.reports.iter().map(|report| {
            format!(
                "{} {}>{}",
                name(&report.outcome),
                report.happens.as_millis(),
                report.told.as_millis()
            )
        });
        let reports = reports.collect::<Vec<_>>().join(", ");
        format!("{} | {reports}", plan.line_free_after.as_millis())
    }

    prop_compose! {
        fn behaviours()(
            voice in shares::<12>(),
            sms in shares::<5>(),
            habit in 0.0..=1.0,
            message_ms in prop_oneof![Just(0_u32), 1..40_000_u32],
            lag in spreads(),
            (duplicated, out_of_order, lost) in (chances(), chances(), chances()),
            (setup_ms, key_ms) in (spreads(), spreads()),
        ) -> Behaviour {
            let mut behaviour = Behaviour::realistic();
            behaviour.habit = habit;
            behaviour.voice.shares = voice_shares(voice);
            behaviour.voice.message_ms = message_ms;
            behaviour.voice.setup_ms = setup_ms;
            behaviour.voice.key_ms = key_ms;
            behaviour.voice.key_window_ms = key_ms.max;
            behaviour.sms.shares = sms_shares(sms);
            let late_key_ms = behaviour.reporting.late_key_ms;
            behaviour.reporting =
                Reporting { lag_ms: lag, late_key_ms, duplicated, out_of_order, lost };
            behaviour
        }
    }

    /// Returns shares of which some are zero, and that together are 1.
    fn shares<const N: usize>() -> impl Strategy<Value = [f64; N]> {
        proptest::collection::vec(prop_oneof![Just(0_u32), 1_u32..100], N).prop_map(|weights| {
            let mut weights: [u32; N] = weights.try_into().unwrap();
            weights[0] = weights[0].max(1);
            let total = f64::from(weights.iter().sum::<u32>());
            weights.map(|weight| f64::from(weight) / total)
        })
    }

    fn voice_shares(shares: [f64; 12]) -> VoiceShares {
        let [pressed, pressed_late, pressed_wrong_key, heard, hung_up, no_answer, ..] = shares;
        let [.., busy, rejected, voicemail, invalid, unreachable, congested] = shares;
        VoiceShares {
            pressed,
            pressed_late,
            pressed_wrong_key,
            heard,
            hung_up,
            no_answer,
            busy,
            rejected,
            voicemail,
            invalid,
            unreachable,
            congested,
        }
    }

    fn sms_shares([replied, delivered, vanished, invalid, congested]: [f64; 5]) -> SmsShares {
        SmsShares { replied, delivered, vanished, invalid, congested }
    }

    fn spreads() -> impl Strategy<Value = Spread> {
        let length = || prop_oneof![Just(0), 0_u32..5_000];
        (length(), length(), length())
            .prop_map(|(min, more, most)| Spread::new(min, min + more, min + more + most))
    }

    fn chances() -> impl Strategy<Value = f64> {
        prop_oneof![4 => Just(0.0), 1 => Just(1.0), 1 => 0.0..1.0]
    }
}
