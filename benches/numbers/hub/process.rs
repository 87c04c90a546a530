//! A server's processes as the kernel counts them.

use std::{fs, time::Duration};

/// A process and the processes it has started.
#[derive(Debug, Clone)]
pub struct Processes(Vec<u32>);

/// Time on a processor.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    pub user: Duration,
    pub system: Duration,
}

impl Used {
    pub fn all(self) -> Duration {
        self.user + self.system
    }

    pub fn since(self, before: Self) -> Self {
        Self { user: self.user - before.user, system: self.system - before.system }
    }
}

impl Processes {
    /// Finds those that `parent` has started, and itself.
    pub fn of(parent: u32) -> Self {
        let all = fs::read_dir("/proc").unwrap();
        let ids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        let children =
            ids.filter(|id| fields(*id).get(1).is_some_and(|of| *of == u64::from(parent)));
        Self(std::iter::once(parent).chain(children).collect())
    }

    /// Reads a list of ids as [`Processes::ids`] writes it.
    pub fn read(ids: &str) -> Self {
        Self(ids.split(',').map(|id| id.parse().unwrap()).collect())
    }

    pub fn ids(&self) -> String {
        self.0.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
    }

    pub fn used(&self) -> Used {
        // The kernel's unit in this file, on every architecture that Linux still runs on.
        let ticks = |field: usize| {
            let ticks = self.0.iter().map(|id| fields(*id).get(field).copied().unwrap_or(0));
            Duration::from_millis(ticks.sum::<u64>() * 10)
        };
        Used { user: ticks(11), system: ticks(12) }
    }

    /// Returns the resident memory in bytes.
    pub fn resident(&self) -> u64 {
        let of = |id: &u32| {
            let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
            let line = status.lines().find(|line| line.starts_with("VmRSS"));
            line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0)
        };
        self.0.iter().map(of).sum::<u64>() << 10
    }
}

/// Returns the fields of a process after its name; what is no number is 0.
fn fields(id: u32) -> Vec<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect()
}

/// Returns how many files a process may open, which is how many sockets it may have.
pub fn files_max() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap_or_default();
    line.split_whitespace().nth(4).and_then(|hard| hard.parse().ok()).unwrap_or(usize::MAX)
}
