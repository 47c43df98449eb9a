//! Every state of every page with made-up data, for the tests and for looking
//! at: `STEPGATE_PAGES_DIR=/tmp/pages cargo test views` writes them there.

use askama::Template;

use super::texts::*;
use super::*;

pub(super) const FRAME: Frame<'static> = Frame {
    app_name: "Acme CRM",
    portal: "/.mfa",
    version: "0123456789ab",
    logo: false,
    support_url: Some("https://help.example.com"),
    request_id: "01939d8e5b7c7e219a540c1f5d3b2a10",
    language: Language::English,
    lang: "en",
    dir: "ltr",
    over: None,
};
const ACCOUNT: &str = "ana.lima@example.com";
const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const URI: &str = "otpauth://totp/Acme%20CRM:ana.lima%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme%20CRM";
const OPTIONS: &str = r#"{"challenge":"AAAA","timeout":60000,"rpId":"crm.example.com"}"#;
const ADDED: Moment = Moment {
    text: "3 Mar 2026, 14:05 UTC",
    iso: "2026-03-03T14:05:00Z",
};
pub(super) const USED: Moment<'static> = Moment {
    text: "21 Jul 2026, 08:12 UTC",
    iso: "2026-07-21T08:12:00Z",
};

/// The same time in the words of the page's language.
fn said(moment: Moment<'static>, frame: Frame<'_>) -> Moment<'static> {
    let text = match (frame.language, moment.iso == ADDED.iso) {
        (Language::English, _) => moment.text,
        (Language::German, true) => "3. März 2026, 14:05 UTC",
        (Language::German, false) => "21. Juli 2026, 08:12 UTC",
    };
    Moment { text, ..moment }
}

