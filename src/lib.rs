//! Jiaoying (叫应): when a warning comes, everybody who must answer is called, everybody sees who has not, and
//! nothing is ever lost.
//!
//! # The map, in reading order
//!
//! - [`domain`]: the functional core. [`domain::board::Board`] is the state; `decide` says what a command
//!   makes happen, `apply` makes it so, `next_deadline` says when to ask again.
//! - [`bus`]: what nodes say to each other beside the journal: how far it goes, and where units are.
//! - [`clock`]: the only reader of the wall clock. [`postgres`]: the way there. [`tls`]: how servers are trusted.
//!   [`backoff`]: when one that is away is tried again. [`bucket`]: how much somebody may say. [`journal`]: the
//!   durable, hash-chained log.
//! - [`dispatcher`]: the single writer between them, with the queue in front of it and the feed behind it.
//!   [`health`]: what of the node does not work just now.
//! - [`nodes`]: what the nodes of one county share beside the journal: who makes which call, whose pages are
//!   open where.
//! - [`channels`]: the ways out to people, and the outbox that makes the calls the journal says have begun.
//! - [`positions`]: where units are. [`gauges`]: what gauges show. Both are fed and perishable, and no log;
//!   [`perishable`] keeps their files.
//!   [`telemetry`]: the doors that gauging stations speak at, and the broker they publish to.
//! - [`ingest`]: bytes from outside as commands: CAP, feeds of other forms, sheets, calendars. [`demo`]: the
//!   invented county. [`sources`]: who is asked for warnings, and whether they are heard. [`bulletin`]: what the
//!   public is told of a warning, per outlet.
//! - [`advice`]: whom to send, by the board, the roads and where units are. [`access`]: who is let in. [`protocol`]: what they see. [`hub`]: to every open socket. [`http`]: the API
//!   and the pages.
//! - [`config`], [`app`], [`cli`]: settings, the parts put together and taken down in order, the commands.
//!
//! # Architecture invariants
//!
//! - The core has no I/O, no clock, no async and no randomness: the same journal gives the same board.
//! - Nothing is told to anyone before it is durable; no effect without an event.
//! - One task owns the board. Handlers hold a [`dispatcher::Handle`]; a busy screen cannot hold up a call.
//! - Every queue has a bound, and a comment that says what happens there.
//! - An obligation is answered, ringing with an armed deadline, unreached in a named human's hands with
//!   a deadline of their own, or withdrawn with a reason. There is no other state and no silent end.
//! - Who may import whom is held by `tests/it/architecture.rs`.
//!
//! # One command, followed
//!
//! 1. `http` or `hub` turns bytes into a [`domain::command::Command`]; what does not fit is refused here.
//! 2. `access` supplies the [`domain::actor::Actor`]; `decide` checks role and area.
//! 3. [`dispatcher::Handle::submit`] puts it in the bounded inbox and waits.
//! 4. The writer takes all that wait, reads the clock once, and decides each on the board as it stands.
//! 5. One append makes their events durable, with the commands' own names so that a repetition gets the
//!    first answer. When another writer was faster it reads the gap and decides again.
//! 6. The events are applied, the callers answered, the watchers told.
//! 7. The hub encodes each event once; sessions send those they may see. The outbox makes the calls that have
//!    begun, and reports what became of them as commands.
//! 8. The deadline has moved; the writer sleeps until then and submits `Elapse`, whose events are logged like
//!    any others, so a replay never looks at a clock.

pub mod domain;

pub mod backoff;
pub mod bucket;
pub mod bus;
pub mod clock;
pub mod gauges;
pub mod journal;
pub mod perishable;
pub mod positions;
pub mod postgres;
pub mod tls;

pub mod dispatcher;
pub mod health;

pub mod access;
pub mod advice;
pub mod bulletin;
pub mod channels;
pub mod demo;
pub mod ingest;
pub mod nodes;
pub mod protocol;
pub mod sources;

pub mod http;
pub mod hub;
pub mod telemetry;

pub mod app;
pub mod cli;
pub mod config;
