//! What really rang, one JSON line a call, written before it rings and kept when the process dies.
//!
//! It is the carrier's memory, not ours: it tells what rang independently of the journal. Lines
//! survive kill -9 once written; they are not forced to disk, so a power cut may take the last ones.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::{
    channels::Call,
    domain::{
        ids::{AttemptId, PersonId},
        person::Channel,
        time::Timestamp,
    },
};

/// One call that rang, or one text that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rang {
    pub key: String,
    pub attempt: AttemptId,
    pub person: PersonId,
    pub channel: Channel,
    pub at: Timestamp,
    /// Whether it was handed over as a repeat.
    pub repeated: bool,
}

impl Rang {
    pub(super) fn new(call: &Call, at: Timestamp) -> Self {
        Self {
            key: call.key.clone(),
            attempt: call.attempt,
            person: call.person.clone(),
            channel: call.channel,
            at,
            repeated: call.repeated,
        }
    }
}

/// Reads everything that rang. A torn line was being written when the process died, before its call
/// rang, and is left out.
pub fn read_call_log(path: &Path) -> io::Result<Vec<Rang>> {
    let mut rang = Vec::new();
    let mut lines = BufReader::new(File::open(path)?);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        // Torn lines are not only last: whoever wrote after one put its own on a new line.
        if let Some(whole) = line.strip_suffix(b"\n")
            && let Ok(call) = serde_json::from_slice(whole)
        {
            rang.push(call);
        }
        line.clear();
    }
    Ok(rang)
}

/// The open end of a call log.
pub(super) struct CallLog(File);

impl CallLog {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
        if file.seek(SeekFrom::End(0))? > 0 {
            let mut last = [0];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        Ok(Self(file))
    }

    /// Writes one line in one piece, so that several gateways can share the file.
    pub(super) fn append(&mut self, rang: &Rang) -> io::Result<()> {
        let mut line = serde_json::to_vec(rang)?;
        line.push(b'\n');
        self.0.write_all(&line)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::ids::ObligationId;

    #[test]
    fn wherever_the_last_line_is_torn_the_lines_before_and_after_it_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calls.jsonl");
        let mut log = CallLog::open(&path).unwrap();
        log.append(&rang(1)).unwrap();
        log.append(&rang(2)).unwrap();
        let whole = fs::read(&path).unwrap();
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for length in first..=whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            CallLog::open(&path).unwrap().append(&rang(3)).unwrap();
            let numbers: Vec<u32> =
                read_call_log(&path).unwrap().iter().map(|rang| rang.attempt.number).collect();
            // A line that lacks only its end is whole once the next writer has given it one.
            let second_is_whole = length >= whole.len() - 1;
            let expected: &[u32] = if second_is_whole { &[1, 2, 3] } else { &[1, 3] };
            assert_eq!(numbers, expected, "torn after {length} bytes");
        }
    }

    #[test]
    fn lines_of_two_gateways_do_not_mix() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calls.jsonl");
        let mut logs = [CallLog::open(&path).unwrap(), CallLog::open(&path).unwrap()];
        for number in 0..20 {
            logs[number as usize % 2].append(&rang(number)).unwrap();
        }
        let read = read_call_log(&path).unwrap();
        assert_eq!(read, (0..20).map(rang).collect::<Vec<_>>());
    }

    fn rang(number: u32) -> Rang {
        Rang {
            key: format!("c-1/o-1/0/王伟/voice/{number}"),
            attempt: AttemptId { obligation: ObligationId(1), number },
            person: "王伟".parse().unwrap(),
            channel: Channel::Voice,
            at: Timestamp::from_millis(1_800_000_000_000 + i64::from(number)),
            repeated: number.is_multiple_of(2),
        }
    }
}
