//! The names of what is audited, and the one way to write it down.

use super::{Actor, Flows};
use crate::stores::AuditEvent;

pub const PASSWORD_ACCEPTED: &str = "password_accepted";
/// No factor is enrolled, and none is demanded: the password alone signed in.
pub const SIGNED_IN_BY_PASSWORD: &str = "signed_in_by_password";
pub const FACTOR_ACCEPTED: &str = "factor_accepted";
pub const FACTOR_FAILED: &str = "factor_failed";
pub const FACTOR_THROTTLED: &str = "factor_throttled";
pub const FACTOR_DISABLED: &str = "factor_disabled";
pub const FLOW_ENDED: &str = "flow_ended";
/// With a factor; the next four are about the password.
pub const STEP_UP: &str = "step_up";
pub const STEP_UP_BY_PASSWORD: &str = "step_up_by_password";
pub const PASSWORD_FAILED: &str = "password_failed";
pub const PASSWORD_THROTTLED: &str = "password_throttled";
/// The application did not say whether it was right.
pub const PASSWORD_UNCHECKED: &str = "password_unchecked";
pub const FACTOR_ADDED: &str = "factor_added";
/// An administrator made a one-time code for a first factor.
pub const ENROLMENT_TOKEN_MADE: &str = "enrolment_token_made";
pub const ENROLMENT_TOKEN_REFUSED: &str = "enrolment_token_refused";
pub const BACKUP_CODES_MADE: &str = "backup_codes_made";
pub const FACTOR_RENAMED: &str = "factor_renamed";
pub const FACTOR_REMOVED: &str = "factor_removed";
pub const SIGNED_OUT: &str = "signed_out";
pub const OTHER_SESSIONS_ENDED: &str = "other_sessions_ended";

/// An administrator moved passkeys here, removed a factor, or looked at what there is.
pub const FACTOR_IMPORTED: &str = "factor_imported";
pub const FACTORS_EXPORTED: &str = "factors_exported";
pub const FACTORS_LISTED: &str = "factors_listed";

/// Where changes come from that nobody made in a browser.
pub const ADMINISTRATOR: &str = "administrator, command line";

/// The kinds of factor that a line is about, as [`crate::domain::authenticator::Method::as_str`] has them.
pub const TOTP: &str = "totp";
pub const PASSKEY: &str = "passkey";
pub const BACKUP_CODES: &str = "backup_code";

/// What stands in the place of a factor's name.
pub const BACKUP_CODE: &str = "backup code";

/// Why a flow ended, for [`FLOW_ENDED`].
pub const WRONG_CODES: &str = "too many wrong codes";
pub const WRONG_PASSWORDS: &str = "too many wrong passwords";
pub const UNCHECKED_PASSWORDS: &str = "too many passwords that could not be checked";

impl Flows {
    /// As [`Self::note`], unless it is what the log says last: whoever repeats it may not fill the log.
    pub(super) async fn note_once(&self, actor: Actor<'_>, what: &'static str, detail: &str) {
        let last = self.audit.recent(actor.user(), 1).await.unwrap_or_default();
        if last.first().is_none_or(|line| line.what != what) {
            self.note(actor, what, detail).await;
        }
    }

    /// Writes to the audit log and to the process's log. A log that cannot be written does not undo
    /// what has happened already, so the failure is reported and not returned.
    pub(super) async fn note(&self, actor: Actor<'_>, what: &'static str, detail: &str) {
        self.write_down(actor, what, None, detail).await;
    }

    /// The same about a factor of this kind.
    pub(super) async fn note_of(
        &self,
        actor: Actor<'_>,
        what: &'static str,
        kind: &'static str,
        detail: &str,
    ) {
        self.write_down(actor, what, Some(kind), detail).await;
    }

    async fn write_down(
        &self,
        actor: Actor<'_>,
        what: &'static str,
        kind: Option<&'static str>,
        detail: &str,
    ) {
        let session = actor.held.record.id;
        tracing::info!(target: "audit", event = what, user = %actor.user(), %session, client = actor.from, kind, detail);
        let event = AuditEvent {
            at: self.now(),
            user: actor.user().clone(),
            what,
            kind,
            detail: detail.to_owned(),
            from: actor.from.to_owned(),
        };
        if let Err(error) = self.audit.append(event).await {
            tracing::error!(event = what, user = %actor.user(), %session, %error, "the audit log was not written");
        }
    }
}
