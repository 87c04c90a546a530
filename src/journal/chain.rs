//! The hash chain: what exactly is hashed, and the walk that seals new records or checks old ones.
//!
//! Byte layout, so that anybody can check a journal without this program. The hash of record *n* is
//! SHA-256 over these bytes in this order, all numbers big-endian, all texts UTF-8:
//!
//! | bytes | content |
//! |---|---|
//! | 32 | hash of record *n* − 1; for record 1 the SHA-256 of the ASCII text `jiaoying.journal.1` |
//! | 8 | `seq`, unsigned, starting at 1 |
//! | 8 | `at`, signed, milliseconds since 1970-01-01T00:00:00Z |
//! | 4 + n | byte length of `actor`, then `actor` |
//! | 4 + n | byte length of `kind`, then `kind` |
//! | 2 | `version`, unsigned |
//! | 4 + n | byte length of `subject`, then `subject` |
//! | 4 + n | byte length of `data`, then `data` |
//!
//! The lengths keep a byte from moving between two neighbouring texts unnoticed.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{Draft, Receipt, Record};

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Returns the SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Writes 64 lowercase hexadecimal digits.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::write_hex(&self.0, f)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where a journal ends: its last record's number and hash. Two journals with the same head hold
/// the same records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seq: u64,
    pub hash: Hash,
}

impl Head {
    /// The head of a journal without records.
    pub const GENESIS: Head = Head {
        seq: 0,
        hash: Hash([
            0xae, 0xaf, 0xea, 0x06, 0x1f, 0x79, 0xd1, 0x4d, 0x53, 0xd8, 0x8d, 0x42, 0x09, 0x13,
            0x22, 0x5a, 0xa9, 0x0b, 0xe1, 0x02, 0xef, 0xf8, 0x80, 0xc4, 0xcf, 0x7b, 0x57, 0x76,
            0x51, 0xe7, 0x00, 0xcd,
        ]),
    };

    /// Returns the 40 bytes that files keep of a head: number, big-endian, and hash.
    pub(super) fn to_bytes(self) -> [u8; 40] {
        let mut bytes = [0; 40];
        bytes[..8].copy_from_slice(&self.seq.to_be_bytes());
        bytes[8..].copy_from_slice(&self.hash.0);
        bytes
    }

    pub(super) fn from_bytes(bytes: [u8; 40]) -> Self {
        let (mut seq, mut hash) = ([0; 8], [0; 32]);
        seq.copy_from_slice(&bytes[..8]);
        hash.copy_from_slice(&bytes[8..]);
        Self { seq: u64::from_be_bytes(seq), hash: Hash(hash) }
    }
}

/// Writes the number and enough of the hash to tell two heads apart by eye.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} (", self.seq)?;
        super::write_hex(&self.hash.0[..6], f)?;
        f.write_str("…)")
    }
}

/// The first record at which a journal stops being what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {seq} {fault}")]
pub struct Broken {
    pub seq: u64,
    pub fault: Fault,
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Its content and its hash disagree, or it does not follow from the record before it.
    #[error("is not what was written")]
    Altered,
    /// A later record is there, this one is not.
    #[error("is missing")]
    Missing,
    /// The journal ends before it although it had been written, as the anchor or the backup's own
    /// note proves.
    #[error("and all after it up to {anchored} are missing")]
    Truncated { anchored: Head },
    /// The chain is whole but not the one that had been written.
    #[error("is not the one that was anchored: the journal was rewritten")]
    Rewritten { anchored: Hash },
    /// The storage engine cannot make sense of it.
    #[error("cannot be read: {0}")]
    Unreadable(String),
}

/// A walk along the chain: it knows the head and takes the next record.
#[derive(Debug, Clone)]
pub struct Chain {
    head: Head,
    bytes: Vec<u8>,
}

impl Chain {
    /// Starts after `head`.
    pub fn after(head: Head) -> Self {
        Self { head, bytes: Vec::with_capacity(1024) }
    }

    /// Returns the last record taken.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Gives `draft` the next number and its hash.
    pub fn seal(&mut self, draft: Draft) -> Record {
        let Draft { at, actor, kind, version, subject, data } = draft;
        let seq = self.head.seq + 1;
        let record = Record { seq, at, actor, kind, version, subject, data, hash: self.head.hash };
        let hash = self.hash_of(&record);
        self.head = Head { seq, hash };
        Record { hash, ..record }
    }

    /// Takes `record` if it is the next one and unchanged.
    pub fn check(&mut self, record: &Record) -> Result<(), Broken> {
        let seq = self.head.seq + 1;
        if record.seq != seq {
            return Err(Broken { seq, fault: Fault::Missing });
        }
        if self.hash_of(record) != record.hash {
            return Err(Broken { seq, fault: Fault::Altered });
        }
        self.head = Head { seq, hash: record.hash };
        Ok(())
    }

    fn hash_of(&mut self, record: &Record) -> Hash {
        self.bytes.clear();
        lay_out(
            &mut self.bytes,
            self.head.hash,
            &Fields {
                seq: record.seq,
                at: record.at.millis(),
                actor: record.actor.as_bytes(),
                kind: record.kind.as_bytes(),
                version: record.version,
                subject: record.subject.as_bytes(),
                data: record.data.as_bytes(),
            },
        );
        Hash::of(&self.bytes)
    }
}

