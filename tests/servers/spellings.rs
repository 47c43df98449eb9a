//! Names that only the gateway may send, in the spellings that some server folds into them.

/// What a client makes up.
pub const SPOOF: &str = "SPOOFED-1002";

const FACTOR: [&str; 8] = [
    "X-MFA-User",
    "X-MFA-Verified",
    "X-MFA-Factor",
    "X-MFA-AMR",
    "X-MFA-ACR",
    "X-MFA-Auth-Time",
    "X-MFA-Step-Up-Expires",
    "X-MFA-Assertion",
];

/// Where a request came from, and what it asks for instead.
const OTHERS: [&str; 30] = [
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Prefix",
    "X-Forwarded-Server",
    "X-Forwarded-User",
    "X-Forwarded-Uri",
    "X-Forwarded-Method",
    "X-Forwarded",
    "X-Original-Forwarded-For",
    "Forwarded",
    "Forwarded-For",
    "Proxy",
    "X-Real-IP",
    "Client-IP",
    "X-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "X-Cluster-Client-IP",
    "X-HTTP-Method",
    "X-HTTP-Method-Override",
    "X-Method-Override",
    "X-Original-URL",
    "X-Original-URI",
    "X-Original-Host",
    "X-Rewrite-URL",
    "X-Override-URL",
    "X-Host",
    "X-Request-ID",
];

/// Signs that may stand in a name (RFC 9110, section 5.6.2), and stand-ins for them.
const SIGNS: [&str; 15] = [
    "+", "!", "*", "'", "`", "|", "^", "$", "#", "&", "%", "~", "%2D", "%5F", "-.-",
];

/// Every name to try, as a client would write it.
pub fn names() -> Vec<String> {
    let mut names = Vec::new();
    for name in FACTOR {
        names.extend([
            name.to_owned(),
            name.to_ascii_lowercase(),
            name.to_ascii_uppercase(),
            name.replacen('-', "_", 1),
            format!("{name}-"),
            format!("-{name}"),
            format!("{name}_"),
            format!("_{name}"),
            format!(".{name}."),
        ]);
        names.extend(["_", ".", "--", "__", "-_", ""].map(|sign| name.replace('-', sign)));
    }
    for name in OTHERS {
        names.extend([name.to_owned(), name.replace('-', "_")]);
        names.extend(name.contains('-').then(|| name.replace('-', ".")));
    }
    names.extend(SIGNS.map(|sign| "X-MFA-User".replace('-', sign)));
    names.extend(SIGNS.map(|sign| format!("X-MFA-User{sign}")));
    names.push(format!("X{}MFA-User", "-".repeat(3000)));
    names
}
