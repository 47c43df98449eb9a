//! Both ceremonies of WebAuthn, for one relying party.

use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{
    AuthenticatorAttachment, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, SecurityKey, SecurityKeyAuthentication, SecurityKeyRegistration,
    Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::{Aaguid, Credential, Possession, UserHandle, base64url};

/// The one origin that passkeys are made for and used at.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    webauthn: Webauthn,
    domain: String,
}

/// Passkeys are bound to a domain: an address in numbers has none.
#[derive(Debug, thiserror::Error)]
#[error("passkeys need a domain name in app.public_url; {0} is none")]
pub struct UnfitOrigin(String);

/// How a credential is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mechanism {
    /// On this device, a phone or in a password manager; it has to know its user.
    Passkey,
    /// On a key that is plugged in or held close; it knows its user where it can.
    SecurityKey,
}

/// JSON for `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`, and what the store keeps
/// until it is answered.
#[derive(Clone, Debug)]
pub struct Options {
    pub json: String,
    pub pending: String,
}

/// A new credential.
#[derive(Clone, Debug)]
pub struct Registered {
    pub credential: Credential,
    pub aaguid: Option<Aaguid>,
}

/// What is known of the credential that answers.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// What its authenticator knows the user by: where it says a handle, it must be this one.
    pub handle: &'a [u8],
    /// See [`Credential::backup_known`].
    pub backup_known: bool,
}

/// An assertion whose signature fits.
#[derive(Clone, Debug)]
pub struct Assertion {
    pub credential_id: Vec<u8>,
    /// What the authenticator counts; 0 where it does not.
    pub counter: u32,
    pub shown: Possession,
}

/// Why an answer is not accepted. Whoever sent it is not told.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("{0}")]
    Invalid(WebauthnError),
    #[error("the user handle is another user's")]
    UserHandle,
    #[error("it was made in a frame below the page of another site")]
    Framed,
    /// The browser was asked not to make it.
    #[error("the credential is enrolled already")]
    Known,
    #[error("its id is empty or longer than ids may be")]
    Id,
    /// It was made with verification, and used without.
    #[error("the authenticator did not verify its user")]
    Unverified,
    /// The counter went back.
    #[error("its counter went back: there may be a copy of it")]
    Copied,
}

impl From<WebauthnError> for Refused {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::UserNotVerified => Self::Unverified,
            WebauthnError::CredentialPossibleCompromise => Self::Copied,
            error => Self::Invalid(error),
        }
    }
}

/// What webauthn-rs leaves out of client data: whether the page stood in a frame (sections 7.1 and 7.2).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Frames {
    cross_origin: Option<bool>,
    top_origin: Option<serde_json::Value>,
}

/// In bytes (section 7.1).
const LONGEST_ID: usize = 1_023;

#[derive(Serialize, Deserialize)]
enum Registration {
    Passkey(PasskeyRegistration),
    SecurityKey(SecurityKeyRegistration),
}

impl RelyingParty {
    /// `origin` is `app.public_url`'s, `name` the application's.
    pub fn new(origin: &str, name: &str) -> Result<Self, UnfitOrigin> {
        let unfit = || UnfitOrigin(origin.to_owned());
        let url = Url::parse(origin).map_err(|_| unfit())?;
        let domain = url.domain().ok_or_else(unfit)?;
        let builder = WebauthnBuilder::new(domain, &url).map_err(|_| unfit())?;
        let webauthn = builder.rp_name(name).build().map_err(|_| unfit())?;
        Ok(Self {
            webauthn,
            domain: domain.to_owned(),
        })
    }

    /// The host that its passkeys are bound to.
    pub fn id(&self) -> &str {
        &self.domain
    }