/// A record's content as raw bytes, as the layout wants it.
pub(super) struct Fields<'a> {
    pub seq: u64,
    pub at: i64,
    pub actor: &'a [u8],
    pub kind: &'a [u8],
    pub version: u16,
    pub subject: &'a [u8],
    pub data: &'a [u8],
}

/// Appends to `bytes` what is hashed for one record.
pub(super) fn lay_out(bytes: &mut Vec<u8>, previous: Hash, fields: &Fields<'_>) {
    bytes.extend_from_slice(&previous.0);
    bytes.extend_from_slice(&fields.seq.to_be_bytes());
    bytes.extend_from_slice(&fields.at.to_be_bytes());
    lay_out_text(bytes, fields.actor);
    lay_out_text(bytes, fields.kind);
    bytes.extend_from_slice(&fields.version.to_be_bytes());
    lay_out_text(bytes, fields.subject);
    lay_out_text(bytes, fields.data);
}

fn lay_out_text(bytes: &mut Vec<u8>, text: &[u8]) {
    // Texts are bounded far below 4 GiB when appended; a longer one can only be a damaged file,
    // and then any length fails the check.
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(text);
}

/// Returns the seal of a receipt given when the journal ended at `seq`: the first 16 bytes of the
/// SHA-256 over command, fingerprint, reply and `seq`, laid out as a record's fields are.
pub(super) fn seal_of(receipt: &Receipt, seq: u64) -> [u8; 16] {
    let mut bytes = Vec::with_capacity(256);
    lay_out_text(&mut bytes, receipt.command.as_bytes());
    bytes.extend_from_slice(&receipt.fingerprint.0);
    lay_out_text(&mut bytes, receipt.reply.as_bytes());
    bytes.extend_from_slice(&seq.to_be_bytes());
    let mut seal = [0; 16];
    seal.copy_from_slice(&Hash::of(&bytes).0[..16]);
    seal
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::time::Timestamp;

    #[test]
    fn genesis_is_the_hash_of_its_text() {
        assert_eq!(Head::GENESIS.hash, Hash::of(b"jiaoying.journal.1"));
    }

    /// The documented layout, written out by hand: changing it would orphan every journal.
    #[test]
    fn the_first_record_hashes_the_documented_bytes() {
        let record = Chain::after(Head::GENESIS).seal(draft("答", "{}"));
        let mut bytes = Head::GENESIS.hash.0.to_vec();
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 1]);
        bytes.extend([0, 0, 0, 0, 0, 0, 1, 2]);
        bytes.extend([0, 0, 0, 3]);
        bytes.extend("答".as_bytes());
        bytes.extend([0, 0, 0, 4]);
        bytes.extend(b"rang");
        bytes.extend([0, 7]);
        bytes.extend([0, 0, 0, 2]);
        bytes.extend(b"c1");
        bytes.extend([0, 0, 0, 2]);
        bytes.extend(b"{}");
        assert_eq!(record.hash, Hash::of(&bytes));
        assert_eq!(
            record.hash.to_string(),
            "8dc84a075fcacef68241fc3919ec382d5bc99933343fca09349f27d53abd1b4e"
        );
    }

    #[test]
    fn a_record_out_of_turn_is_missing_its_predecessor() {
        let mut writer = Chain::after(Head::GENESIS);
        let first = writer.seal(draft("a", "1"));
        let second = writer.seal(draft("a", "2"));
        let mut reader = Chain::after(Head::GENESIS);
        assert_eq!(reader.check(&second), Err(Broken { seq: 1, fault: Fault::Missing }));
        assert_eq!(reader.check(&first), Ok(()));
        assert_eq!(reader.check(&first), Err(Broken { seq: 2, fault: Fault::Missing }));
        assert_eq!(reader.check(&second), Ok(()));
        assert_eq!(reader.head(), writer.head());
    }

    proptest! {
        #[test]
        fn a_change_to_any_field_is_seen(field in 0_usize..7, by in 1_u8..=255) {
            let sealed = Chain::after(Head::GENESIS).seal(draft("actor", "data"));
            let mut altered = sealed.clone();
            match field {
                0 => altered.at = Timestamp::from_millis(sealed.at.millis() ^ i64::from(by)),
                1 => altered.actor.push(char::from(by)),
                2 => altered.kind.push(char::from(by)),
                3 => altered.version ^= u16::from(by),
                4 => altered.subject.push(char::from(by)),
                5 => altered.data.push(char::from(by)),
                _ => altered.hash.0[usize::from(by) % 32] ^= by,
            }
            prop_assert_eq!(
                Chain::after(Head::GENESIS).check(&altered),
                Err(Broken { seq: 1, fault: Fault::Altered })
            );
        }

        #[test]
        fn bytes_cannot_move_between_fields(actor in "[ab]{0,3}", data in "[ab]{0,3}") {
            let moved = draft(&format!("{actor}a"), &data);
            let original = draft(&actor, &format!("a{data}"));
            let seal = |draft| Chain::after(Head::GENESIS).seal(draft).hash;
            prop_assert_ne!(seal(moved), seal(original));
        }
    }

    fn draft(actor: &str, data: &str) -> Draft {
        Draft {
            at: Timestamp::from_millis(0x102),
            actor: actor.into(),
            kind: "rang".into(),
            version: 7,
            subject: "c1".into(),
            data: data.into(),
        }
    }
}
