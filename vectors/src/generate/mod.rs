//! Making all vectors from their seeds.

mod arithmetic;
mod commitments;
mod digest;
mod fees;
mod ground;
mod invalid;
mod keys;
mod life;
mod packages;
mod parsed;
mod plan;
mod refused;
pub(crate) mod scene;
mod scripts;
mod settlement;
mod site;
mod transactions;
mod write;

use std::collections::BTreeMap;

use leyden_labels::{Dialect, Side};

use crate::compute::compute;
use crate::model::{BitcoindOf, GeneratorOf, Provenance, SeedsOf, SignaturesOf};
use crate::model::{Subject, Vector, VectorFile, Verdict, about};

pub use plan::PlanError;
pub(crate) use plan::{Entry, Plan};
pub use write::{Bitcoinds, Changes, GenerateError, Generated, generate, stale};

/// By whole name of the vector.
pub(crate) type Verdicts = BTreeMap<String, Verdict>;

impl Plan {
    /// All vectors there are.
    pub(crate) fn whole() -> Result<Self, PlanError> {
        let mut plan = Self::default();
        keys::add(&mut plan)?;
        scripts::add(&mut plan)?;
        digest::add(&mut plan)?;
        for dialect in Dialect::BOTH {
            ground::add(&mut plan, dialect)?;
        }
        life::add(&mut plan)?;
        arithmetic::add(&mut plan)?;
        refused::add(&mut plan)?;
        let mut names = std::collections::BTreeSet::new();
        for entry in &plan.entries {
            let vector = entry.whole_name();
            if !names.insert(vector.clone()) {
                return Err(PlanError::Twice { vector });
            }
        }
        for scene in &plan.scenes {
            if !scene.is_consistent() {
                let vector = scene.name.clone();
                return Err(PlanError::Twice { vector });
            }
        }
        Ok(plan)
    }

    /// The files, with these verdicts.
    pub(crate) fn files(
        &self,
        verdicts: &Verdicts,
        bitcoind: &[BitcoindOf],
    ) -> Result<Vec<VectorFile>, PlanError> {
        let provenance = provenance(bitcoind);
        let file = |subject| {
            let entries = self.entries.iter();
            let vectors = entries
                .filter(|entry| entry.subject() == subject)
                .map(|entry| finish(entry, verdicts))
                .collect::<Result<_, _>>()?;
            Ok(VectorFile {
                subject,
                about: about(subject).to_owned(),
                provenance: provenance.clone(),
                vectors,
            })
        };
        Subject::ALL.into_iter().map(file).collect()
    }
}

fn finish(entry: &Entry, verdicts: &Verdicts) -> Result<Vector, PlanError> {
    let verdict = verdicts.get(&entry.whole_name());
    let computed = compute(&entry.inputs, verdict).map_err(|source| PlanError::Compute {
        vector: entry.whole_name(),
        source,
    })?;
    Ok(Vector {
        name: entry.name.clone(),
        paper: entry.paper.clone(),
        why: entry.why.clone(),
        inputs: entry.inputs.clone(),
        steps: computed.traced.steps,
        result: computed.traced.result,
        verdict: verdict.cloned(),
    })
}

fn provenance(bitcoind: &[BitcoindOf]) -> Provenance {
    let seed = |side| {
        let bytes = plan::seed(side);
        bitcoin::hex::DisplayHex::to_lower_hex_string(&bytes.as_bytes()[..])
    };
    Provenance {
        generator: GeneratorOf {
            name: "leyden".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        seeds: SeedsOf {
            rule: "SHA256(\"leyden vectors\" ‖ party)".to_owned(),
            a: seed(Side::A),
            b: seed(Side::B),
        },
        signatures: SignaturesOf {
            nonce: "RFC 6979, SHA-256, no extra entropy".to_owned(),
            low_s: true,
            low_r: false,
            encoding: "DER, then the hash-type byte".to_owned(),
        },
        bitcoind: bitcoind.to_vec(),
    }
}
