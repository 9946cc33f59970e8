//! Keys and addresses by index.

use std::collections::BTreeMap;

use bitcoin::{CompressedPublicKey, Script, ScriptBuf};
use leyden_tx::{KeyError, Seed, WalletSecret, wallet_secret};

use crate::coin::{AddressKind, KeyId};

/// How many unused indexes ahead are watched.
const GAP: u32 = 20;

/// The keys of one seed, and the scripts that are watched.
#[derive(Clone)]
pub(crate) struct Keyring {
    seed: Seed,
    scripts: BTreeMap<ScriptBuf, KeyId>,
    /// By kind: the lowest index that was neither handed out nor paid.
    next: BTreeMap<AddressKind, u32>,
}

impl Keyring {
    pub(crate) fn new(seed: &Seed) -> Result<Self, KeyError> {
        let mut keyring = Self {
            seed: seed.clone(),
            scripts: BTreeMap::new(),
            next: BTreeMap::new(),
        };
        for kind in AddressKind::ALL {
            keyring.watch(kind, 0, GAP)?;
        }
        Ok(keyring)
    }

    pub(crate) fn secret(&self, key: KeyId) -> Result<WalletSecret, KeyError> {
        wallet_secret(&self.seed, key.kind.branch(), key.index)
    }

    pub(crate) fn script(&self, key: KeyId) -> Result<ScriptBuf, KeyError> {
        let public = CompressedPublicKey(*self.secret(key)?.public().key());
        Ok(match key.kind {
            AddressKind::Receive => ScriptBuf::new_p2wpkh(&public.wpubkey_hash()),
            AddressKind::Legacy => ScriptBuf::new_p2pkh(&public.pubkey_hash()),
        })
    }

    /// Whose script this is, among those watched.
    pub(crate) fn find(&self, script: &Script) -> Option<KeyId> {
        self.scripts.get(script).copied()
    }

    /// The index that is handed out next.
    pub(crate) fn next(&self, kind: AddressKind) -> KeyId {
        let index = self.next.get(&kind).copied().unwrap_or(0);
        KeyId { kind, index }
    }

    /// Counts the index as used: later ones are handed out, and the gap moves on.
    pub(crate) fn mark_used(&mut self, key: KeyId) -> Result<(), KeyError> {
        let next = self.next(key.kind).index;
        let after = key.index.saturating_add(1);
        if after > next {
            self.watch(
                key.kind,
                next.saturating_add(GAP),
                after.saturating_add(GAP),
            )?;
            self.next.insert(key.kind, after);
        }
        Ok(())
    }

    fn watch(&mut self, kind: AddressKind, from: u32, to: u32) -> Result<(), KeyError> {
        for index in from..to {
            let key = KeyId { kind, index };
            self.scripts.insert(self.script(key)?, key);
        }
        Ok(())
    }
}
