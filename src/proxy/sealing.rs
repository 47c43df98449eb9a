//! The `Set-Cookie` lines of a response, as the browser may have them.

use super::gateway::Parts;
use super::jar::{Jar, ResponseCookies};
use super::judge::Unreleased;
use super::set_cookie::{self, Line, SetCookie};
use crate::crypto::seal::{SealError, Sealer};
use crate::domain::clock::Random;
use crate::domain::credentials::{Credential, KeptSeal, Secret};
use crate::domain::ids::{Epoch, RecordId};

/// Lines that a browser may see, and what the session has to keep for them.
pub struct SealedLines {
    pub lines: Vec<Vec<u8>>,
    pub kept: Vec<KeptSeal>,
}

impl Parts {
    /// Seals what `cookies` set for this session, whose next move has to keep what is too long for a
    /// browser. `held` has the seals that the browser holds already.
    pub fn seal_lines(
        &self,
        record: RecordId,
        epoch: Epoch,
        cookies: &ResponseCookies,
        held: &Jar,
    ) -> Result<SealedLines, SealError> {
        let sealer = self.sealer(record);
        let sealing = Sealing {
            sealer: &sealer,
            epoch,
            secure: self.guard.https,
            random: &*self.flows.random,
        };
        sealing.lines(cookies, held)
    }

    /// The same for a session that makes no other move: what is too long is in it before its reference
    /// leaves.
    pub async fn sealed_lines(
        &self,
        record: RecordId,
        epoch: Epoch,
        cookies: &ResponseCookies,
        held: &Jar,
    ) -> Result<Vec<Vec<u8>>, Unreleased> {
        let sealed = self.seal_lines(record, epoch, cookies, held)?;
        if !sealed.kept.is_empty() && !self.flows.keep_seals(record, sealed.kept).await? {
            return Err(Unreleased::Gone);
        }
        Ok(sealed.lines)
    }
}

/// Makes the `Set-Cookie` lines that a browser may see.
struct Sealing<'a> {
    sealer: &'a Sealer,
    epoch: Epoch,
    secure: bool,
    random: &'a dyn Random,
}

impl Sealing<'_> {
    /// The lines of a response: plain ones as they are, protected ones sealed, a value that the
    /// browser holds already in the seal it has.
    fn lines(&self, cookies: &ResponseCookies, held: &Jar) -> Result<SealedLines, SealError> {
        let mut sealed = SealedLines {
            lines: cookies.plain.clone(),
            kept: Vec::new(),
        };
        for line in &cookies.protected {
            let line = match line {
                Line::Delete(key) => set_cookie::deletion(key, self.secure),
                Line::Set(set) => {
                    let text = self.seal(set, held, &mut sealed.kept)?;
                    set.sealed(&text, self.secure)
                }
                Line::Plain | Line::Drop => continue,
            };
            sealed.lines.push(line.into_bytes());
        }
        Ok(sealed)
    }

    fn seal(
        &self,
        set: &SetCookie,
        held: &Jar,
        kept: &mut Vec<KeptSeal>,
    ) -> Result<String, SealError> {
        if let Some(seal) = held.seal_of(set) {
            return Ok(seal);
        }
        let (key, value) = (set.key.clone(), Secret::new(set.value.as_slice()));
        let credential = Credential {
            key,
            value,
            expires: set.expires,
            epoch: self.epoch,
        };
        let sealed = self.sealer.seal(&credential, self.random)?;
        kept.extend(sealed.kept);
        Ok(sealed.text)
    }
}
