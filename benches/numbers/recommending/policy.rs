//! Ways of deciding who goes.

/// How it is decided who goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    pub name: &'static str,
    /// All that waits and all that is under way is assigned together, again with each call and each unit that is free;
    /// otherwise each call takes the nearest free unit when it comes in, or the first that is free later.
    pub joint: bool,
    /// A unit under way may be sent elsewhere or relieved by a nearer one; otherwise only who is free is assigned.
    pub turn_around: bool,
    /// Units that alone keep an area covered are sent after others.
    pub keep_cover: bool,
    /// A unit moves up where an area is left bare.
    pub move_up: bool,
}

pub const NEAREST: Policy = Policy {
    name: "first come, nearest",
    joint: false,
    turn_around: false,
    keep_cover: false,
    move_up: false,
};

const JOINT: Policy = Policy { name: "joint", joint: true, turn_around: true, ..NEAREST };

pub const ALL: [Policy; 5] = [
    NEAREST,
    Policy { name: "joint, nobody turned around", turn_around: false, ..JOINT },
    JOINT,
    Policy { name: "joint, move-up", move_up: true, ..JOINT },
    Policy { name: "joint, move-up, keep cover", move_up: true, keep_cover: true, ..JOINT },
];
