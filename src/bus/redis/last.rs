//! The last position of each unit, kept in Redis so that it outlives a node: a hash of all that is known, and
//! a GEO set for whoever asks by place.
//!
//! Invariant: an older position never takes the place of a newer one, whichever node is late.

use std::{str, sync::Arc};

use bytes::Bytes;
use compact_str::CompactString;
use redis::{Cmd, FromRedisValue, RedisError, Script, aio::MultiplexedConnection, cmd};
use tokio::sync::Mutex;

use super::{
    Error, Names, RedisUrl,
    link::{connect, detour},
};
use crate::domain::time::Timestamp;

/// Units in one call of the script: Redis does nothing else meanwhile.
const SAVE_PAGE: usize = 250;
/// Fields asked for at a time.
const LOAD_PAGE: usize = 1_000;
/// Redis's GEO sets end here, in degrees of latitude.
const GEO_LATITUDE_MAX: f64 = 85.051_128_78;
/// Nodes of a cluster that point to one another before that is given up.
const DETOURS: usize = 3;

/// KEYS: hash, GEO set. ARGV: unit, time, longitude, latitude, whether it fits the GEO set, data; repeated.
/// The same time again is written again, so that a GEO set alone that was lost is filled, too.
const SAVE: &str = r"
local written = 0
for i = 1, #ARGV, 6 do
  local old = redis.call('HGET', KEYS[1], ARGV[i])
  local known = old and tonumber(string.match(old, '^(%-?%d+) '))
  if not known or known <= tonumber(ARGV[i + 1]) then
    local head = ARGV[i + 1] .. ' ' .. ARGV[i + 2] .. ' ' .. ARGV[i + 3] .. ' '
    redis.call('HSET', KEYS[1], ARGV[i], head .. ARGV[i + 5])
    if ARGV[i + 4] == '1' then
      redis.call('GEOADD', KEYS[2], ARGV[i + 2], ARGV[i + 3], ARGV[i])
    end
    written = written + 1
  end
end
return written
";

/// Where a unit was last, in WGS-84 degrees, and whatever else is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct LastPosition {
    pub unit: CompactString,
    pub at: Timestamp,
    pub lon: f64,
    pub lat: f64,
    pub data: Bytes,
}

/// The last positions of one county.
#[derive(Debug)]
pub struct LastPositions {
    url: RedisUrl,
    names: Arc<Names>,
    /// Opened when first needed, and again after it has failed.
    link: Mutex<Option<MultiplexedConnection>>,
    script: Script,
}

impl LastPositions {
    pub(super) fn new(url: RedisUrl, names: Arc<Names>) -> Self {
        Self { url, names, link: Mutex::default(), script: Script::new(SAVE) }
    }

    /// Saves positions; returns how many were not older than what was known. Saving all again, after Redis
    /// has been emptied, fills it again.
    pub async fn save(&self, positions: &[LastPosition]) -> Result<usize, Error> {
        let mut written = 0;
        for page in positions.chunks(SAVE_PAGE) {
            let mut link = self.link().await?;
            let mut call = self.script.prepare_invoke();
            call.key(&self.names.last).key(&self.names.geo);
            for position in page {
                let fits = position.lat.abs() <= GEO_LATITUDE_MAX;
                call.arg(position.unit.as_str())
                    .arg(position.at.millis())
                    .arg(position.lon)
                    .arg(position.lat)
                    .arg(u8::from(fits))
                    .arg(&position.data[..]);
            }
            written += self.settle(call.invoke_async::<usize>(&mut link).await).await?;
        }
        Ok(written)
    }

