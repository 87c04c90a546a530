//! The simulated carrier behind the trait of a real one: hands calls to the exchange, and tells its
//! receipts when they are due, all from one task.

use std::{
    fmt, io,
    num::NonZeroU32,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::{Notify, mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    call_log::{CallLog, read_call_log},
    exchange::{Exchange, Next},
    model::Carrier,
};
use crate::{
    channels::{Call, Capacity, Gateway, PlaceError, Receipt},
    domain::{ids::AttemptId, person::Channel, time::Timestamp},
};

/// Calls remembered by default: every person of a large county, several times.
const REMEMBERED: usize = 65_536;
/// Speeds that a drill may ask for: a night in a minute is 600.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.01..=10_000.0;
/// Longest sleep before the clock is read again, so that a step of the wall clock delays no receipt
/// for longer.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// Reads the clock; it must run with tokio's time where that is paused.
pub type WallClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a simulated gateway carries, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Voice or SMS.
    pub channel: Channel,
    pub capacity: Capacity,
    /// How many times as fast as life calls go.
    pub speed: f64,
    /// Whether a key that is known does not ring again, as good gateways promise.
    pub honours_keys: bool,
    /// Calls that are remembered, for their keys and until their last receipt: more than there are lines,
    /// or a line may be free and a call refused.
    pub remembered: usize,
    /// Where to write what rang, if anywhere. A gateway that honours keys reads it at the start, and
    /// carries on with calls of the process before.
    pub call_log: Option<PathBuf>,
}

impl Settings {
    pub fn voice(lines: NonZeroU32) -> Self {
        Self::on(Channel::Voice, Capacity { at_once: Some(lines), per_second: None })
    }

    pub fn sms(per_second: NonZeroU32) -> Self {
        Self::on(Channel::Sms, Capacity { at_once: None, per_second: Some(per_second) })
    }

    fn on(channel: Channel, capacity: Capacity) -> Self {
        Self {
            channel,
            capacity,
            speed: 1.0,
            honours_keys: true,
            remembered: REMEMBERED,
            call_log: None,
        }
    }
}

/// Why a simulated gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("there is no carrier for {0}, only for sms and voice")]
    Channel(Channel),
    #[error("speed {0} is not from 0.01 to 10000")]
    Speed(f64),
    #[error("the call log cannot be opened")]
    CallLog(#[from] io::Error),
}

/// A gateway to a simulated [`Carrier`].
pub struct SimulatedGateway {
    name: &'static str,
    channel: Channel,
    capacity: Capacity,
    clock: WallClock,
    switchboard: Arc<Switchboard>,
    shutdown: CancellationToken,
}

/// Shared by those who place calls and the task that tells of them. It is a lock and not an inbox because
/// handing over must not wait for that task: it may itself be waiting for room for a receipt, which
/// only the one who places calls can make.
struct Switchboard {
    exchange: Mutex<Exchange>,
    changed: Notify,
}

impl SimulatedGateway {
    /// Starts a gateway whose one task runs on `tasks` until `shutdown`.
    pub fn start(
        settings: Settings,
        carrier: Carrier,
        clock: WallClock,
        tasks: &TaskTracker,
        shutdown: CancellationToken,
    ) -> Result<Self, StartError> {
        let name = match settings.channel {
            Channel::Voice => "simulated-voice",
            Channel::Sms => "simulated-sms",
            Channel::App => return Err(StartError::Channel(Channel::App)),
        };
        let Settings { channel, capacity, .. } = settings;
        let exchange = Mutex::new(open_exchange(settings, carrier)?);
        let switchboard = Arc::new(Switchboard { exchange, changed: Notify::new() });
        tasks.spawn(tell(Arc::clone(&switchboard), Arc::clone(&clock), shutdown.clone()));
        Ok(Self { name, channel, capacity, clock, switchboard, shutdown })
    }

    /// Makes calls placed from now on go `speed` times as fast as life.
    pub fn set_speed(&self, speed: f64) -> Result<(), StartError> {
        self.switchboard.exchange().set_speed(checked(speed)?);
        Ok(())
    }

    /// Returns how many lines are taken.
    pub fn lines_taken(&self) -> usize {
        self.switchboard.exchange().lines_taken((self.clock)())
    }
}