    /// Options for a new credential of this user, on none of the authenticators of `known`.
    pub fn begin_registration(
        &self,
        mechanism: Mechanism,
        user: UserHandle,
        account: &str,
        known: &[Credential],
    ) -> Result<Options, Refused> {
        let handle = Uuid::from_bytes(user.0);
        let exclude = Some(known.iter().map(|known| known.id().to_vec()).collect());
        let (mut options, pending) = match mechanism {
            Mechanism::Passkey => {
                let (options, pending) = self
                    .webauthn
                    .start_passkey_registration(handle, account, account, exclude)?;
                let options = serde_json::to_value(&options.public_key)?;
                (options, Registration::Passkey(pending))
            }
            Mechanism::SecurityKey => {
                let attachment = Some(AuthenticatorAttachment::CrossPlatform);
                let (mut options, pending) = self.webauthn.start_securitykey_registration(
                    handle, account, account, exclude, None, attachment,
                )?;
                // Browsers refuse a key without a PIN when it is asked to protect itself by one.
                if let Some(extensions) = &mut options.public_key.extensions {
                    extensions.cred_protect = None;
                }
                let options = serde_json::to_value(&options.public_key)?;
                (options, Registration::SecurityKey(pending))
            }
        };
        // The library discourages it, and then Android offers no password manager to keep a passkey in.
        let selection = options
            .pointer_mut("/authenticatorSelection")
            .and_then(serde_json::Value::as_object_mut);
        if let Some(selection) = selection.filter(|_| mechanism == Mechanism::Passkey) {
            selection.insert("residentKey".to_owned(), "required".into());
            selection.insert("requireResidentKey".to_owned(), true.into());
        }
        Ok(Options {
            json: options.to_string(),
            pending: serde_json::to_string(&pending)?,
        })
    }

    /// `answer` is what `toJSON` gives for the new credential.
    /// `known` are the user's credentials.
    pub fn finish_registration(
        &self,
        pending: &str,
        answer: &str,
        known: &[Credential],
    ) -> Result<Registered, Refused> {
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer)?;
        unframed(&answer.response.client_data_json)?;
        // webauthn-rs refuses these too, and calls them by the name of another mistake.
        if known.iter().any(|known| known.id() == answer.raw_id) {
            return Err(Refused::Known);
        }
        let credential = match serde_json::from_str(pending)? {
            Registration::Passkey(pending) => {
                let passkey: Passkey = self
                    .webauthn
                    .finish_passkey_registration(&answer, &pending)?;
                SecurityKey::from(webauthn_rs::prelude::Credential::from(passkey))
            }
            Registration::SecurityKey(pending) => self
                .webauthn
                .finish_securitykey_registration(&answer, &pending)?,
        };
        if !(1..=LONGEST_ID).contains(&credential.cred_id().len()) {
            return Err(Refused::Id);
        }
        Ok(Registered {
            credential: credential.into(),
            aaguid: Aaguid::of(&answer.response.attestation_object),
        })
    }

    /// JSON for `signalAllAcceptedCredentials`: authenticators may forget the others of this user.
    pub fn accepted<'a>(&self, user: UserHandle, ids: impl Iterator<Item = &'a [u8]>) -> String {
        let ids: Vec<String> = ids.map(base64url).collect();
        let signal = serde_json::json!({
            "rpId": self.domain,
            "userId": base64url(&user.0),
            "allAcceptedCredentialIds": ids,
        });
        signal.to_string()
    }

    /// JSON for `signalUnknownCredential`, about a new credential that was not accepted.
    pub fn unknown(&self, answer: &str) -> Option<String> {
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).ok()?;
        let signal = serde_json::json!({
            "rpId": self.domain,
            "credentialId": base64url(&answer.raw_id),
        });
        Some(signal.to_string())
    }

    /// Options for an assertion by one of these credentials. The library's way for security keys is the
    /// one that takes keys of both kinds; whether a user has to be verified is part of each credential.
    pub fn begin_assertion(&self, known: &[Credential]) -> Result<Options, Refused> {
        let keys: Vec<SecurityKey> = known.iter().map(|known| known.key.clone()).collect();
        let (options, pending) = self.webauthn.start_securitykey_authentication(&keys)?;
        let mut options = serde_json::to_value(&options.public_key)?;
        if let Some(options) = options.as_object_mut() {
            // The keys are of every kind, and the browser shall offer them all.
            options.remove("hints");
            // Asked for no more than "preferred", a computer without a sensor verifies nobody, and a
            // passkey that was made with verification is not accepted without.
            if known.iter().all(Credential::user_verified) {
                options.insert("userVerification".to_owned(), "required".into());
            }
        }
        Ok(Options {
            json: options.to_string(),
            pending: serde_json::to_string(&pending)?,
        })
    }

    /// `answer` is what `toJSON` gives for the assertion.
    pub fn finish_assertion(
        &self,
        pending: &str,
        expected: Expected<'_>,
        answer: &str,
    ) -> Result<Assertion, Refused> {
        let answer: PublicKeyCredential = serde_json::from_str(answer)?;
        let handle = answer.response.user_handle.as_deref();
        if handle.is_some_and(|handle| !handle.is_empty() && handle != expected.handle) {
            return Err(Refused::UserHandle);
        }
        unframed(&answer.response.client_data_json)?;
        let mut pending: serde_json::Value = serde_json::from_str(pending)?;
        if !expected.backup_known {
            take_backup_flag(&mut pending, &answer);
        }
        let pending: SecurityKeyAuthentication = serde_json::from_value(pending)?;
        let result = self
            .webauthn
            .finish_securitykey_authentication(&answer, &pending)?;
        Ok(Assertion {
            credential_id: result.cred_id().clone(),
            counter: result.counter(),
            shown: Possession {
                user_verified: result.user_verified(),
                backup_eligible: result.backup_eligible(),
            },
        })
    }
}

