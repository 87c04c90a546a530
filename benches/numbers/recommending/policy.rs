//! Ways of deciding who goes.

/// How it is decided who goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    pub name: &'static str,
    /// All that waits and all that is under way is assigned together, again with each call and each unit that is free;
    /// otherwise each call takes the nearest free unit when it comes in, or the first that is free later.
    pub joint: bool,
    /// Units that alone keep an area covered are sent after others.
    pub keep_cover: bool,
    /// A unit moves up where an area is left bare.
    pub move_up: bool,
}

pub const NEAREST: Policy =
    Policy { name: "first come, nearest", joint: false, keep_cover: false, move_up: false };

pub const ALL: [Policy; 4] = [
    NEAREST,
    Policy { name: "joint", joint: true, ..NEAREST },
    Policy { name: "joint, move-up", joint: true, move_up: true, ..NEAREST },
    Policy { name: "joint, move-up, keep cover", joint: true, move_up: true, keep_cover: true },
];
