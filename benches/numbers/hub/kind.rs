//! The servers that are measured beside one another.

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One write of the same bytes to each socket, and nothing else: what the kernel leaves.
    Reference,
    Ours,
    Nchan,
    Nats,
    SocketIo,
    Ws,
}

impl Kind {
    pub const PEERS: [Self; 4] = [Self::Nchan, Self::Nats, Self::SocketIo, Self::Ws];
    pub const ALL: [Self; 6] =
        [Self::Reference, Self::Ours, Self::Nchan, Self::Nats, Self::SocketIo, Self::Ws];

    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Ours => "jiaoying",
            Self::Nchan => "nchan",
            Self::Nats => "nats",
            Self::SocketIo => "socket.io",
            Self::Ws => "ws",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