/// The library demands the flag that it knows. Where nobody knows it yet, it is what the authenticator
/// says now, under its signature.
fn take_backup_flag(pending: &mut serde_json::Value, answer: &PublicKeyCredential) {
    const BACKUP_ELIGIBLE: u8 = 0x08;
    let flags = answer.response.authenticator_data.get(32);
    let eligible = flags.is_some_and(|flags| flags & BACKUP_ELIGIBLE != 0);
    let credentials = pending
        .pointer_mut("/ast/credentials")
        .and_then(serde_json::Value::as_array_mut);
    for known in credentials.into_iter().flatten() {
        let answers = known.get("cred_id").and_then(serde_json::Value::as_str)
            == Some(base64url(&answer.raw_id).as_str());
        if let Some(known) = known.as_object_mut().filter(|_| answers) {
            known.insert("backup_eligible".to_owned(), eligible.into());
        }
    }
}

/// The id of the credential that an answer is by, right or wrong.
pub fn credential_of(answer: &str) -> Option<Vec<u8>> {
    let answer: PublicKeyCredential = serde_json::from_str(answer).ok()?;
    Some(answer.raw_id)
}

/// Whether an answer is to the challenge of these options, right or wrong. What cannot be read is to any.
pub fn is_answer_to(options: &str, answer: &str) -> bool {
    #[derive(Deserialize)]
    struct Challenge {
        challenge: String,
    }
    let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else {
        return true;
    };
    let asked = serde_json::from_str::<Challenge>(options);
    let answered = serde_json::from_slice::<Challenge>(&answer.response.client_data_json);
    match (asked, answered) {
        (Ok(asked), Ok(answered)) => asked.challenge == answered.challenge,
        _ => true,
    }
}

fn unframed(client_data: &[u8]) -> Result<(), Refused> {
    let frames: Frames = serde_json::from_slice(client_data)?;
    match frames.cross_origin == Some(true) || frames.top_origin.is_some() {
        true => Err(Refused::Framed),
        false => Ok(()),
    }
}

#[cfg(test)]
mod vectors;

#[cfg(test)]
mod tests {
    use super::*;

    fn party() -> RelyingParty {
        RelyingParty::new("https://crm.example.com", "CRM").unwrap()
    }

    fn options(mechanism: Mechanism) -> serde_json::Value {
        let handle = UserHandle([7; 16]);
        let made = party().begin_registration(mechanism, handle, "ada", &[]);
        serde_json::from_str(&made.unwrap().json).unwrap()
    }

    #[test]
    fn a_passkey_is_asked_for_as_password_managers_expect_it() {
        let options = options(Mechanism::Passkey);
        let selection = &options["authenticatorSelection"];
        assert_eq!(selection["residentKey"], "required");
        assert_eq!(selection["requireResidentKey"], true);
        assert_eq!(selection["userVerification"], "required");
        assert_eq!(options["rp"]["id"], "crm.example.com");
        assert_eq!(options["attestation"], "none");
    }

    #[test]
    fn a_security_key_needs_neither_a_pin_nor_room() {
        let options = options(Mechanism::SecurityKey);
        let selection = &options["authenticatorSelection"];
        assert_eq!(selection["residentKey"], "discouraged");
        assert_eq!(selection["userVerification"], "preferred");
        assert_eq!(selection["authenticatorAttachment"], "cross-platform");
        assert_eq!(options["hints"], serde_json::json!(["security-key"]));
        assert!(
            options["extensions"]
                .get("credentialProtectionPolicy")
                .is_none()
        );
    }

    #[test]
    fn an_address_in_numbers_has_no_passkeys() {
        for origin in ["http://127.0.0.1:8080", "https://[::1]", "nonsense"] {
            assert!(RelyingParty::new(origin, "CRM").is_err(), "{origin}");
        }
        assert!(RelyingParty::new("http://localhost:8080", "CRM").is_ok());
    }
}