/// Name of the state, and the page.
pub(super) fn all(qr: &str, language: Language) -> Vec<(String, String)> {
    let frame = Frame {
        language,
        lang: language.tag(),
        dir: language.direction(),
        ..FRAME
    };
    let mut pages = Vec::new();
    let mut add = |name: &str, page: String| pages.push((name.to_owned(), page));

    for (name, problem) in [
        ("challenge", None),
        ("challenge-wrong", Some(FormProblem::CodeWrong)),
        ("challenge-used", Some(FormProblem::CodeUsed)),
        ("challenge-expired", Some(FormProblem::FormExpired)),
    ] {
        add(name, challenge(frame, Way::Code, problem));
    }
    for (name, way, problem) in [
        ("challenge-passkey", Way::Passkey, None),
        (
            "challenge-passkey-refused",
            Way::Passkey,
            Some(FormProblem::PasskeyRefused),
        ),
        ("challenge-backup-code", Way::BackupCode, None),
        (
            "challenge-backup-code-expired",
            Way::BackupCode,
            Some(FormProblem::BackupCodeExpired),
        ),
        (
            "challenge-backup-code-used",
            Way::BackupCode,
            Some(FormProblem::BackupCodeUsed),
        ),
    ] {
        add(name, challenge(frame, way, problem));
    }
    let right_to_left = Frame {
        lang: "ar",
        dir: "rtl",
        ..frame
    };
    add(
        "rtl-challenge-wrong",
        challenge(right_to_left, Way::Code, Some(FormProblem::CodeWrong)),
    );
    add("rtl-enrol", enrol(right_to_left, qr, false, None));
    add("rtl-security", security(right_to_left, 2, None));

    for (name, retry_at, tried) in [
        ("locked", Some(said(USED, frame)), Tried::Codes),
        ("locked-with-passkey", Some(said(USED, frame)), Tried::Codes),
        ("locked-for-good", None, Tried::Codes),
        (
            "locked-passwords",
            Some(said(USED, frame)),
            Tried::Passwords,
        ),
    ] {
        let page = LockedPage {
            frame,
            csrf: "token",
            account: ACCOUNT,
            retry_at,
            retry: "/.mfa/challenge",
            tried,
            others: if name == "locked-with-passkey" {
                others(Way::Code).into_iter().take(1).collect()
            } else {
                Vec::new()
            },
        };
        add(name, page.render().unwrap());
    }
    for (name, forced, problem) in [
        ("enrol", false, None),
        ("enrol-wrong", false, Some(FormProblem::CodeWrong)),
        ("enrol-name-taken", false, Some(FormProblem::NameTaken)),
        ("enrol-name-long", false, Some(FormProblem::NameTooLong)),
        ("enrol-name-empty", false, Some(FormProblem::NameEmpty)),
        ("enrol-forced", true, None),
        ("enrol-token-wrong", true, Some(FormProblem::TokenWrong)),
        (
            "enrol-forced-expired",
            true,
            Some(FormProblem::SecretExpired),
        ),
    ] {
        add(name, enrol(frame, qr, forced, problem));
    }
    for (name, count, notice) in [
        ("security-empty", 0, Some(Notice::Removed("Pixel 9"))),
        ("security-one", 1, Some(Notice::Added("Pixel 9"))),
        ("security-two", 2, Some(Notice::Renamed("Pixel 9"))),
        ("security", 2, None),
        ("security-disabled", 3, None),
        ("security-many", 4, Some(Notice::Renamed("\u{202e}9 lexiP"))),
    ] {
        add(name, security(frame, count, notice));
    }
    for (name, last) in [
        ("remove", None),
        ("remove-last-optional", Some(AfterLast::Unprotected)),
        ("remove-last-required", Some(AfterLast::EnrolAgain)),
    ] {
        let page = RemovePage {
            frame,
            csrf: "token",
            action: "/settings/security/authenticators/7/remove",
            cancel: "/settings/security",
            name: "Pixel 9 <work>",
            last,
            ends_codes: last == Some(AfterLast::EnrolAgain),
        };
        add(name, page.render().unwrap());
    }
    for (name, problem) in [
        ("rename", None),
        ("rename-taken", Some(FormProblem::NameTaken)),
    ] {
        let page = RenamePage {
            frame,
            csrf: "token",
            action: "/settings/security/authenticators/7/rename",
            cancel: "/settings/security",
            current: "Pixel 9",
            name: "Pixel 9",
            problem,
        };
        add(name, page.render().unwrap());
    }
    let removal = Reason::Remove("Pixel 9");
    for (name, reason, way, other, problem) in [
        ("step-up", Reason::AddAuthenticator, Way::Code, true, None),
        (
            "step-up-wrong",
            removal,
            Way::Code,
            false,
            Some(FormProblem::CodeWrong),
        ),
        ("step-up-password", removal, Way::Password, true, None),
        (
            "step-up-passkey",
            Reason::NewBackupCodes,
            Way::Passkey,
            true,
            None,
        ),
        (
            "step-up-password-wrong",
            Reason::AddAuthenticator,
            Way::Password,
            false,
            Some(FormProblem::PasswordWrong(2)),
        ),
        (
            "step-up-password-unchecked",
            removal,
            Way::Password,
            true,
            Some(FormProblem::PasswordUnchecked),
        ),
        (
            "step-up-password-turned-away",
            removal,
            Way::Password,
            true,
            Some(FormProblem::PasswordTurnedAway),
        ),
        (
            "step-up-password-not-offered",
            removal,
            Way::Code,
            false,
            Some(FormProblem::PasswordNotOffered),
        ),
    ] {
        let page = StepUpPage {
            frame,
            csrf: "token",
            action: "/.mfa/step-up",
            account: ACCOUNT,
            reason,
            return_to: Some("/settings/security/authenticators/new"),
            cancel: "/settings/security",
            way,
            options: OPTIONS,
            others: if other { others(way) } else { Vec::new() },
            sign_in_name: "ana.lima@example.com",
            problem,
        };
        add(name, page.render().unwrap());
    }
    let page = SignInAgainPage {
        frame,
        csrf: "token",
        action: "/.mfa/sign-out",
        account: ACCOUNT,
        reason: Reason::AddAuthenticator,
        return_to: Some("/settings/security/authenticators/new"),
        cancel: "/settings/security",
    };
    add("sign-in-again", page.render().unwrap());
    let page = SignOutPage {
        frame,
        csrf: "token",
        action: "/.mfa/sign-out",
        account: ACCOUNT,
        cancel: "/",
    };
    add("sign-out", page.render().unwrap());
    for (name, security_key, forced, problem) in [
        ("new-passkey", false, false, None),
        ("new-security-key", true, false, None),
        (
            "new-passkey-known",
            false,
            false,
            Some(FormProblem::PasskeyKnown),
        ),
        (
            "new-passkey-forced",
            false,
            true,
            Some(FormProblem::TokenWrong),
        ),
    ] {
        let page = NewPasskeyPage {
            frame,
            csrf: "token",
            action: "/settings/security/passkeys/new",
            account: ACCOUNT,
            forced,
            security_key,
            options: OPTIONS,
            credential: "",
            unknown: "",
            token: forced.then_some("7K3QD"),
            name: "",
            other: "/settings/security/passkeys/new/security-key",
            cancel: "/settings/security",
            problem,
        };
        add(name, page.render().unwrap());
    }
    for (name, replaces, shown) in [
        ("backup-codes-first", false, 0),
        ("backup-codes-again", true, 0),
        ("backup-codes", true, 10),
    ] {
        let code = |number| zeroize::Zeroizing::new(format!("7K3Q-9DAB-0{number}X1-ZZ5M"));
        let page = BackupCodesPage {
            frame,
            csrf: "token",
            action: "/settings/security/backup-codes/new",
            account: ACCOUNT,
            form: "7",
            again: name == "backup-codes-again",
            replaces,
            codes: (0..shown).map(code).collect(),
            made: said(ADDED, frame),
            site: "crm.example.com",
            back: "/settings/security",
        };
        add(name, page.render().unwrap());
    }
    for (name, ending) in [
        ("ended-signed-out", Ending::SignedOut),
        ("ended-expired", Ending::Expired),
        ("ended-attempts", Ending::TooManyAttempts),
        ("ended-passwords", Ending::TooManyPasswords),
        ("ended-unchecked", Ending::PasswordsUnchecked),
        ("ended-not-signed-in", Ending::NotSignedIn),
    ] {
        let page = EndedPage {
            frame,
            ending,
            sign_in: "/login",
        };
        add(name, page.render().unwrap());
    }
    for (name, problem) in [
        ("bad-request", PageProblem::BadRequest),
        ("forbidden", PageProblem::Forbidden),
        ("form-rejected", PageProblem::FormRejected),
        ("enrolment-closed", PageProblem::EnrolmentClosed),
        ("not-found", PageProblem::NotFound),
        ("too-large", PageProblem::TooLarge),
        ("wrong-host", PageProblem::WrongHost),
        ("too-many-requests", PageProblem::TooManyRequests),
        ("internal", PageProblem::Internal),
        ("application-down", PageProblem::ApplicationDown),
        ("unavailable", PageProblem::Unavailable),
        ("application-slow", PageProblem::ApplicationSlow),
        ("credential-refused", PageProblem::CredentialRefused),
        ("route-refused", PageProblem::RouteRefused),
        ("head-too-large", PageProblem::HeadTooLarge),
        ("response-too-large", PageProblem::ResponseTooLarge),
        ("identity-unknown", PageProblem::IdentityUnknown),
        ("busy", PageProblem::Busy),
    ] {
        let page = ErrorPage {
            frame: Frame {
                support_url: frame.support_url.filter(|_| problem.status() != 404),
                ..frame
            },
            problem,
            retry: (problem.status() >= 429).then_some("/contacts"),
        };
        add(
            &format!("error-{}-{name}", problem.status()),
            page.render().unwrap(),
        );
    }
    let page = FramedPage {
        frame,
        challenge: "/.mfa/challenge",
    };
    add("framed", page.render().unwrap());
    let behind = SecurityPage {
        behind: true,
        ..security_page(frame, 2, None)
    };
    let behind = behind.as_cards().render().unwrap();
    let over = Frame {
        over: Some(Over {
            behind: &behind,
            leave: "/settings/security#authenticators-new",
        }),
        ..frame
    };
    add("dialog-enrol", enrol(over, qr, false, None));
    add(
        "dialog-enrol-wrong",
        enrol(over, qr, false, Some(FormProblem::CodeWrong)),
    );
    add("moment", MomentPage { frame }.render().unwrap());
    pages
}

