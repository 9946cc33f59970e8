//! The kinds of transaction.

/// What a transaction is for. The paper's acronym is [`Kind::acronym`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `F`: both parties' coins into a 2-of-2 (§3.1).
    Funding,
    /// `C{n}`: the commitment of figures 1 and 2 that either side can broadcast; it blames nobody.
    SharedCommitment,
    /// `C{n}x`: balance number n, held by x (§3.1.3 to §3.3).
    Commitment,
    /// `D{n}x`: the other side takes its part of `C{n}x` (§3.3.2).
    Delivery,
    /// `RD{n}x`: x takes its own part of `C{n}x` after the delay (§3.3.2).
    RevocableDelivery,
    /// `BR{n}x`: the other side takes x's part of a revoked `C{n}x` (§3.3.4).
    BreachRemedy,
    /// `ES`: cooperative close (§3.4).
    ExerciseSettlement,
    /// `FB{n}x`: spends the anchor of `C{n}x` to pay for both. Not in the paper, which has no fees here.
    FeeBump,
    /// `HED{k}x`: the receiver takes an HTLC of the sender's commitment with R (§4.2.1).
    HtlcExecutionDelivery,
    /// `HT{k}x`: the sender takes back an expired HTLC of its own commitment (§4.2.1).
    HtlcTimeout,
    /// `HTRD{k}x`: the delayed spend of `HT{k}x` (§4.2.1).
    HtlcTimeoutRevocableDelivery,
    /// `HTBR{k}x`: the penalty spend of `HT{k}x` (§4.2.1).
    HtlcTimeoutBreachRemedy,
    /// `HTD{k}x`: the sender takes back an expired HTLC of the receiver's commitment (§4.2.2).
    HtlcTimeoutDelivery,
    /// `HE{k}x`: the receiver takes an HTLC of its own commitment with R (§4.2.2).
    HtlcExecution,
    /// `HERD{k}x`: the delayed spend of `HE{k}x` (§4.2.2).
    HtlcExecutionRevocableDelivery,
    /// `HEBR{k}x`: the penalty spend of `HE{k}x` (§4.2.2).
    HtlcExecutionBreachRemedy,
    /// `HBR{k}x`: the other side takes an ended HTLC of a revoked commitment at once. The paper says that
    /// it can (§4.3, figure 14) and gives it no name.
    HtlcBreachRemedy,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 17] = [
        Kind::Funding,
        Kind::SharedCommitment,
        Kind::Commitment,
        Kind::Delivery,
        Kind::RevocableDelivery,
        Kind::BreachRemedy,
        Kind::ExerciseSettlement,
        Kind::FeeBump,
        Kind::HtlcExecutionDelivery,
        Kind::HtlcTimeout,
        Kind::HtlcTimeoutRevocableDelivery,
        Kind::HtlcTimeoutBreachRemedy,
        Kind::HtlcTimeoutDelivery,
        Kind::HtlcExecution,
        Kind::HtlcExecutionRevocableDelivery,
        Kind::HtlcExecutionBreachRemedy,
        Kind::HtlcBreachRemedy,
    ];

    /// The acronym that labels start with. `C` stands for both kinds of commitment.
    #[must_use]
    pub const fn acronym(self) -> &'static str {
        match self {
            Self::Funding => "F",
            Self::SharedCommitment | Self::Commitment => "C",
            Self::Delivery => "D",
            Self::RevocableDelivery => "RD",
            Self::BreachRemedy => "BR",
            Self::ExerciseSettlement => "ES",
            Self::FeeBump => "FB",
            Self::HtlcExecutionDelivery => "HED",
            Self::HtlcTimeout => "HT",
            Self::HtlcTimeoutRevocableDelivery => "HTRD",
            Self::HtlcTimeoutBreachRemedy => "HTBR",
            Self::HtlcTimeoutDelivery => "HTD",
            Self::HtlcExecution => "HE",
            Self::HtlcExecutionRevocableDelivery => "HERD",
            Self::HtlcExecutionBreachRemedy => "HEBR",
            Self::HtlcBreachRemedy => "HBR",
        }
    }

    /// Whether labels of this kind carry a number.
    #[must_use]
    pub const fn has_number(self) -> bool {
        !matches!(self, Self::Funding | Self::ExerciseSettlement)
    }

    /// Whether labels of this kind carry a holder.
    #[must_use]
    pub const fn has_side(self) -> bool {
        self.has_number() && !matches!(self, Self::SharedCommitment)
    }
}
