//! Passkeys that exist in another system. Nothing is asked of their owners: the file has what their
//! authenticators will be checked with, and the administrator vouches for it.

use ring::digest::{SHA256, digest};

use super::{Administrator, FlowError, audit};
use crate::domain::authenticator::FriendlyName;
use crate::domain::authenticator::passkey::Refused;
use crate::domain::authenticator::passkey::transfer::{self, Arrival, Problem};
use crate::domain::ids::{FactorId, UserId};
use crate::stores::{Landed, NewPasskey, Told};

/// What became of a file.
pub struct Import {
    /// User and name, in the order of the file.
    pub added: Vec<(UserId, FriendlyName)>,
    /// Places in the file of those that their user had already.
    pub known: Vec<usize>,
    /// Without a user handle: an authenticator that keeps one will not be accepted.
    pub without_handle: usize,
    /// Without a host: they were taken to be this one's.
    pub without_host: usize,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("nothing was imported")]
    Problems(Vec<Problem>),
    #[error("passkeys need a domain name in app.public_url")]
    NoHost,
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl Administrator {
    /// All of the file or, where anything in it cannot be, nothing. Without `keep` it is only tried.
    pub async fn import(
        &self,
        file: &[u8],
        user_of: &dyn Fn(&str) -> Option<UserId>,
        keep: bool,
    ) -> Result<Import, ImportError> {
        let rp_id = self.rp_id.as_deref().ok_or(ImportError::NoHost)?;
        let arrivals = transfer::read(file, rp_id, user_of).map_err(ImportError::Problems)?;
        let rows: Result<Vec<_>, FlowError> =
            arrivals.iter().map(|new| self.row(new, rp_id)).collect();
        let told = Told {
            at: self.clock.now(),
            what: audit::FACTOR_IMPORTED,
            kind: audit::PASSKEY,
            from: audit::ADMINISTRATOR,
        };
        let landed = self.changes.import(rows?, told, keep).await;
        let landed = landed.map_err(FlowError::from)?;
        let mut import = Import {
            added: Vec::new(),
            known: Vec::new(),
            without_handle: 0,
            without_host: 0,
        };
        let mut problems = Vec::new();
        for (new, landed) in arrivals.into_iter().zip(landed) {
            match landed {
                Landed::Added(name) => {
                    import.without_handle += usize::from(new.user_handle.is_none());
                    import.without_host += usize::from(!new.names_host);
                    import.added.push((new.user, name));
                }
                Landed::Known => import.known.push(new.index),
                Landed::OthersCredential => problems.push(Problem {
                    index: Some(new.index),
                    field: "credential_id",
                    problem: "is another user's credential".to_owned(),
                }),
                Landed::OthersHandle => problems.push(Problem {
                    index: Some(new.index),
                    field: "user_handle",
                    problem: "is another user's: one handle names one user".to_owned(),
                }),
            }
        }
        match problems.is_empty() {
            true => Ok(import),
            false => Err(ImportError::Problems(problems)),
        }
    }

    fn row(&self, new: &Arrival, rp_id: &str) -> Result<NewPasskey, FlowError> {
        let id = FactorId::generate(&*self.random)?;
        let bytes = new.credential.to_bytes().map_err(Refused::from)?;
        let credential = self
            .at_rest
            .seal_credential(&bytes, &new.user, &id, &*self.random)?;
        let mut credential_digest = [0; 32];
        credential_digest.copy_from_slice(digest(&SHA256, new.credential.id()).as_ref());
        Ok(NewPasskey {
            id,
            user: new.user.clone(),
            name: new.name.clone(),
            credential_digest,
            credential,
            counter: new.credential.counter(),
            aaguid: new.aaguid,
            rp_id: Some(rp_id.to_owned()),
            user_handle: new.user_handle.clone(),
            at: self.clock.now(),
        })
    }
}
