//! One difference from a golden file, and how it reads.

use core::fmt;

/// At most this many differences are listed.
const MAX_LINES: usize = 40;
/// At most this many followers are named.
const MAX_FOLLOWERS: usize = 12;

/// Where two recordings differ. Every index counts from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Scenario or cell: these are not files of the same thing.
    Header,
    /// The transaction is in the golden file only.
    Missing,
    /// The transaction is in the recording only.
    Unexpected,
    /// The position among the transactions.
    Order,
    /// Held, in the chain, or in a mempool only.
    Stage,
    /// Who could broadcast it.
    HeldBy,
    /// nVersion.
    Version,
    /// nLockTime.
    LockTime,
    /// An input that only one of the two has.
    Input(usize),
    /// Which output an input spends.
    Outpoint(usize),
    /// nSequence of an input.
    Sequence(usize),
    /// The script of a non-segwit input.
    ScriptSig(usize),
    /// The kinds of the items in an input's witness.
    WitnessItems(usize),
    /// The bytes of an item in an input's witness.
    WitnessItem(usize, usize),
    /// The hash type of a signature in an input's witness.
    HashType(usize, usize),
    /// The bytes of a signature in an input's witness.
    Signature(usize, usize),
    /// An element of the witness script that an input shows.
    WitnessScript(usize, usize),
    /// An output that only one of the two has.
    Output(usize),
    /// The amount of an output.
    Amount(usize),
    /// The script of an output.
    Script(usize),
    /// An element of the script whose hash an output is, as a spender shows it.
    HashedScript(usize, usize),
    /// Confirmed and disconnected: at which height, in which step.
    Chain,
    /// The order of events in the chain.
    ChainOrder,
    /// The part of the golden file that people read does not say what the bytes are.
    Description,
    /// The bytes cannot be read as the transaction they should be.
    Raw,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("file"),
            Self::Missing | Self::Unexpected => Ok(()),
            Self::Order => f.write_str("position"),
            Self::Stage => f.write_str("reached"),
            Self::HeldBy => f.write_str("held by"),
            Self::Version => f.write_str("version"),
            Self::LockTime => f.write_str("nLockTime"),
            Self::Input(input) => write!(f, "input {input}"),
            Self::Outpoint(input) => write!(f, "input {input} spends"),
            Self::Sequence(input) => write!(f, "input {input} nSequence"),
            Self::ScriptSig(input) => write!(f, "input {input} script"),
            Self::WitnessItems(input) => write!(f, "input {input} witness"),
            Self::WitnessItem(input, item) => write!(f, "input {input} witness {item}"),
            Self::HashType(input, item) => {
                write!(f, "input {input} witness {item} signature hash type")
            }
            Self::Signature(input, item) => write!(f, "input {input} witness {item} signature"),
            Self::WitnessScript(input, opcode) => {
                write!(f, "input {input} witness script opcode {opcode}")
            }
            Self::Output(output) => write!(f, "output {output}"),
            Self::Amount(output) => write!(f, "output {output} amount"),
            Self::Script(output) => write!(f, "output {output} script"),
            Self::HashedScript(output, opcode) => {
                write!(f, "output {output} witness script opcode {opcode}")
            }
            Self::Chain => f.write_str("in the chain"),
            Self::ChainOrder => f.write_str("order in the chain"),
            Self::Description => f.write_str("description"),
            Self::Raw => f.write_str("raw bytes"),
        }
    }
}

/// One difference between a golden file and a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The transaction: its name, with the stage if several versions share it.
    pub tx: String,
    /// Which field.
    pub place: Place,
    /// The golden file's value, in words.
    pub expected: String,
    /// The recording's value, in words.
    pub found: String,
    /// Whether it merely follows from differences that are listed too.
    pub follows: bool,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            tx,
            place,
            expected,
            found,
            follows: _,
        } = self;
        if *place == Place::Missing {
            return write!(f, "{tx}: missing; expected {expected}");
        }
        if *place == Place::Unexpected {
            return write!(f, "{tx}: not in the golden file; found {found}");
        }
        write!(f, "{tx} {place}: expected {expected}, found {found}")
    }
}

/// The differences as text, a line each, and the transactions that merely follow in one line.
/// Empty if there are none.
#[must_use]
pub fn render(differences: &[Difference]) -> String {
    let roots: Vec<&Difference> = differences.iter().filter(|d| !d.follows).collect();
    let mut lines: Vec<String> = roots
        .iter()
        .take(MAX_LINES)
        .map(ToString::to_string)
        .collect();
    let unlisted = roots.len().saturating_sub(MAX_LINES);
    if unlisted > 0 {
        lines.push(format!("and {unlisted} more differences"));
    }
    let mut followers: Vec<&str> = Vec::new();
    for tx in differences
        .iter()
        .filter(|d| d.follows)
        .map(|d| d.tx.as_str())
    {
        if !followers.contains(&tx) && !roots.iter().any(|root| root.tx == tx) {
            followers.push(tx);
        }
    }
    if !followers.is_empty() {
        lines.push(render_followers(&followers));
    }
    lines.join("\n")
}

fn render_followers(followers: &[&str]) -> String {
    let named = followers
        .iter()
        .take(MAX_FOLLOWERS)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    let rest = if followers.len() > MAX_FOLLOWERS {
        ", …"
    } else {
        ""
    };
    let (noun, verb) = if followers.len() == 1 {
        ("transaction", "follows")
    } else {
        ("transactions", "follow")
    };
    format!(
        "and {} {noun} that {verb} from these: {named}{rest}",
        followers.len()
    )
}
