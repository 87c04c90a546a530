//! A small file beside the database that remembers how far the journal had come, so that a lost
//! tail is noticed: rows removed at the end, a lost WAL, an older copy put back.
//!
//! Four slots, each in a 4 KiB block of its own, each with a checksum: a torn write costs one slot,
//! never the others. A slot is magic (8), epoch (16), seq (8, big-endian), hash (32) and the SHA-256
//! of those (32). The newest whole slot counts. It is written after a commit is durable and so can
//! only be behind the journal, never ahead of it.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{Epoch, Hash, Head, sync_dir};

const FILE_NAME: &str = "journal.anchor";
const MAGIC: &[u8; 8] = b"JYANCHR1";
const SLOTS: usize = 4;
/// The largest unit that disks write in one piece, so that slots do not share one.
const SLOT_BYTES: usize = 4096;
const CLAIM_BYTES: usize = 8 + 16 + 8 + 32;
const USED_BYTES: usize = CLAIM_BYTES + 32;

/// What the anchor says: this history had come at least this far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchored {
    pub epoch: Epoch,
    pub head: Head,
}

/// What the anchor says is gone, or may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Loss {
    /// The journal ends earlier than it had, or holds another record at that place.
    #[error("records are lost: the journal had come to {anchored} and now has {found}")]
    Tail { anchored: Head, found: Head },
    /// The anchor itself is gone, so nothing proves that the tail is not.
    #[error(
        "journal.anchor is missing or unreadable: records after {found} may be lost without a trace"
    )]
    Anchor { found: Head },
    /// The anchor remembers another journal: the file was exchanged.
    #[error("journal.anchor belongs to another journal, at {anchored}; this one is at {found}")]
    Exchanged { anchored: Head, found: Head },
}

/// What an anchor file has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// There is no file.
    Absent,
    /// There is a file without a single whole slot.
    Unreadable,
    Of(Anchored),
}

/// Reads what the anchor in `dir` remembers.
pub(super) fn recall(dir: &Path) -> io::Result<Memory> {
    let mut file = match File::open(path(dir)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Memory::Absent),
        Err(error) => return Err(error),
    };
    let newest = read_slots(&mut file)?.into_iter().flatten().max_by_key(|found| found.head.seq);
    Ok(newest.map_or(Memory::Unreadable, Memory::Of))
}

/// Returns where the anchor of the journal in `dir` is.
pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join(FILE_NAME)
}

/// The anchor of a journal that is being written.
#[derive(Debug)]
pub(super) struct Anchor {
    file: File,
}

impl Anchor {
    /// Opens the anchor in `dir`.
    pub fn open(dir: &Path) -> io::Result<Self> {
        Ok(Self { file: OpenOptions::new().read(true).write(true).open(path(dir))? })
    }

    /// Makes the anchor in `dir` anew with `anchored` in every slot, and durable.
    pub fn create(dir: &Path, anchored: Anchored) -> io::Result<Self> {
        let temporary = dir.join(format!("{FILE_NAME}.new"));
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&temporary)?;
        let mut block = [0; SLOT_BYTES];
        block[..USED_BYTES].copy_from_slice(&encode(anchored));
        for _ in 0..SLOTS {
            file.write_all(&block)?;
        }
        file.sync_all()?;
        std::fs::rename(&temporary, path(dir))?;
        sync_dir(dir)?;
        Ok(Self { file })
    }

    /// Remembers `anchored` unless something as new is there already. Not flushed to disk.
    ///
    /// Several processes may do so: they take turns by a lock on the file, and who finds it taken
    /// leaves its turn out instead of waiting, since its next append comes by again.
    pub fn remember(&mut self, anchored: Anchored) -> io::Result<()> {
        match self.file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let written = self.overwrite_oldest(anchored);
        self.file.unlock()?;
        written
    }

    fn overwrite_oldest(&mut self, anchored: Anchored) -> io::Result<()> {
        let slots = read_slots(&mut self.file)?.map(|slot| {
            // A slot of another history counts as free.
            slot.filter(|found| found.epoch == anchored.epoch).map(|found| found.head.seq)
        });
        if slots.iter().flatten().any(|seq| *seq >= anchored.head.seq) {
            return Ok(());
        }
        let oldest = (0..SLOTS).min_by_key(|index| slots[*index]).unwrap_or(0);
        self.file.seek(SeekFrom::Start((oldest * SLOT_BYTES) as u64))?;
        self.file.write_all(&encode(anchored))
    }
}

