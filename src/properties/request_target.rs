//! A request target is refused, or no application reads it as something that the gateway did not see.

use super::{GUARD, readings};
use crate::domain::matching::{Head, Match, Rule};
use crate::domain::path_glob::LenientPath;
use crate::proxy::inside::Target;

/// The guarded paths of the configuration, written for the other side.
const SIGN_IN: [&str; 2] = ["/login", "/users/*/sign-in"];
const REFUSED: [&str; 2] = ["/xmlrpc.php", "/api/*/token"];
const OWN: [&str; 2] = ["/.mfa", "/settings/security"];
const PUBLIC: [&str; 3] = ["/static", "/img/*.png", "/robots.txt"];

/// What the gateway made of a target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    pub refused: bool,
    pub sign_in: bool,
    pub route_refused: bool,
    pub own: bool,
    pub public: bool,
}

/// The decisions that the gateway takes by a target alone, in its order.
fn decide(raw: &[u8]) -> (Decision, Option<Target>) {
    let Ok(target) = Target::parse(raw) else {
        let refused = Decision {
            refused: true,
            ..Decision::default()
        };
        return (refused, None);
    };
    let path = LenientPath::new(&target.path);
    let head = Head {
        method: "POST",
        path: &path,
        query: &target.query,
    };
    let sign_in = |rule: &crate::domain::rules::SignInRule| rule.on_head(head) != Match::No;
    let decision = Decision {
        refused: false,
        sign_in: GUARD.sign_in.iter().any(sign_in),
        route_refused: GUARD.refuse.iter().any(|glob| glob.matches_any(&path)),
        own: GUARD.is_portal_path(&target.path) || GUARD.reads_as_portal_path(&path),
        public: GUARD.is_public(&target.path),
    };
    (decision, Some(target))
}

/// Holds the gateway's decisions against every reading.
pub fn holds_for(raw: &[u8]) -> Decision {
    let (decision, target) = decide(raw);
    let Some(target) = target else {
        return decision;
    };
    // What is forwarded is what was matched.
    let again = match target.query.as_str() {
        "" => target.path.clone(),
        query => format!("{}?{query}", target.path),
    };
    assert!(raw == again.as_bytes() || raw == [again.as_bytes(), b"?"].concat());
    let shown = || String::from_utf8_lossy(raw).into_owned();
    for reading in readings::of(&target.path) {
        let is = |rules: &[&str]| {
            rules
                .iter()
                .any(|rule| readings::is_or_below(&reading, rule))
        };
        assert!(
            decision.sign_in || !is(&SIGN_IN),
            "{} is a sign-in: {reading}",
            shown()
        );
        assert!(
            decision.route_refused || !is(&REFUSED),
            "{} is refused: {reading}",
            shown()
        );
        assert!(
            decision.own || !is(&OWN),
            "{} is the gateway's: {reading}",
            shown()
        );
        assert!(
            !decision.public || is(&PUBLIC),
            "{} is not public: {reading}",
            shown()
        );
    }
    let refused = |name: Vec<u8>| GUARD.names.is_protected(&name);
    let presents = readings::parameters(&target.path);
    if presents.iter().any(|name| name == "sessionid") {
        assert!(
            target.parameter_names().any(refused),
            "{} presents an id",
            shown()
        );
    }
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_text_is_read_past_the_gateway(path in "/[a-z./%;\\\\?25cfeu0-]{0,24}") {
            holds_for(path.as_bytes());
        }

        #[test]
        fn no_bytes_are(raw in proptest::collection::vec(any::<u8>(), 0..60)) {
            holds_for(&raw);
            holds_for(&[b"/login", raw.as_slice()].concat());
            holds_for(&[b"/static/", raw.as_slice()].concat());
        }
    }
}