impl fmt::Debug for SimulatedGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatedGateway").field("name", &self.name).finish_non_exhaustive()
    }
}

#[async_trait]
impl Gateway for SimulatedGateway {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn name(&self) -> &str {
        self.name
    }

    fn is_simulated(&self) -> bool {
        true
    }

    fn capacity(&self) -> Capacity {
        self.capacity
    }

    async fn place(&self, call: Call, receipts: mpsc::Sender<Receipt>) -> Result<(), PlaceError> {
        if self.shutdown.is_cancelled() {
            return Err(PlaceError::Stopped);
        }
        if call.channel != self.channel {
            return Err(PlaceError::WrongChannel(call.channel));
        }
        self.switchboard.exchange().place((self.clock)(), &call, receipts)?;
        self.switchboard.changed.notify_one();
        Ok(())
    }

    async fn ring_off(&self, attempt: AttemptId) {
        self.switchboard.exchange().ring_off((self.clock)(), attempt);
        self.switchboard.changed.notify_one();
    }
}

impl Switchboard {
    fn exchange(&self) -> MutexGuard<'_, Exchange> {
        self.exchange.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open_exchange(settings: Settings, carrier: Carrier) -> Result<Exchange, StartError> {
    let Settings { channel, capacity, speed, honours_keys, remembered, call_log } = settings;
    let mut exchange = Exchange::new(carrier, capacity, remembered, checked(speed)?);
    let log = call_log.as_deref().map(CallLog::open).transpose()?;
    if honours_keys {
        let mut earlier = call_log.as_deref().map(read_call_log).transpose()?.unwrap_or_default();
        earlier.retain(|rang| rang.channel == channel);
        let forgotten = earlier.len().saturating_sub(remembered);
        exchange.honour_keys(earlier.drain(forgotten..).map(|rang| (rang.key, rang.at)));
    }
    if let Some(log) = log {
        exchange.write_to(log);
    }
    Ok(exchange)
}

fn checked(speed: f64) -> Result<f64, StartError> {
    // NaN is in no range.
    SPEEDS.contains(&speed).then_some(speed).ok_or(StartError::Speed(speed))
}

/// Tells receipts as they fall due.
async fn tell(switchboard: Arc<Switchboard>, clock: WallClock, shutdown: CancellationToken) {
    loop {
        let now = clock();
        let next = switchboard.exchange().tell_due(now);
        tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            () = switchboard.changed.notified() => {}
            () = until(next, now) => {}
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "sleeps for the next deadline of the exchange")]
async fn until(next: Next, now: Timestamp) {
    match next {
        Next::At(due) => tokio::time::sleep(due.since(now).min(SLEEP_MAX)).await,
        Next::WhenRoom(receipts) => {
            // An error means that nobody listens any more, which the next round sees for itself.
            let _ = receipts.reserve().await;
        }
        Next::Never => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, advance, timeout};

    use super::{
        super::{Behaviour, Rang, Reporting, Script, SmsAct, VoiceAct},
        *,
    };
    use crate::{channels::sample, domain::callout::attempt::Outcome};

    const KEY: Outcome = Outcome::KeyPressed { key: '1' };

    #[tokio::test(start_paused = true)]
    async fn receipts_come_when_they_are_due_and_say_when_it_happened() {
        let mut carrier = Fixture::voice(1).start();
        carrier.place(1).await.unwrap();
        assert_eq!(carrier.next().await, (0, Outcome::Sent, 0));
        assert_eq!(carrier.next().await, (2_000, Outcome::Delivered, 2_000));
        assert_eq!(carrier.next().await, (28_500, KEY, 27_000));
        carrier.expect_silence().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_beyond_the_lines_is_refused_until_an_end_is_told() {
        let mut carrier = Fixture::voice(2).start();
        carrier.place(1).await.unwrap();
        carrier.place(2).await.unwrap();
        assert_eq!(carrier.place(3).await, Err(PlaceError::NoLine));
        loop {
            let (_, outcome, _) = carrier.next().await;
            if outcome.ends(Channel::Voice) {
                break;
            }
            assert_eq!(carrier.place(3).await, Err(PlaceError::NoLine));
        }
        carrier.place(3).await.unwrap();
        assert_eq!(carrier.gateway.lines_taken(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn ringing_off_frees_the_line_at_once_and_nothing_more_comes() {
        let mut carrier = Fixture::voice(1).start();
        carrier.place(1).await.unwrap();
        carrier.next().await;
        carrier.next().await;
        advance(Duration::from_secs(8)).await;
        carrier.gateway.ring_off(attempt(1)).await;
        assert_eq!(carrier.gateway.lines_taken(), 0);
        assert_eq!(carrier.next().await, (10_000, Outcome::RungOff, 10_000));
        carrier.expect_silence().await;
    }

    #[tokio::test(start_paused = true)]
    async fn ringing_off_before_anything_was_told_tells_only_that() {
        let mut carrier = Fixture::voice(1).start();
        carrier.place(1).await.unwrap();
        carrier.gateway.ring_off(attempt(1)).await;
        carrier.place(2).await.expect("the line is free at once");
        carrier.gateway.ring_off(attempt(2)).await;
        assert_eq!(carrier.next().await, (0, Outcome::RungOff, 0));
        assert_eq!(carrier.next().await, (0, Outcome::RungOff, 0));
        carrier.expect_silence().await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_heard_it_all_is_not_said_to_have_been_rung_off() {
        let mut carrier = Fixture::voice(1).start();
        carrier.place(1).await.unwrap();
        carrier.next().await;
        carrier.next().await;
        advance(Duration::from_secs(24)).await;
        carrier.gateway.ring_off(attempt(1)).await;
        assert_eq!(carrier.next().await, (26_000, Outcome::HeardInFull, 25_000));
        carrier.expect_silence().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_key_press_still_comes_when_the_call_is_over() {
        let acts = [VoiceAct::PressLate { key: '1' }];
        let mut carrier = Fixture::voice(1).script(Script::of(person(1)).voice(acts)).start();
        carrier.place(1).await.unwrap();
        carrier.next().await;
        carrier.next().await;
        assert_eq!(carrier.next().await, (31_000, Outcome::HeardInFull, 25_000));
        carrier.gateway.ring_off(attempt(1)).await;
        assert_eq!(carrier.next().await, (36_000, KEY, 27_000));
        carrier.expect_silence().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_text_that_has_left_cannot_be_called_back() {
        let acts = [SmsAct::Reply { text: "收到".into(), after_s: 40 }];
        let mut carrier = Fixture::sms(10).script(Script::of(person(1)).sms(acts)).start();
        carrier.place(1).await.unwrap();
        carrier.gateway.ring_off(attempt(1)).await;
        assert_eq!(carrier.next().await, (500, Outcome::Sent, 500));
        assert_eq!(carrier.next().await, (2_000, Outcome::Delivered, 2_000));
        let reply = Outcome::Replied { text: "收到".into() };
        assert_eq!(carrier.next().await, (42_000, reply, 42_000));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_holds_in_any_one_second() {
        let carrier = Fixture::sms(5).start();
        let mut taken = Vec::new();
        for n in 0..23 {
            while let Err(error) = carrier.place(n).await {
                let PlaceError::TooFast { retry_after } = error else { panic!("{error}") };
                assert!(retry_after > Duration::ZERO && retry_after <= Duration::from_secs(1));
                advance(retry_after).await;
            }
            taken.push(carrier.began.elapsed().as_millis());
            advance(Duration::from_millis(30)).await;
        }
        for window in taken.windows(6) {
            assert!(window[5] - window[0] >= 1_000, "{taken:?}");
        }
        assert!(taken[22] < 5_000, "slower than it must be: {taken:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_that_is_known_does_not_ring_again_and_tells_everything_again() {
        let mut carrier = Fixture::voice(1).logged().start();
        carrier.place(1).await.unwrap();
        carrier.next().await;
        carrier.next().await;
        carrier.place(1).await.unwrap();
        assert_eq!(carrier.next().await, (2_000, Outcome::Sent, 0));
        assert_eq!(carrier.next().await, (2_000, Outcome::Delivered, 2_000));
        assert_eq!(carrier.next().await, (28_500, KEY, 27_000));
        carrier.expect_silence().await;
        assert_eq!(carrier.rang().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_gateway_that_does_not_honour_keys_rings_twice() {
        let mut carrier = Fixture::voice(2).logged().forgetful().start();
        carrier.place(1).await.unwrap();
        carrier.place(1).await.unwrap();
        assert_eq!(carrier.gateway.lines_taken(), 2);
        let told = [carrier.next().await.1, carrier.next().await.1];
        assert_eq!(told, [Outcome::Sent, Outcome::Sent]);
        let rang = carrier.rang();
        assert_eq!((rang.len(), &rang[0].key), (2, &rang[1].key));
        carrier.gateway.ring_off(attempt(1)).await;
        assert_eq!(carrier.gateway.lines_taken(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_goes_on_when_the_process_that_placed_it_has_died() {
        let mut carrier = Fixture::voice(1).logged().start();
        carrier.place(1).await.unwrap();
        carrier.next().await;
        advance(Duration::from_secs(10)).await;
        let mut carrier = carrier.die().await;
        let repeated = Call { repeated: true, ..sample::call(1, Channel::Voice) };
        carrier.gateway.place(repeated, carrier.receipts.clone()).await.unwrap();
        assert_eq!(carrier.gateway.lines_taken(), 1);
        assert_eq!(carrier.next().await, (10_000, Outcome::Sent, 0));
        assert_eq!(carrier.next().await, (10_000, Outcome::Delivered, 2_000));
        assert_eq!(carrier.next().await, (28_500, KEY, 27_000));
        assert_eq!(carrier.rang().len(), 1, "it rang once");
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_death_a_gateway_that_does_not_honour_keys_rings_again() {
        let carrier = Fixture::voice(1).logged().forgetful().start();
        carrier.place(1).await.unwrap();
        advance(Duration::from_secs(10)).await;
        let mut carrier = carrier.die().await;
        let repeated = Call { repeated: true, ..sample::call(1, Channel::Voice) };
        carrier.gateway.place(repeated, carrier.receipts.clone()).await.unwrap();
        assert_eq!(carrier.next().await, (10_000, Outcome::Sent, 10_000));
        let rang: Vec<bool> = carrier.rang().iter().map(|rang| rang.repeated).collect();
        assert_eq!(rang, [false, true]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_cannot_be_logged_does_not_ring() {
        let mut fixture = Fixture::voice(1).forgetful();
        // Every write to it fails as on a full disk.
        fixture.settings.call_log = Some("/dev/full".into());
        let mut carrier = fixture.start();
        let error = carrier.place(1).await.unwrap_err();
        assert!(matches!(error, PlaceError::Down { .. }), "{error}");
        assert_eq!(carrier.gateway.lines_taken(), 0);
        carrier.expect_silence().await;
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_has_to_take_receipts_for_calls_to_be_placed_and_lines_to_fall_free() {
        let mut carrier = Fixture::voice(3).room_for(1).start();
        for n in 0..30 {
            if n % 3 == 0 {
                advance(Duration::from_secs(30)).await;
            }
            let placed = timeout(Duration::from_secs(1), carrier.place(n)).await;
            placed.expect("placing waits for nobody").unwrap();
        }
        let mut told = 0;
        while timeout(Duration::from_secs(60), carrier.told.recv()).await.is_ok() {
            told += 1;
        }
        assert_eq!(told, 90, "and none of the receipts is missing");
    }

    #[tokio::test(start_paused = true)]
    async fn ringing_off_silences_a_receipt_that_waits_for_room() {
        let mut carrier = Fixture::voice(2).room_for(1).start();
        carrier.place(1).await.unwrap();
        advance(Duration::from_secs(3)).await;
        tokio::task::yield_now().await;
        // `Sent` is in the channel, `Delivered` is due and has no room.
        carrier.gateway.ring_off(attempt(1)).await;
        assert_eq!(carrier.next().await.1, Outcome::Sent);
        assert_eq!(carrier.next().await.1, Outcome::RungOff);
        carrier.expect_silence().await;
    }

    #[tokio::test(start_paused = true)]
    async fn receipts_that_nobody_listens_for_hold_up_no_others() {
        let mut carrier = Fixture::voice(2).start();
        let (gone, _) = mpsc::channel(1);
        carrier.gateway.place(sample::call(1, Channel::Voice), gone).await.unwrap();
        carrier.place(2).await.unwrap();
        let told = [carrier.next().await.1, carrier.next().await.1, carrier.next().await.1];
        assert_eq!(told, [Outcome::Sent, Outcome::Delivered, KEY]);
    }

    #[tokio::test(start_paused = true)]
    async fn receipts_double_and_get_lost_as_the_behaviour_says() {
        let twice = Reporting { duplicated: 1.0, ..Reporting::faithful() };
        let mut carrier = Fixture::voice(1).reporting(twice).start();
        carrier.place(1).await.unwrap();
        let mut told = Vec::new();
        while let Ok(Some(receipt)) = timeout(Duration::from_secs(60), carrier.told.recv()).await {
            told.push(receipt);
        }
        assert_eq!(told.len(), 6);
        for receipt in &told {
            assert_eq!(told.iter().filter(|other| *other == receipt).count(), 2, "{receipt:?}");
        }
        let lost = Reporting { lost: 1.0, ..Reporting::faithful() };
        let mut carrier = Fixture::voice(1).reporting(lost).start();
        carrier.place(1).await.unwrap();
        carrier.expect_silence().await;
        assert_eq!(carrier.gateway.lines_taken(), 0, "the line is free all the same");
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_call_tells_that_it_was_rung_off() {
        let lost = Reporting { lost: 1.0, ..Reporting::faithful() };
        let mut carrier = Fixture::voice(1).reporting(lost).start();
        carrier.place(1).await.unwrap();
        advance(Duration::from_secs(5)).await;
        carrier.gateway.ring_off(attempt(1)).await;
        assert_eq!(carrier.next().await, (5_000, Outcome::RungOff, 5_000));
    }

    #[tokio::test(start_paused = true)]
    async fn a_drill_goes_faster_than_life() {
        let mut carrier = Fixture::voice(1).start();
        carrier.gateway.set_speed(60.0).unwrap();
        carrier.place(1).await.unwrap();
        carrier.next().await;
        carrier.next().await;
        assert_eq!(carrier.next().await, (475, KEY, 450));
        carrier.place(2).await.unwrap();
        advance(Duration::from_millis(200)).await;
        carrier.gateway.ring_off(attempt(2)).await;
        assert_eq!(carrier.next().await.1, Outcome::Sent);
        assert_eq!(carrier.next().await.1, Outcome::Delivered);
        assert_eq!(carrier.next().await, (675, Outcome::RungOff, 675));
        for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(carrier.gateway.set_speed(speed).is_err(), "{speed}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn thousands_of_calls_at_once_take_one_task_and_end_with_it() {
        let mut carrier = Fixture::voice(6_000).room_for(20_000).start();
        for n in 0..6_000 {
            carrier.place(n).await.unwrap();
        }
        assert_eq!((carrier.tasks.len(), carrier.gateway.lines_taken()), (1, 6_000));
        for _ in 0..18_000 {
            carrier.next().await;
        }
        assert_eq!(carrier.began.elapsed(), Duration::from_millis(28_500));
        carrier.shutdown.cancel();
        carrier.tasks.close();
        carrier.tasks.wait().await;
        assert_eq!(carrier.place(6_001).await, Err(PlaceError::Stopped));
    }

    #[tokio::test(start_paused = true)]
    async fn a_gateway_carries_its_own_channel_only_and_says_that_it_is_simulated() {
        let carrier = Fixture::sms(1).start();
        let call = sample::call(1, Channel::Voice);
        let placed = carrier.gateway.place(call, carrier.receipts.clone()).await;
        assert_eq!(placed, Err(PlaceError::WrongChannel(Channel::Voice)));
        assert!(carrier.gateway.is_simulated());
        assert_eq!(carrier.gateway.name(), "simulated-sms");
        let mut fixture = Fixture::voice(1);
        fixture.settings.channel = Channel::App;
        let started = fixture.try_start(&TaskTracker::new(), &CancellationToken::new());
        assert!(matches!(started, Err(StartError::Channel(Channel::App))));
    }

    /// A gateway in the making: everybody answers unless a script says otherwise.
    struct Fixture {
        settings: Settings,
        behaviour: Behaviour,
        script: Option<Script>,
        room: usize,
        /// Removed with the fixture.
        _folder: Option<tempfile::TempDir>,
        began: Instant,
    }

    /// A running gateway with somebody who listens.
    struct Running {
        gateway: SimulatedGateway,
        receipts: mpsc::Sender<Receipt>,
        told: mpsc::Receiver<Receipt>,
        tasks: TaskTracker,
        shutdown: CancellationToken,
        began: Instant,
        fixture: Fixture,
    }

    impl Fixture {
        fn voice(lines: u32) -> Self {
            Self::of(Settings::voice(NonZeroU32::new(lines).unwrap()))
        }

        fn sms(per_second: u32) -> Self {
            Self::of(Settings::sms(NonZeroU32::new(per_second).unwrap()))
        }

        fn of(settings: Settings) -> Self {
            let behaviour = Behaviour::perfect();
            let began = Instant::now();
            Self { settings, behaviour, script: None, room: 100, _folder: None, began }
        }

        fn script(self, script: Script) -> Self {
            Self { script: Some(script), ..self }
        }

        fn reporting(mut self, reporting: Reporting) -> Self {
            self.behaviour.reporting = reporting;
            self
        }

        fn room_for(self, room: usize) -> Self {
            Self { room, ..self }
        }

        fn forgetful(mut self) -> Self {
            self.settings.honours_keys = false;
            self
        }

        fn logged(mut self) -> Self {
            let folder = tempfile::tempdir().unwrap();
            self.settings.call_log = Some(folder.path().join("calls.jsonl"));
            Self { _folder: Some(folder), ..self }
        }

        fn start(self) -> Running {
            let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
            let gateway = self.try_start(&tasks, &shutdown).unwrap();
            let (receipts, told) = mpsc::channel(self.room);
            Running { gateway, receipts, told, tasks, shutdown, began: self.began, fixture: self }
        }

        #[expect(clippy::unwrap_in_result, reason = "the behaviour is sound")]
        fn try_start(
            &self,
            tasks: &TaskTracker,
            shutdown: &CancellationToken,
        ) -> Result<SimulatedGateway, StartError> {
            let began = self.began;
            let clock = Arc::new(move || epoch() + began.elapsed());
            let carrier = Carrier::new(1, self.behaviour.clone()).unwrap();
            let carrier = carrier.with_scripts(self.script.clone());
            SimulatedGateway::start(self.settings.clone(), carrier, clock, tasks, shutdown.clone())
        }
    }

    impl Running {
        async fn place(&self, n: u64) -> Result<(), PlaceError> {
            let call = sample::call(n, self.gateway.channel());
            self.gateway.place(call, self.receipts.clone()).await
        }

        /// Returns the next receipt: when it came, what it says, when that happened, in ms since the start.
        async fn next(&mut self) -> (u128, Outcome, u128) {
            let receipt = timeout(Duration::from_secs(600), self.told.recv()).await;
            let receipt = receipt.expect("a receipt within ten minutes").unwrap();
            let at = receipt.at.since(epoch()).as_millis();
            (self.began.elapsed().as_millis(), receipt.outcome, at)
        }

        async fn expect_silence(&mut self) {
            let told = timeout(Duration::from_secs(3_600), self.told.recv()).await;
            assert!(told.is_err(), "unexpected: {told:?}");
        }

        fn rang(&self) -> Vec<Rang> {
            read_call_log(self.fixture.settings.call_log.as_deref().unwrap()).unwrap()
        }

        /// Ends this gateway, and starts another that knows of it what the call log tells.
        async fn die(self) -> Running {
            self.shutdown.cancel();
            self.tasks.close();
            self.tasks.wait().await;
            drop(self.gateway);
            self.fixture.start()
        }
    }

    fn epoch() -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000)
    }

    fn attempt(n: u64) -> AttemptId {
        sample::call(n, Channel::Voice).attempt
    }

    fn person(n: u64) -> crate::domain::ids::PersonId {
        sample::call(n, Channel::Voice).person
    }
}