fn read_slots(file: &mut File) -> io::Result<[Option<Anchored>; SLOTS]> {
    let mut bytes = [0; SLOTS * SLOT_BYTES];
    file.seek(SeekFrom::Start(0))?;
    let mut length = 0;
    while let read @ 1.. = file.read(&mut bytes[length..])? {
        length += read;
    }
    // What a short file lacks is zero here, and zeros are not a whole slot.
    Ok(std::array::from_fn(|index| decode(&bytes[index * SLOT_BYTES..][..USED_BYTES])))
}

fn encode(anchored: Anchored) -> [u8; USED_BYTES] {
    let mut slot = [0; USED_BYTES];
    slot[..8].copy_from_slice(MAGIC);
    slot[8..24].copy_from_slice(&anchored.epoch.bytes());
    slot[24..64].copy_from_slice(&anchored.head.to_bytes());
    let checksum = Hash::of(&slot[..CLAIM_BYTES]);
    slot[CLAIM_BYTES..].copy_from_slice(&checksum.0);
    slot
}

fn decode(slot: &[u8]) -> Option<Anchored> {
    let (claim, checksum) = slot.split_at(CLAIM_BYTES);
    if &claim[..8] != MAGIC || Hash::of(claim).0 != checksum {
        return None;
    }
    Some(Anchored {
        epoch: Epoch::from_bytes(claim[8..24].try_into().ok()?),
        head: Head::from_bytes(claim[24..64].try_into().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const EPOCH: Epoch = Epoch::from_bytes([7; 16]);

    #[test]
    fn the_newest_of_all_that_was_remembered_is_recalled() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(recall(dir.path()).unwrap(), Memory::Absent);
        let mut anchor = Anchor::create(dir.path(), at(0)).unwrap();
        for seq in [1, 5, 6, 9, 11, 12] {
            anchor.remember(at(seq)).unwrap();
            assert_eq!(recall(dir.path()).unwrap(), Memory::Of(at(seq)));
        }
    }

    #[test]
    fn a_slower_writer_does_not_set_the_anchor_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut fast = Anchor::create(dir.path(), at(0)).unwrap();
        let mut slow = Anchor::open(dir.path()).unwrap();
        fast.remember(at(2)).unwrap();
        slow.remember(at(1)).unwrap();
        assert_eq!(recall(dir.path()).unwrap(), Memory::Of(at(2)));
    }

    #[test]
    fn a_torn_slot_leaves_the_one_before_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut anchor = Anchor::create(dir.path(), at(0)).unwrap();
        (1..=7).for_each(|seq| anchor.remember(at(seq)).unwrap());
        let whole = fs::read(path(dir.path())).unwrap();
        let newest = (0..SLOTS)
            .find(|slot| decode(&whole[slot * SLOT_BYTES..][..USED_BYTES]) == Some(at(7)))
            .unwrap();
        for torn in 0..USED_BYTES {
            let mut bytes = whole.clone();
            bytes[newest * SLOT_BYTES + torn] ^= 0x40;
            fs::write(path(dir.path()), &bytes).unwrap();
            assert_eq!(recall(dir.path()).unwrap(), Memory::Of(at(6)));
        }
    }

    #[test]
    fn a_file_cut_short_anywhere_is_read_as_far_as_it_goes() {
        let dir = tempfile::tempdir().unwrap();
        Anchor::create(dir.path(), at(3)).unwrap();
        let whole = fs::read(path(dir.path())).unwrap();
        for length in [0, 1, USED_BYTES - 1, USED_BYTES, SLOT_BYTES, 3 * SLOT_BYTES + 1] {
            fs::write(path(dir.path()), &whole[..length]).unwrap();
            let expected = if length < USED_BYTES { Memory::Unreadable } else { Memory::Of(at(3)) };
            assert_eq!(recall(dir.path()).unwrap(), expected, "cut to {length} bytes");
        }
    }

    fn at(seq: u64) -> Anchored {
        Anchored { epoch: EPOCH, head: Head { seq, hash: Hash::of(&seq.to_be_bytes()) } }
    }
}
