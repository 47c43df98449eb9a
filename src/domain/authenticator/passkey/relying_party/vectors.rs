//! Test vectors of WebAuthn Level 3 (section 16), through both ceremonies as they are used here. Their
//! relying party is example.org at https://example.org.

use serde_json::{Value, json};

use super::super::{BadKey, Credential, Parts};
use super::*;

/// Both ceremonies of a vector, in hexadecimal.
struct Vector {
    challenge: &'static str,
    id: &'static str,
    client_data: &'static str,
    attestation_object: &'static str,
    /// Of the assertion.
    asked: &'static str,
    answered: &'static str,
    data: &'static str,
    signature: &'static str,
}

/// `none.ES256`: a synced key that verified nobody.
const NONE: Vector = Vector {
    challenge: "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130",
    id: "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4",
    client_data: "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434557878475453746e63647134313759447742466938767049612d7077386f4f755657345441222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20426b5165446a646354427258426941774a544c453551227d",
    attestation_object: "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
    asked: "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408",
    answered: "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a5558543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d",
    data: "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000",
    signature: "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87",
};

/// `packed-self.ES256`: its user was verified when it was made, and was not when it was used.
const SELF: Vector = Vector {
    challenge: "7869c2b772d4b58eba9378cf8f29e26cf935aa77df0da89fa99c0bdc0a76f7e5",
    id: "455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58c",
    client_data: "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a2265476e4374334c55745936366b336a506a796e6962506b31716e666644616966715a774c33417032392d55222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a205539685458764b453255526b4d6e625f307859485667227d",
    attestation_object: "a363666d74667061636b65646761747453746d74a263616c672663736967584630440220067a20754ab925005dbf378097c92120031581c73228d1fb4f5b881bcd7da98302207fc7b147558c7c0eba3af18bd9d121fa3d3a26d17fe3f220272178f473b6006d68617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b55d00000000df850e09db6afbdfab51697791506cfc0020455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58ca5010203262001215820eb151c8176b225cc651559fecf07af450fd85802046656b34c18f6cf193843c5225820927b8aa427a2be1b8834d233a2d34f61f13bfd44119c325d5896e183fee484f2",
    asked: "4478a10b1352348dd160c1353b0d469b5db19eb91c27f7dfa6fed39fe26af20b",
    answered: "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a225248696843784e534e493352594d45314f7731476d3132786e726b634a5f6666707637546e2d4a71386773222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a206754623533727a36456853576f6d58477a696d433151227d",
    data: "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50900000000",
    signature: "304402203310b9431903c401f1be2bdc8d23a4007682dbbddcf846994947b7f465daf84002204e94dd00047b316061b3b99772b7efd95994a83ef584b3b6b825ea3550251b66",
};

/// `none.ES256.crossOrigin`: made and used in a frame of another site's page.
const FRAMED: Vector = Vector {
    challenge: "3be5aacd03537142472340ab5969f240f1d87716e20b6807ac230655fa4b3b49",
    id: "6e1050c0d2ca2f07c755cb2c66a74c64fa43065c18f938354d9915db2bd5ce57",
    client_data: "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a224f2d57717a514e5463554a484930437257576e7951504859647862694332674872434d475666704c4f306b222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a747275652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a207a5a7175457444523944577170573574425754467567227d",
    attestation_object: "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b54500000000883f4f6014f19c09d87aa38123be48d000206e1050c0d2ca2f07c755cb2c66a74c64fa43065c18f938354d9915db2bd5ce57a501020326200121582022200a473f90b11078851550d03b4e44a2279f8c4eca27b3153dedfe03e4e97d225820cbd0be95e746ad6f5a8191be11756e4c0420e72f65b466d39bc56b8b123a9c6e",
    asked: "876aa517ba83fdee65fcffdbca4c84eeae5d54f8041a1fc85c991e5bbb273137",
    answered: "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a226832716c463771445f65356c5f505f62796b7945377135645650674547685f49584a6b655737736e4d5463222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a747275652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a2039327063545644304162792d713464746d6a36656667227d",
    data: "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50500000000",
    signature: "3046022100eb12fcf23b12764c0f122e22371fab92e283879fd798f38ee1841c951b6e40e7022100c76237ff9db77b3c56f30837cda6a09acfa2e915544e609c0733b1184036d1cf",
};

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    let digits = pairs.map(|pair| std::str::from_utf8(pair).unwrap());
    digits
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn text(hex: &str) -> String {
    base64url(&bytes(hex))
}

