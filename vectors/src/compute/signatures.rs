//! Subject `signatures`.

use bitcoin::secp256k1::{Message, SecretKey};
use leyden_tx::{InputSignature, KeyError, secp};

use super::{ComputeError, nonce};
use crate::model::inputs::Signature;
use crate::trace::Trace;

pub(crate) fn show(trace: &mut Trace, inputs: &Signature) -> Result<(), ComputeError> {
    let secret = SecretKey::from_slice(&inputs.secret.0).map_err(|_| KeyError::BadSecret)?;
    let digest = inputs.digest.0;
    let signature = secp().sign_ecdsa(&Message::from_digest(digest), &secret);
    let parts = nonce::parts(&digest, &secret, &signature)?;
    let mut bytes = signature.serialize_der().to_vec();
    bytes.push(inputs.hash_type);
    trace.hex("public", &secret.public_key(secp()).serialize());
    trace.hex("digest", &digest);
    trace.hex("nonce", &parts.nonce).loose();
    trace.hex("r", &parts.r).loose();
    trace.hex("s.raw", &parts.raw_s).loose();
    trace.hex("s", &parts.s).loose();
    let encoded = InputSignature::parse(&bytes)?.to_bytes();
    trace
        .signature("signature", &encoded, "digest", "public")
        .result();
    Ok(())
}