fn others(way: Way) -> Vec<Other> {
    let all = [Way::Passkey, Way::Code, Way::BackupCode];
    let others = all.into_iter().filter(|other| *other != way);
    others
        .map(|way| Other {
            way,
            address: "/.mfa/challenge/other".to_owned(),
        })
        .collect()
}

fn challenge(frame: Frame<'_>, way: Way, problem: Option<FormProblem>) -> String {
    let page = ChallengePage {
        frame,
        csrf: "token",
        action: "/.mfa/challenge/totp",
        account: ACCOUNT,
        way,
        options: OPTIONS,
        others: others(way),
        problem,
    };
    page.render().unwrap()
}

fn enrol(frame: Frame<'_>, qr_svg: &str, forced: bool, problem: Option<FormProblem>) -> String {
    let page = EnrolPage {
        frame,
        csrf: "token",
        action: "/settings/security/authenticators/new",
        account: ACCOUNT,
        forced,
        token: (problem == Some(FormProblem::TokenWrong)).then_some("7K3QD"),
        qr_svg,
        secret: SECRET,
        otpauth_uri: URI,
        name: if problem == Some(FormProblem::NameEmpty) {
            ""
        } else {
            "Authenticator"
        },
        passkey: forced.then_some("/.mfa/enrol/passkey"),
        cancel: "/settings/security",
        problem,
    };
    page.render().unwrap()
}