/// What is pending, as if this challenge had been drawn.
fn asking(pending: &str, challenge: &str) -> String {
    fn put(value: &mut Value, challenge: &str) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match name == "challenge" {
                        true => *value = text(challenge).into(),
                        false => put(value, challenge),
                    }
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|it| put(it, challenge)),
            _ => {}
        }
    }
    let mut pending = serde_json::from_str(pending).unwrap();
    put(&mut pending, challenge);
    pending.to_string()
}

impl Vector {
    fn party() -> RelyingParty {
        RelyingParty::new("https://example.org", "Example").unwrap()
    }

    fn register(&self, mechanism: Mechanism) -> Result<Registered, Refused> {
        let party = Self::party();
        let user = UserHandle([7; 16]);
        let begun = party
            .begin_registration(mechanism, user, "ada", &[])
            .unwrap();
        let answer = json!({
            "id": text(self.id),
            "rawId": text(self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": text(self.client_data),
                "attestationObject": text(self.attestation_object),
            },
        });
        let pending = asking(&begun.pending, self.challenge);
        party.finish_registration(&pending, &answer.to_string(), &[])
    }

    /// The last 77 bytes are the COSE key, as all these vectors have it.
    fn elsewhere(&self) -> Result<Credential, BadKey> {
        let object = bytes(self.attestation_object);
        Credential::from_parts(&Parts {
            id: bytes(self.id),
            public_key: object[object.len() - 77..].to_vec(),
            counter: 0,
            transports: Vec::new(),
            user_verified: false,
            backup_eligible: None,
            backup_state: false,
        })
    }

    fn assert(&self, known: &Credential, challenge: &str) -> Result<Assertion, Refused> {
        let party = Self::party();
        let begun = party.begin_assertion(std::slice::from_ref(known)).unwrap();
        let answer = json!({
            "id": text(self.id),
            "rawId": text(self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": text(self.answered),
                "authenticatorData": text(self.data),
                "signature": text(self.signature),
                "userHandle": null,
            },
        });
        let expected = Expected {
            handle: &[7; 16],
            backup_known: known.backup_known(),
        };
        let pending = asking(&begun.pending, challenge);
        party.finish_assertion(&pending, expected, &answer.to_string())
    }
}

#[test]
fn none_es256_is_enrolled_and_signs_in() {
    let made = NONE.register(Mechanism::SecurityKey).unwrap();
    assert_eq!(made.credential.id(), bytes(NONE.id));
    assert!(made.credential.backup_eligible() && !made.credential.user_verified());
    let aaguid = made.aaguid.unwrap().0;
    assert_eq!(aaguid.to_vec(), bytes("8446ccb9ab1db374750b2367ff6f3a1f"));
    let shown = NONE.assert(&made.credential, NONE.asked).unwrap();
    assert_eq!(shown.credential_id, bytes(NONE.id));
    assert!(shown.shown.backup_eligible && !shown.shown.user_verified);
    let other = NONE.assert(&made.credential, SELF.asked);
    assert!(matches!(other, Err(Refused::Invalid(_))), "{other:?}");
    // As a passkey its user would have had to be verified.
    let unverified = NONE.register(Mechanism::Passkey);
    assert!(
        matches!(unverified, Err(Refused::Unverified)),
        "{unverified:?}"
    );
}

#[test]
fn packed_self_es256_is_enrolled_and_has_to_verify_its_user_ever_after() {
    let made = SELF.register(Mechanism::Passkey).unwrap();
    assert!(made.credential.user_verified());
    let shown = SELF.assert(&made.credential, SELF.asked);
    assert!(matches!(shown, Err(Refused::Unverified)), "{shown:?}");
}

#[test]
fn both_sign_in_as_imports() {
    for vector in [&NONE, &SELF] {
        let known = vector.elsewhere().unwrap();
        let shown = vector.assert(&known, vector.asked).unwrap();
        assert!(shown.shown.backup_eligible);
        let learnt = known.learn(false);
        let refused = vector.assert(&learnt, vector.asked);
        assert!(matches!(refused, Err(Refused::Invalid(_))), "{refused:?}");
        let foreign = [&NONE, &SELF].map(|it| it.elsewhere().unwrap().to_parts().unwrap());
        let mut mixed = foreign[0].clone();
        mixed.public_key.clone_from(&foreign[1].public_key);
        if vector.id == NONE.id {
            let mixed = Credential::from_parts(&mixed).unwrap();
            assert!(vector.assert(&mixed, vector.asked).is_err());
        }
    }
}

#[test]
fn what_was_made_or_used_in_a_frame_is_refused() {
    let made = FRAMED.register(Mechanism::Passkey);
    assert!(matches!(made, Err(Refused::Framed)), "{made:?}");
    let known = FRAMED.elsewhere().unwrap();
    let used = FRAMED.assert(&known, FRAMED.asked);
    assert!(matches!(used, Err(Refused::Framed)), "{used:?}");
}
