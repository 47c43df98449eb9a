//! Public keys as COSE writes them (RFC 9052, section 7; RFC 9053), in the form that webauthn-rs keeps.
//! Only those that it can check a signature with: a key that is taken in and never fits would be found
//! out at a sign-in.

use ciborium::Value;
use webauthn_rs::prelude::{
    COSEAlgorithm, COSEEC2Key, COSEKey, COSEKeyType, COSERSAKey, ECDSACurve, WebauthnError,
};

const KIND: i64 = 1;
const ALGORITHM: i64 = 3;
/// Of keys on a curve: which, and its point. Of RSA keys: modulus and exponent.
const FIRST: i64 = -1;
const SECOND: i64 = -2;
const THIRD: i64 = -3;
const EC2: i64 = 2;
const RSA: i64 = 3;

/// Why a public key is not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    #[error("is no COSE key: it must be one CBOR map with each label once")]
    Unreadable,
    #[error(
        "names the algorithm {0}, which is not supported; ES256 (-7), ES384 (-35) and RS256 (-257) are"
    )]
    Algorithm(i64),
    #[error(
        "has another type or curve than its algorithm, or parts of another length (RSA: 2048 bits)"
    )]
    Shape,
    #[error("is no point on its curve, or no RSA key")]
    Invalid,
}

/// Reads one key.
pub(super) fn read(bytes: &[u8]) -> Result<COSEKey, BadKey> {
    let mut rest = bytes;
    let value: Value = ciborium::from_reader(&mut rest).map_err(|_| BadKey::Unreadable)?;
    let map = value.as_map().filter(|_| rest.is_empty());
    let fields = Fields(map.ok_or(BadKey::Unreadable)?);
    if !fields.are_distinct() {
        return Err(BadKey::Unreadable);
    }
    let kind = fields.number(KIND).ok_or(BadKey::Unreadable)?;
    let algorithm = fields.number(ALGORITHM).ok_or(BadKey::Unreadable)?;
    let (type_, expected, curve) = match algorithm {
        -7 => (
            COSEAlgorithm::ES256,
            EC2,
            Some((1, ECDSACurve::SECP256R1, 32)),
        ),
        -35 => (
            COSEAlgorithm::ES384,
            EC2,
            Some((2, ECDSACurve::SECP384R1, 48)),
        ),
        -257 => (COSEAlgorithm::RS256, RSA, None),
        other => return Err(BadKey::Algorithm(other)),
    };
    if kind != expected {
        return Err(BadKey::Shape);
    }
    let key = match curve {
        Some((number, curve, length)) => {
            if fields.number(FIRST) != Some(number) {
                return Err(BadKey::Shape);
            }
            let (x, y) = (fields.bytes(SECOND, length)?, fields.bytes(THIRD, length)?);
            COSEKeyType::EC_EC2(COSEEC2Key { curve, x, y })
        }
        None => {
            let (n, e) = (fields.bytes(FIRST, 256)?, fields.bytes(SECOND, 3)?);
            let e = e.try_into().map_err(|_| BadKey::Shape)?;
            COSEKeyType::RSA(COSERSAKey { n, e })
        }
    };
    let key = COSEKey { type_, key };
    // It looks at the key before it looks at what was signed, and nothing was.
    match key.verify_signature(&[], &[]) {
        Ok(_) | Err(WebauthnError::SignatureInvalid) => Ok(key),
        Err(_) => Err(BadKey::Invalid),
    }
}

/// Writes one key; `None` for a kind that [`read`] does not take.
pub(super) fn write(key: &COSEKey) -> Option<Vec<u8>> {
    let (kind, algorithm) = match key.type_ {
        COSEAlgorithm::ES256 => (EC2, -7),
        COSEAlgorithm::ES384 => (EC2, -35),
        COSEAlgorithm::RS256 => (RSA, -257),
        _ => return None,
    };
    let mut fields = vec![(KIND, number(kind)), (ALGORITHM, number(algorithm))];
    match &key.key {
        COSEKeyType::EC_EC2(key) => {
            let curve = match key.curve {
                ECDSACurve::SECP256R1 => 1,
                ECDSACurve::SECP384R1 => 2,
                ECDSACurve::SECP521R1 => return None,
            };
            fields.push((FIRST, number(curve)));
            fields.push((SECOND, Value::Bytes(key.x.clone())));
            fields.push((THIRD, Value::Bytes(key.y.clone())));
        }
        COSEKeyType::RSA(key) => {
            fields.push((FIRST, Value::Bytes(key.n.clone())));
            fields.push((SECOND, Value::Bytes(key.e.to_vec())));
        }
        COSEKeyType::EC_OKP(_) => return None,
    }
    let fields = fields
        .into_iter()
        .map(|(label, value)| (number(label), value));
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(fields.collect()), &mut bytes).ok()?;
    Some(bytes)
}