fn security(frame: Frame<'_>, count: usize, notice: Option<Notice<'_>>) -> String {
    security_page(frame, count, notice).render().unwrap()
}

/// Of three authenticators the last is disabled.
pub(super) fn security_page<'a>(
    frame: Frame<'a>,
    count: usize,
    notice: Option<Notice<'a>>,
) -> SecurityPage<'a> {
    let row = |id, name| FactorRow {
        id,
        name,
        provider: None,
        added: said(ADDED, frame),
        last_used: (id == "7").then_some(said(USED, frame)),
        disabled: id == "9",
    };
    let authenticators = [
        row("7", "Pixel 9"),
        row(
            "8",
            "The old tablet in the kitchen drawer, kept for emergencies <only>",
        ),
        row("9", "\u{202e}9 lexiP"),
    ];
    let passkeys = [
        FactorRow {
            provider: Some("iCloud Keychain"),
            ..row("10", "My laptop")
        },
        row("11", "YubiKey 5"),
    ];
    let here = "Firefox on macOS, 203.0.113.7";
    let phone = "Chrome on Android, 2001:db8:85a3::8a2e:370:7334";
    let activity = [
        (Activity::SignedIn("Pixel 9"), here),
        (Activity::AuthenticatorAdded("Pixel 9"), phone),
        (Activity::CodeRejected, "Safari on iOS, 198.51.100.23"),
        (Activity::CodeRejected, "Safari on iOS, 198.51.100.23"),
        (Activity::CodeRejected, "Safari on iOS, 198.51.100.23"),
        (
            Activity::AuthenticatorDisabled("\u{202e}9 lexiP"),
            "Safari on iOS, 198.51.100.23",
        ),
        (Activity::PasswordAccepted, here),
        (Activity::ChangedByAdministrator, "Command line"),
        (Activity::SignedIn("Pixel 9"), here),
        (Activity::SignedInByPassword, here),
        (Activity::ConfirmedByPassword, here),
        (Activity::PasswordRejected, here),
        (Activity::LockedByPasswords, here),
        (Activity::EndedUnchecked, here),
    ]
    .into_iter()
    .map(|(what, from)| ActivityRow {
        when: said(USED, frame),
        what,
        from,
    });
    SecurityPage {
        frame,
        behind: false,
        csrf: "token",
        account: ACCOUNT,
        base: "/settings/security",
        back: "/",
        sign_out_others: "/settings/security/sign-out-others",
        other_sessions: count,
        authenticators: authenticators.into_iter().take(count).collect(),
        passkeys: passkeys.into_iter().take(count.saturating_sub(1)).collect(),
        passkey_offer: if count == 3 {
            Offer::ComingSoon
        } else {
            Offer::Now
        },
        accepted: "{}",
        codes: (count > 1).then_some(CodesLeft {
            left: if count > 2 { 2 } else { 9 },
            made: 10,
            made_at: said(ADDED, frame),
        }),
        activity: activity.take(count * 3).collect(),
        notice,
    }
}
