//! The security page: cards, activity, notices.

use std::time::Duration;

use http::{Method, StatusCode};

use super::times::{self, Shown};
use super::views::texts::{Activity, Notice, PageProblem};
use super::views::{ActivityRow, CodesLeft, FactorRow, Offer, SecurityPage};
use super::{Page, Portal, Visit};
use crate::domain::authenticator::passkey::Aaguid;
use crate::domain::clock::UnixTime;
use crate::domain::throttle::FACTOR_FAILURES;
use crate::flows::{FlowError, audit, manage::Overview};
use crate::stores::AuditLine;

impl Portal {
    pub(super) async fn security(&self, visit: Visit<'_>) -> Result<Page, FlowError> {
        if visit.request.method == Method::POST {
            return Ok(self.problem(PageProblem::BadRequest, visit.request.reader(), None));
        }
        let overview = self.flows.overview(visit.actor).await?;
        let request_id = visit.request.request_id;
        Ok(self.drawn(&visit, &overview, |page| {
            self.render(StatusCode::OK, &page, request_id)
        }))
    }

    pub(super) async fn sign_out_others(&self, visit: Visit<'_>) -> Result<Page, FlowError> {
        let page = &self.settings.security_page;
        if visit.request.method != Method::POST {
            return Ok(Page::see_other(page));
        }
        self.flows.sign_out_others(visit.actor).await?;
        Ok(Page::see_other(&format!("{page}?notice=others")))
    }

    /// The security page of this moment, for `draw`.
    pub(super) fn drawn<T>(
        &self,
        visit: &Visit<'_>,
        overview: &Overview,
        draw: impl FnOnce(SecurityPage<'_>) -> T,
    ) -> T {
        let csrf = self.csrf_of(visit.held);
        let others = format!("{}/sign-out-others", self.settings.security_page);
        let show = |time| times::show(time, visit.request.language);
        let totp = overview.totp.iter().map(|row| Dated {
            id: row.id.as_str(),
            name: &row.name,
            provider: None,
            added: show(row.added_at),
            used: row.last_used_at.map(show),
            disabled: row.failures >= FACTOR_FAILURES,
        });
        let passkeys = overview.passkeys.iter().map(|row| Dated {
            id: row.id.as_str(),
            name: &row.name,
            // Said once where the passkey has its provider's name.
            provider: row
                .aaguid
                .and_then(Aaguid::provider)
                .filter(|provider| !row.name.starts_with(provider)),
            added: show(row.added_at),
            used: row.last_used_at.map(show),
            disabled: false,
        });
        let (totp, passkeys): (Vec<_>, Vec<_>) = (totp.collect(), passkeys.collect());
        let made_at = overview.sheet.map(|sheet| show(sheet.made_at));
        let codes = overview.sheet.zip(made_at.as_ref());
        let codes = codes.map(|(sheet, made_at)| CodesLeft {
            left: sheet.left,
            made: sheet.made,
            made_at: made_at.moment(),
        });
        let lines: Vec<(Activity<'_>, Shown, &str)> = activities(&overview.recent)
            .into_iter()
            .map(|(what, line)| (what, show(line.at), line.from.as_str()))
            .collect();
        let activity = lines.iter().map(|(what, when, from)| ActivityRow {
            when: when.moment(),
            what: *what,
            from,
        });
        draw(SecurityPage {
            frame: self.frame(visit.request.reader()),
            behind: false,
            csrf: &csrf,
            account: &visit.actor.who.name,
            base: &self.settings.security_page,
            back: "/",
            sign_out_others: &others,
            other_sessions: overview.other_sessions,
            authenticators: totp.iter().map(Dated::row).collect(),
            passkeys: passkeys.iter().map(Dated::row).collect(),
            passkey_offer: self.passkey_offer(),
            accepted: overview.accepted.as_deref().unwrap_or_default(),
            codes,
            activity: activity.collect(),
            notice: notice(visit, &overview.recent, self.flows.clock.now()),
        })
    }

    pub(super) fn passkey_offer(&self) -> Offer {
        match &self.flows.relying_party {
            None => Offer::Never,
            Some(_) if self.flows.rules.passkey_enrolment => Offer::Now,
            Some(_) => Offer::ComingSoon,
        }
    }
}

/// A row whose dates are written out.
struct Dated<'a> {
    id: &'a str,
    name: &'a str,
    provider: Option<&'static str>,
    added: Shown,
    used: Option<Shown>,
    disabled: bool,
}

impl Dated<'_> {
    fn row(&self) -> FactorRow<'_> {
        FactorRow {
            id: self.id,
            name: self.name,
            provider: self.provider,
            added: self.added.moment(),
            last_used: self.used.as_ref().map(Shown::moment),
            disabled: self.disabled,
        }
    }
}

/// How long the page says what the page before did: a reload later says nothing any more.
const NOTICE: Duration = Duration::from_secs(60);

/// What the page before did. The name comes from the log, never from the address, so that no link
/// can put words into the page.
fn notice<'a>(visit: &Visit<'_>, recent: &'a [AuditLine], now: UnixTime) -> Option<Notice<'a>> {
    let asked = visit.request.parameter("notice")?;
    let newest = |what: &str| {
        let line = recent.iter().find(|line| line.what == what)?;
        (now.since(line.at) < NOTICE).then_some(line.detail.as_str())
    };
    match asked.as_str() {
        "added" => newest(audit::FACTOR_ADDED).map(Notice::Added),
        "removed" => newest(audit::FACTOR_REMOVED).map(Notice::Removed),
        "renamed" => newest(audit::FACTOR_RENAMED).map(Notice::Renamed),
        "others" => newest(audit::OTHER_SESSIONS_ENDED).map(|_| Notice::OthersSignedOut),
        _ => None,
    }
}

