//! One HTLC among others, in both dialects, both directions and on both commitments.

mod agreed;
mod chain;
mod commitment;
mod keys;
mod persist;
mod refused;
mod secret;
mod table;

use bitcoin::hashes::{Hash, sha256};
use bitcoin::{OutPoint, ScriptBuf};
use leyden_labels::{Dialect, Side};

use super::*;
use crate::testing::{Fixture, preimage_of};
use crate::{
    Child, Commitment, DeliverySecret, HtlcKey, HtlcPubkeys, HtlcSecret, HtlcSecrets,
    InputSignature,
};

/// The number of the HTLC that is looked at.
const K: u64 = 7;
const AMOUNT: u64 = 10_000_000;

struct Case {
    fixture: Fixture,
    htlc: Htlc,
    holder: Side,
    commitment: Commitment,
}

impl Case {
    /// C3x with HTLCs 2, 7 and 9: 7 is output 3.
    fn new(dialect: Dialect, sender: Side, holder: Side) -> Self {
        let fixture = Fixture::new(dialect, 100_000_000);
        let htlc = fixture.htlc(K, sender, AMOUNT);
        Self::of(fixture, htlc, holder)
    }

    fn of(fixture: Fixture, htlc: Htlc, holder: Side) -> Self {
        let others = [2, 9].map(|number| fixture.htlc(number, htlc.receiver(), 5_000_000));
        let [first, last] = others;
        let htlcs = vec![first, htlc.clone(), last];
        let spec = fixture.spec_with(3, holder, 60_000_000, htlcs);
        let commitment = fixture.commitment(&spec);
        Self {
            fixture,
            htlc,
            holder,
            commitment,
        }
    }

    fn of_dialect(dialect: Dialect) -> impl Iterator<Item = Self> {
        let sides = Side::BOTH.map(|sender| Side::BOTH.map(|holder| (sender, holder)));
        sides
            .into_iter()
            .flatten()
            .map(move |(sender, holder)| Self::new(dialect, sender, holder))
    }

    fn all() -> impl Iterator<Item = Self> {
        Dialect::BOTH.into_iter().flat_map(Self::of_dialect)
    }

    fn dialect(&self) -> Dialect {
        self.fixture.params.dialect
    }

    /// Where the holder is the sender or the receiver.
    fn pick<T>(&self, sender: T, receiver: T) -> T {
        if self.holder == self.htlc.sender {
            sender
        } else {
            receiver
        }
    }

    /// What is signed in advance: in the order of the paper's figures.
    fn children(&self) -> [&'static str; 3] {
        self.pick(["HED", "HT", "HTRD"], ["HTD", "HE", "HERD"])
    }

    fn remedies(&self) -> [&'static str; 2] {
        self.pick(["HBR", "HTBR"], ["HBR", "HEBR"])
    }

    /// Who completes it.
    fn claimant(&self, name: &str) -> Side {
        match name {
            "HT" | "HTD" | "HTRD" => self.htlc.sender,
            _ => self.htlc.receiver(),
        }
    }

    fn secrets(&self, side: Side) -> HtlcSecrets {
        self.fixture.keys.get(side).htlc(self.htlc.number).unwrap()
    }

    fn secret(&self, side: Side, key: HtlcKey) -> HtlcSecret {
        self.secrets(side).key(key).unwrap()
    }

    fn delivery(&self, side: Side) -> &DeliverySecret {
        self.fixture.keys.get(side).delivery()
    }

    /// What `HT` or `HE` pays, as it will be on the chain.
    fn stage(&self) -> HtlcStage {
        let parent = self.build(self.pick("HT", "HE"));
        let outpoint = OutPoint::new(parent.child().tx.compute_txid(), 0);
        HtlcStage::new(&self.fixture.params, &self.htlc, self.holder, outpoint)
    }

    fn build(&self, name: &str) -> HtlcChild {
        let (params, commitment, htlc) = (&self.fixture.params, &self.commitment, &self.htlc);
        match name {
            "HED" => build_htlc_execution_delivery(params, commitment, htlc).unwrap(),
            "HT" => build_htlc_timeout(params, commitment, htlc).unwrap(),
            "HTD" => build_htlc_timeout_delivery(params, commitment, htlc).unwrap(),
            "HE" => build_htlc_execution(params, commitment, htlc).unwrap(),
            "HTRD" => build_htlc_timeout_revocable_delivery(params, htlc, &self.stage()),
            "HERD" => build_htlc_execution_revocable_delivery(params, htlc, &self.stage()),
            _ => panic!("{name} is not signed in advance"),
        }
    }

    fn build_remedy(&self, name: &str) -> HtlcRemedy {
        let (params, htlc) = (&self.fixture.params, &self.htlc);
        match name {
            "HBR" => build_htlc_breach_remedy(params, &self.commitment, htlc).unwrap(),
            "HTBR" => build_htlc_timeout_breach_remedy(params, htlc, &self.stage()),
            "HEBR" => build_htlc_execution_breach_remedy(params, htlc, &self.stage()),
            _ => panic!("{name} is no remedy"),
        }
    }

    fn presign(&self, name: &str) -> Option<InputSignature> {
        let signer = self.secrets(self.claimant(name).other());
        presign_htlc_child(&self.fixture.params, &self.build(name), &signer).unwrap()
    }

    fn presigned(&self, name: &str) -> PresignedHtlcChild {
        let presignature = self.presign(name);
        verify_htlc_child(
            &self.fixture.params,
            self.build(name),
            presignature.as_ref(),
        )
        .unwrap()
    }

    fn complete_with(&self, name: &str, preimage: &PaymentPreimage) -> Child {
        let (claimant, presigned) = (self.claimant(name), self.presigned(name));
        let (secrets, delivery) = (self.secrets(claimant), self.delivery(claimant));
        let params = &self.fixture.params;
        complete_htlc_child(params, &presigned, &secrets, delivery, Some(preimage)).unwrap()
    }

    fn complete(&self, name: &str) -> Child {
        self.complete_with(name, &preimage_of(self.htlc.number))
    }

    /// With the key that the holder disclosed when the HTLC ended.
    fn remedy(&self, name: &str) -> Child {
        let remedy = self.build_remedy(name);
        let disclosed = self.secret(self.holder, remedy.disclosed_key());
        let secrets = self.secrets(self.holder.other());
        complete_htlc_remedy(&self.fixture.params, &remedy, &secrets, &disclosed).unwrap()
    }

    /// All five, complete.
    fn five(&self) -> Vec<(&'static str, Child)> {
        let children = self.children().map(|name| (name, self.complete(name)));
        let remedies = self.remedies().map(|name| (name, self.remedy(name)));
        children.into_iter().chain(remedies).collect()
    }

    /// The output script of a witness script, byte by byte.
    fn program(&self, script: &[u8]) -> ScriptBuf {
        let version = match self.dialect() {
            Dialect::Noinput => 0x60,
            Dialect::Csv => 0x00,
        };
        let hash = sha256::Hash::hash(script).to_byte_array();
        ScriptBuf::from_bytes([&[version, 0x20][..], &hash].concat())
    }
}