fn number(number: i64) -> Value {
    Value::Integer(number.into())
}

struct Fields<'a>(&'a [(Value, Value)]);

impl Fields<'_> {
    fn are_distinct(&self) -> bool {
        let mut seen: Vec<&Value> = Vec::new();
        self.0.iter().all(|(label, _)| {
            let fresh = !seen.contains(&label);
            seen.push(label);
            fresh
        })
    }

    fn get(&self, label: i64) -> Option<&Value> {
        let found = self.0.iter().find(|(known, _)| *known == number(label));
        found.map(|(_, value)| value)
    }

    fn number(&self, label: i64) -> Option<i64> {
        i64::try_from(self.get(label)?.as_integer()?).ok()
    }

    fn bytes(&self, label: i64, length: usize) -> Result<Vec<u8>, BadKey> {
        let bytes = self.get(label).and_then(Value::as_bytes);
        bytes
            .filter(|bytes| bytes.len() == length)
            .cloned()
            .ok_or(BadKey::Shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the vector `none.ES256` (WebAuthn Level 3, section 16).
    const X: &str = "afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61";
    const Y: &str = "930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220";

    fn hex(text: &str) -> Vec<u8> {
        let pairs = text.as_bytes().chunks(2);
        let digits = pairs.map(|pair| std::str::from_utf8(pair).unwrap());
        digits
            .map(|pair| u8::from_str_radix(pair, 16).unwrap())
            .collect()
    }

    fn es256(change: impl FnOnce(&mut Vec<(i64, Value)>)) -> Vec<u8> {
        let mut fields = vec![
            (1, number(2)),
            (3, number(-7)),
            (-1, number(1)),
            (-2, Value::Bytes(hex(X))),
            (-3, Value::Bytes(hex(Y))),
        ];
        change(&mut fields);
        let fields = fields
            .into_iter()
            .map(|(label, value)| (number(label), value));
        let mut bytes = Vec::new();
        ciborium::into_writer(&Value::Map(fields.collect()), &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_key_that_is_written_reads_back_the_same() {
        let bytes = es256(|_| {});
        let key = read(&bytes).unwrap();
        assert_eq!(key.type_, COSEAlgorithm::ES256);
        assert_eq!(write(&key).unwrap(), bytes);
        let rsa = COSEKey {
            type_: COSEAlgorithm::RS256,
            key: COSEKeyType::RSA(COSERSAKey {
                n: vec![0xc5; 256],
                e: [1, 0, 1],
            }),
        };
        assert_eq!(read(&write(&rsa).unwrap()).unwrap(), rsa);
    }

    #[test]
    fn what_no_signature_could_be_checked_with_is_refused() {
        for (bytes, expected) in [
            (Vec::new(), BadKey::Unreadable),
            (b"\x80".to_vec(), BadKey::Unreadable),
            ([es256(|_| {}), vec![0]].concat(), BadKey::Unreadable),
            (es256(|key| key.push((-2, Value::Null))), BadKey::Unreadable),
            (es256(|key| key[1].1 = number(-8)), BadKey::Algorithm(-8)),
            (es256(|key| key[1].1 = number(-36)), BadKey::Algorithm(-36)),
            (es256(|key| key[1].1 = number(-35)), BadKey::Shape),
            (es256(|key| key[0].1 = number(3)), BadKey::Shape),
            (es256(|key| key[2].1 = number(2)), BadKey::Shape),
            (es256(|key| key[4].1 = Value::Bool(true)), BadKey::Shape),
            (
                es256(|key| key[4].1 = Value::Bytes(hex(X))),
                BadKey::Invalid,
            ),
        ] {
            assert_eq!(read(&bytes).unwrap_err(), expected, "{bytes:?}");
        }
    }
}
