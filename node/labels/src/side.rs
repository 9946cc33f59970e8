//! The two sides of a channel.

use core::fmt;

/// One side of a channel: `a`, the opener ("Alice" in the paper), or `b` ("Bob").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The opener.
    A,
    /// The other one.
    B,
}

impl Side {
    /// Both sides, opener first.
    pub const BOTH: [Side; 2] = [Side::A, Side::B];

    /// The opposite side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "a",
            Self::B => "b",
        })
    }
}

/// A value for each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PerSide<T> {
    /// The opener's.
    pub a: T,
    /// The other side's.
    pub b: T,
}

impl<T> PerSide<T> {
    /// Makes both values, the opener's first.
    pub fn from_fn(mut make: impl FnMut(Side) -> T) -> Self {
        Self {
            a: make(Side::A),
            b: make(Side::B),
        }
    }

    /// `holder`'s value is `own`, the opposite side's is `other`.
    pub fn from_holder(holder: Side, own: T, other: T) -> Self {
        match holder {
            Side::A => Self { a: own, b: other },
            Side::B => Self { a: other, b: own },
        }
    }

    /// The value of `side`.
    pub const fn get(&self, side: Side) -> &T {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// The value of `side`, to change it.
    pub const fn get_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }

    /// Applies `f` to both values.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> PerSide<U> {
        PerSide {
            a: f(self.a),
            b: f(self.b),
        }
    }
}
