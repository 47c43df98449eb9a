//! T23: how an API says that nobody is signed in.

use crate::scene::{OWNER, Scene, is_out, works_on};
use crate::support::people;
use crate::support::traits::t23_signed_out_answers::{Out, SignedOutAnswers};
use crate::support::{Call, Config};

const ANSWERS: [(Out, &str); 5] = [
    (Out::Status(401), "{ status = [401] }"),
    (Out::Status(403), "{ status = [403] }"),
    (Out::Status(404), "{ status = [404] }"),
    (
        Out::ErrorInside,
        "{ json = { \"/error/code\" = \"not_signed_in\" } }",
    ),
    (Out::Basic, "{ status = [401] }"),
];

async fn setting(out: Out, signs: &str) -> Scene<SignedOutAnswers> {
    let whoami = format!(
        "{{ path = \"/api/me\", id = \"json:/id\", name = \"json:/email\", signed_out = {signs} }}"
    );
    let change = |config: &mut Config| {
        config.set("guard.identity", "whoami", &whoami);
    };
    Scene::start(SignedOutAnswers::new(out), change).await
}

#[tokio::test]
async fn whatever_the_answer_nobody_is_told_from_somebody_and_sees_it_as_it_is() {
    for (out, signs) in ANSWERS {
        let scene = setting(out, signs).await;
        let mut visitor = scene.gateway.browser();
        visitor.get("/login").await;
        let page = visitor.fetch("/api/contacts").await;
        let status = match out {
            Out::Status(status) => status,
            Out::ErrorInside => 200,
            Out::Basic => 401,
        };
        assert_eq!(page.status, status, "{out:?}: {page:?}");
        assert!(page.holds("not_signed_in"), "{out:?}: {page:?}");
        scene.both_sides().await;
    }
}

/// The application lost the session; the gateway's session goes with it.
#[tokio::test]
async fn a_session_that_the_application_lost_ends_at_the_next_question() {
    for (out, signs) in ANSWERS {
        let scene = setting(out, signs).await;
        let (mut browser, _phone) = scene.user_comes_in().await;
        scene.app.ledger.end_all_of(OWNER);
        // A form makes the question due.
        browser.post_form("/private", &[("a", "b")]).await;
        browser.get("/private").await;
        is_out(&mut browser).await;
    }
}

#[tokio::test]
async fn an_application_that_asks_for_basic_makes_no_browser_ask_either() {
    let scene = setting(Out::Basic, "{ status = [401] }").await;
    let mut stranger = scene.gateway.browser();
    let page = stranger.fetch("/api/contacts").await;
    assert_eq!(page.status, 401, "{page:?}");
    assert_eq!(page.header("www-authenticate"), None, "{page:?}");
}

#[tokio::test]
async fn the_gateways_own_401_makes_no_browser_ask_for_a_password() {
    let scene = setting(Out::Basic, "{ status = [401] }").await;
    let (mut user, mut phone) = scene.user_comes_in().await;
    let mut thief = people::awaiting(&scene.gateway, OWNER).await;
    let old = thief.clone();
    let code = phone.code().await;
    people::answer_challenge(&mut thief, &code).await;
    let awaiting = people::awaiting(&scene.gateway, OWNER).await;
    // A call before the factor, a framed page, a call with a token that was replaced.
    for (mut browser, call) in [
        (awaiting.clone(), Call::Fetch),
        (awaiting, Call::Frame),
        (old, Call::Fetch),
    ] {
        let page = browser.send(call, "GET", "/api/contacts", None).await;
        assert_eq!(page.status, 401, "{call:?}: {page:?}");
        let challenge = page.header("www-authenticate").unwrap_or_default();
        assert!(
            !challenge.to_lowercase().contains("basic"),
            "{call:?}: {page:?}"
        );
    }
    works_on(&mut user, OWNER).await;
}
