//! R of each secret: made of its name alone, so that every run has the same.

use std::collections::BTreeMap;

use leyden_scenario::SecretName;
use leyden_tx::{PREIMAGE_LEN, PaymentHash, PaymentPreimage, Seed};

use super::failure::StepError;

/// The secrets that steps have used, by their hashes.
#[derive(Debug, Default)]
pub(super) struct Secrets(BTreeMap<PaymentHash, PaymentPreimage>);

impl Secrets {
    /// The hash of a secret; from now on its R is found by it.
    pub(super) fn introduce(&mut self, name: &SecretName) -> PaymentHash {
        let preimage = preimage_of(name.as_str());
        let hash = preimage.hash();
        self.0.insert(hash, preimage);
        hash
    }

    /// R of a hash that a step has used.
    pub(super) fn preimage(&self, hash: PaymentHash) -> Result<&PaymentPreimage, StepError> {
        let preimage = self.0.get(&hash);
        preimage
            .ok_or_else(|| StepError::new("no-such-secret", format!("nobody knows R of {hash}")))
    }
}

/// The hash of the secret of this name.
pub(crate) fn payment_hash(name: &str) -> PaymentHash {
    preimage_of(name).hash()
}

/// The hash of a secret.
pub(super) fn hash_of(name: &SecretName) -> PaymentHash {
    preimage_of(name.as_str()).hash()
}

/// The first 20 bytes of `SHA256("leyden regtest" ‖ "secret/<name>")`.
fn preimage_of(name: &str) -> PaymentPreimage {
    let seed = Seed::labelled(b"leyden regtest", &format!("secret/{name}"));
    let mut bytes = [0; PREIMAGE_LEN];
    for (byte, of_seed) in bytes.iter_mut().zip(seed.as_bytes()) {
        *byte = *of_seed;
    }
    PaymentPreimage::new(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_is_made_of_the_name() {
        assert_eq!(
            payment_hash("r").to_string(),
            "90774b917d342d790e135893249c9cce67b97e8d"
        );
        assert_ne!(payment_hash("r-1"), payment_hash("r-2"));
    }
}
