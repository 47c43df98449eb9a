//! Which make of authenticator a passkey is on. For the eye only: without attestation anybody can claim
//! any of them.

use super::providers::PROVIDERS;

/// The 128 bits of WebAuthn Level 3, section 6.5.1; all zero where it does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aaguid(pub [u8; 16]);

/// Where it stands in authenticator data: after the hash of the relying party's id, the flags and the
/// counter.
const AT: std::ops::Range<usize> = 37..53;
/// The flag that says that it stands there.
const ATTESTED: u8 = 0x40;

impl Aaguid {
    /// Reads it out of an attestation object (CBOR).
    pub fn of(attestation_object: &[u8]) -> Option<Self> {
        let object: ciborium::Value = ciborium::from_reader(attestation_object).ok()?;
        let fields = object.as_map()?;
        let data = fields
            .iter()
            .find(|(name, _)| name.as_text() == Some("authData"))
            .and_then(|(_, data)| data.as_bytes())?;
        let flags = data.get(32)?;
        if flags & ATTESTED == 0 {
            return None;
        }
        Some(Self(data.get(AT)?.try_into().ok()?))
    }

    /// The name under which people know it.
    pub fn provider(self) -> Option<&'static str> {
        let number = u128::from_be_bytes(self.0);
        let known = PROVIDERS.iter().find(|(known, _)| *known == number);
        known.map(|(_, name)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(flags: u8, aaguid: [u8; 16]) -> Vec<u8> {
        let data = [
            vec![7; 32],
            vec![flags],
            vec![0; 4],
            aaguid.to_vec(),
            vec![1; 20],
        ]
        .concat();
        let text = |text: &str| ciborium::Value::Text(text.to_owned());
        let object = ciborium::Value::Map(vec![
            (text("fmt"), text("none")),
            (text("authData"), ciborium::Value::Bytes(data)),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&object, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn it_is_read_where_the_flags_say_that_it_is() {
        let bitwarden = 0xd548_826e_79b4_db40_a3d8_1111_6f7e_8349_u128.to_be_bytes();
        let read = Aaguid::of(&object(0x45, bitwarden)).unwrap();
        assert_eq!(read.provider(), Some("Bitwarden"));
        assert_eq!(Aaguid::of(&object(0x05, bitwarden)), None);
        assert_eq!(Aaguid::of(&object(0x45, [0; 16])).unwrap().provider(), None);
        for broken in [&b""[..], b"\xff", b"\xa0", &object(0x45, bitwarden)[..30]] {
            assert_eq!(Aaguid::of(broken), None);
        }
    }
}