    /// Returns every unit's last position, in no order. What nobody of ours wrote is left out.
    pub async fn load(&self) -> Result<Vec<LastPosition>, Error> {
        let mut link = self.link().await?;
        let (mut found, mut odd, mut cursor) = (Vec::new(), 0_usize, 0_u64);
        loop {
            let mut scan = cmd("HSCAN");
            scan.arg(&self.names.last).arg(cursor).arg("COUNT").arg(LOAD_PAGE);
            let page = scan.query_async::<(u64, Vec<(Vec<u8>, Vec<u8>)>)>(&mut link).await;
            let (next, fields) = self.settle(page).await?;
            for (unit, value) in fields {
                match read(&unit, value) {
                    Some(position) => found.push(position),
                    None => odd += 1,
                }
            }
            if next == 0 {
                break;
            }
            cursor = next;
        }
        if odd > 0 {
            tracing::warn!(odd, "last positions in Redis that no node of ours wrote were left out");
        }
        // A scan may name a field twice while the hash grows.
        found.sort_by(|a, b| (&a.unit, b.at).cmp(&(&b.unit, a.at)));
        found.dedup_by(|later, first| later.unit == first.unit);
        Ok(found)
    }

    /// Returns how many units have a last position: far fewer than are known here means that Redis has been
    /// emptied.
    pub async fn count(&self) -> Result<usize, Error> {
        self.ask(cmd("HLEN").arg(&self.names.last)).await
    }

    /// Forgets units that are no more.
    pub async fn forget(&self, units: &[CompactString]) -> Result<(), Error> {
        for page in units.chunks(SAVE_PAGE) {
            for (command, key) in [("HDEL", &self.names.last), ("ZREM", &self.names.geo)] {
                let mut command = cmd(command);
                command.arg(key);
                page.iter().for_each(|unit| {
                    command.arg(unit.as_str());
                });
                self.ask::<usize>(&command).await?;
            }
        }
        Ok(())
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Error> {
        let mut link = self.link().await?;
        self.settle(command.query_async(&mut link).await).await
    }

    /// Lets go of a connection that has failed.
    async fn settle<T>(&self, answer: Result<T, RedisError>) -> Result<T, Error> {
        if let Err(error) = &answer
            && Error::is_final(error)
        {
            *self.link.lock().await = None;
        }
        answer.map_err(Error::from)
    }

    async fn link(&self) -> Result<MultiplexedConnection, Error> {
        let mut kept = self.link.lock().await;
        if let Some(link) = &*kept {
            return Ok(link.clone());
        }
        let mut url = self.url.clone();
        for _ in 0..DETOURS {
            let mut link = connect(&url, None).await?;
            let found = cmd("HLEN").arg(&self.names.last).query_async::<usize>(&mut link).await;
            match found {
                Ok(_) => {
                    *kept = Some(link.clone());
                    return Ok(link);
                }
                Err(error) => url = detour(&url, error)?,
            }
        }
        Err(Error::Unreachable("the nodes of the cluster point to one another".to_owned()))
    }
}

/// Reads a field of the hash: time, longitude, latitude, each followed by a space, then the data.
fn read(unit: &[u8], value: Vec<u8>) -> Option<LastPosition> {
    let value = Bytes::from(value);
    let mut spaces = value.iter().enumerate().filter(|(_, byte)| **byte == b' ').map(|(at, _)| at);
    let (first, second, third) = (spaces.next()?, spaces.next()?, spaces.next()?);
    let text = |from: usize, to: usize| str::from_utf8(value.get(from..to)?).ok();
    let (lon, lat): (f64, f64) =
        (text(first + 1, second)?.parse().ok()?, text(second + 1, third)?.parse().ok()?);
    if !(lon.is_finite() && lat.is_finite()) {
        return None;
    }
    Some(LastPosition {
        unit: CompactString::from_utf8(unit).ok()?,
        at: Timestamp::from_millis(text(0, first)?.parse().ok()?),
        lon,
        lat,
        data: value.slice(third + 1..),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_and_nonsense_left_out() {
        let read = |value: &[u8]| read(b"u-1", value.to_vec());
        let sound = read(b"1626861600000 114.25 35.5 a b\0c").unwrap();
        assert_eq!((sound.lon, sound.lat), (114.25, 35.5));
        assert_eq!(sound.data, Bytes::from_static(b"a b\0c"));
        for odd in ["", "x", "1 2 3", "x 114 35 ", "1 NaN 35 ", "1 114 inf ", "1  35 x", "\u{7f}"] {
            assert!(read(odd.as_bytes()).is_none(), "{odd:?}");
        }
    }
}
