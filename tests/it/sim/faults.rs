//! A node that dies and comes back: the board is read again, and calls whose end nobody knows are handed
//! over once more.

use jiaoying::domain::{
    actor::Actor,
    board::Board,
    command::Command,
    event::{Entry, Event},
    ids::AttemptId,
};

use super::{
    check::{Breach, same},
    plan::{HOME, Recovery},
    world::World,
};

impl World {
    /// Kills the node between two commands and starts it again.
    pub fn crash(&mut self, from: Recovery) -> Result<(), Breach> {
        self.counts.crashes += 1;
        let recovered = self.recovered(from)?;
        if recovered != self.board {
            return Err(Breach::new(
                "the_board_equals_its_replay",
                difference(&self.board, &recovered),
            ));
        }
        self.board = recovered;
        self.lose_append_ms = None;
        self.take_snapshot();
        self.watch.crashed();
        self.repeat_in_flight()
    }

    /// Reads the board as a node does that starts.
    pub fn recovered(&self, from: Recovery) -> Result<Board, Breach> {
        let (mut board, tail) = match (&self.snapshot, from) {
            (Some((bytes, held)), Recovery::Snapshot) => (read(bytes)?, &self.journal[*held..]),
            (None, _) | (_, Recovery::Journal) => (Board::default(), &self.journal[..]),
        };
        for entry in tail {
            board.apply(&reread(entry)?);
        }
        Ok(board)
    }

    pub fn take_snapshot(&mut self) {
        let bytes = rmp_serde::to_vec_named(&self.board).expect("a board can be written");
        self.snapshot = Some((bytes, self.journal.len()));
    }

    fn repeat_in_flight(&mut self) -> Result<(), Breach> {
        let flying: Vec<AttemptId> =
            self.board.callouts.in_flight().map(|attempt| attempt.id).collect();
        same(
            "nothing_in_flight_is_lost",
            || "in flight".into(),
            &self.oracle.in_flight(),
            &flying,
        )?;
        let node = Actor::node(HOME.parse().expect("a code"));
        for attempt in flying {
            self.must(&node, &Command::RepeatAttempt(attempt))?;
        }
        Ok(())
    }
}

fn read(bytes: &[u8]) -> Result<Board, Breach> {
    let board: Result<Board, _> = rmp_serde::from_slice(bytes);
    let mut board = board.map_err(|e| Breach::new("a_snapshot_can_be_read", e.to_string()))?;
    board.rebuild();
    Ok(board)
}

/// Writes an entry as the journal does and reads it back.
pub fn reread(entry: &Entry) -> Result<Entry, Breach> {
    let event = &entry.event;
    let decoded = Event::decode(event.kind(), event.version(), &event.encode());
    let event = decoded.map_err(|e| Breach::new("an_entry_is_readable_for_ever", e.to_string()))?;
    Ok(Entry { event, ..entry.clone() })
}

/// Says where two boards differ.
fn difference(expected: &Board, found: &Board) -> String {
    let text = |board: &Board| format!("{board:#?}");
    let (expected, found) = (text(expected), text(found));
    let lines = expected.lines().zip(found.lines()).enumerate();
    let first = lines.clone().find(|(_, (a, b))| a != b).map_or(0, |(number, _)| number);
    let around: Vec<String> = lines
        .skip(first.saturating_sub(6))
        .take(14)
        .map(|(_, (a, b))| if a == b { format!("  {a}") } else { format!("- {a}\n+ {b}") })
        .collect();
    around.join("\n")
}