/// The lines that concern the user, newest first. A password that was accepted is told only where no
/// code followed: that is somebody who has the password and no more.
fn activities(recent: &[AuditLine]) -> Vec<(Activity<'_>, &AuditLine)> {
    let mut followed = false;
    let mut shown = Vec::new();
    for line in recent {
        if line.what == audit::PASSWORD_ACCEPTED {
            if !std::mem::take(&mut followed) {
                shown.push((Activity::PasswordAccepted, line));
            }
            continue;
        }
        followed |= line.what == audit::FACTOR_ACCEPTED;
        shown.extend(activity(line).map(|what| (what, line)));
    }
    shown
}

/// What a line of the log says to the user; `None` for what only an auditor needs.
fn activity(line: &AuditLine) -> Option<Activity<'_>> {
    Some(match line.what.as_str() {
        audit::FACTOR_ACCEPTED if kind_of(line) == Some(audit::BACKUP_CODES) => {
            Activity::SignedInByBackupCode
        }
        audit::FACTOR_ACCEPTED => Activity::SignedIn(&line.detail),
        audit::SIGNED_IN_BY_PASSWORD => Activity::SignedInByPassword,
        audit::SIGNED_OUT => Activity::SignedOut,
        audit::STEP_UP => Activity::Confirmed(&line.detail),
        audit::STEP_UP_BY_PASSWORD => Activity::ConfirmedByPassword,
        audit::FACTOR_FAILED => match kind_of(line) {
            Some(audit::BACKUP_CODES) => Activity::BackupCodeRejected,
            Some(audit::PASSKEY) => Activity::PasskeyRejected,
            _ => Activity::CodeRejected,
        },
        audit::BACKUP_CODES_MADE => Activity::BackupCodesMade,
        audit::PASSWORD_FAILED => Activity::PasswordRejected,
        audit::FLOW_ENDED if line.detail == audit::WRONG_PASSWORDS => Activity::LockedByPasswords,
        audit::FLOW_ENDED if line.detail == audit::UNCHECKED_PASSWORDS => Activity::EndedUnchecked,
        audit::PASSWORD_THROTTLED => Activity::LockedByPasswords,
        audit::FACTOR_THROTTLED | audit::FLOW_ENDED => Activity::Locked,
        audit::FACTOR_DISABLED => Activity::AuthenticatorDisabled(&line.detail),
        audit::FACTOR_ADDED | audit::FACTOR_IMPORTED => Activity::AuthenticatorAdded(&line.detail),
        audit::FACTOR_REMOVED => Activity::AuthenticatorRemoved(&line.detail),
        audit::FACTOR_RENAMED => Activity::AuthenticatorRenamed(&line.detail),
        audit::OTHER_SESSIONS_ENDED => Activity::OthersSignedOut,
        _ => return None,
    })
}

/// The kind of factor that a line is about. Older lines have it in their words only.
fn kind_of(line: &AuditLine) -> Option<&str> {
    let in_words = || match line.what.as_str() {
        audit::FACTOR_ACCEPTED if line.detail == audit::BACKUP_CODE => Some(audit::BACKUP_CODES),
        audit::FACTOR_FAILED if line.detail.starts_with(audit::BACKUP_CODE) => {
            Some(audit::BACKUP_CODES)
        }
        audit::FACTOR_FAILED if line.detail.starts_with(audit::PASSKEY) => Some(audit::PASSKEY),
        _ => None,
    };
    line.kind.as_deref().or_else(in_words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(what: &str, kind: Option<&str>, detail: &str) -> AuditLine {
        AuditLine {
            at: UnixTime(0),
            what: what.to_owned(),
            kind: kind.map(str::to_owned),
            detail: detail.to_owned(),
            from: String::new(),
        }
    }

    #[test]
    fn a_factor_that_is_called_backup_code_is_not_taken_for_one() {
        let named = line(
            audit::FACTOR_ACCEPTED,
            Some(audit::TOTP),
            audit::BACKUP_CODE,
        );
        assert_eq!(
            activity(&named),
            Some(Activity::SignedIn(audit::BACKUP_CODE))
        );
        let code = line(
            audit::FACTOR_ACCEPTED,
            Some(audit::BACKUP_CODES),
            audit::BACKUP_CODE,
        );
        assert_eq!(activity(&code), Some(Activity::SignedInByBackupCode));
        let wrong = line(audit::FACTOR_FAILED, Some(audit::TOTP), "passkey");
        assert_eq!(activity(&wrong), Some(Activity::CodeRejected));
    }

    #[test]
    fn lines_from_before_kinds_were_written_down_read_as_they_did() {
        for (what, detail, expected) in [
            (
                audit::FACTOR_ACCEPTED,
                "backup code",
                Activity::SignedInByBackupCode,
            ),
            (audit::FACTOR_ACCEPTED, "Phone", Activity::SignedIn("Phone")),
            (audit::FACTOR_FAILED, "", Activity::CodeRejected),
            (
                audit::FACTOR_FAILED,
                "backup code that was used before",
                Activity::BackupCodeRejected,
            ),
            (
                audit::FACTOR_FAILED,
                "passkey that was removed",
                Activity::PasskeyRejected,
            ),
        ] {
            assert_eq!(activity(&line(what, None, detail)), Some(expected));
        }
    }
}
