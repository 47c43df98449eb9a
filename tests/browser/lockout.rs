//! What a guesser, and the owner after one, gets to see.

use crate::people::{BOTH, Setting, answer, sign_in};
use crate::tab::{Script, Tab};
use serde_json::json;

#[tokio::test]
async fn row_12_after_five_wrong_codes_the_page_says_when_to_try_again_and_whom_to_ask() {
    for script in BOTH {
        locks(script).await;
    }
}

async fn locks(script: Script) {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.challenged(script).await;
    let zone = json!({ "timezoneId": "Asia/Kathmandu" });
    tab.cdp("Emulation.setTimezoneOverride", zone).await;
    for guess in 1..=5 {
        answer(&tab, &phone.wrong(), "Verify").await;
        let text = tab.text().await;
        assert_eq!(
            text.contains("This sign-in has ended"),
            guess == 5,
            "guess {guess}: {text}"
        );
    }
    tab.go("/private").await;
    assert!(tab.path().await.starts_with("/login"));

    // Not even the right code is taken now.
    sign_in(&tab, "/private").await;
    answer(&tab, &phone.code().await, "Verify").await;
    let text = tab.text().await;
    assert!(text.contains("Too many wrong codes"), "{text}");
    for promise in [
        "You can try again",
        "What still works",
        "contact support",
        "request ",
    ] {
        assert!(text.contains(promise), "`{promise}` is missing: {text}");
    }
    shows_a_time_to_come(&tab).await;
    tab.go("/private").await;
    assert!(tab.path().await.starts_with("/.mfa/challenge"));
}

/// Half a minute to some minutes ahead and never too early; in the reader's own zone, and counted down,
/// where a script can tell it.
async fn shows_a_time_to_come(tab: &Tab) {
    let ahead = "(Date.parse(document.querySelector('time').dateTime) - Date.now()) / 1000";
    let ahead = tab.eval(ahead).await.as_f64().unwrap();
    assert!((0.0..600.0).contains(&ahead), "{ahead} seconds from now");
    let said = tab.text_of("document.querySelector('.until').innerText.replace(/\\s+/g, ' ')");
    let said = said.await;
    if tab.script == Script::Off {
        let never_early = "(() => { const time = document.querySelector('time'), said = time.innerText;
            return said.startsWith('at ') && said.endsWith(' UTC') && Date.parse(said.slice(3)) - Date.parse(time.dateTime); })()";
        let later = tab.eval(never_early).await.as_f64();
        let rounded_up = later.is_some_and(|later| (0.0..60_000.0).contains(&later));
        assert!(rounded_up, "{later:?} ms later than it is: {said}");
        assert!(said.starts_with("You can try again at "), "{said}");
        return;
    }
    let clock = "new Date(document.querySelector('time').dateTime).toLocaleTimeString('en-US', { hour: 'numeric', minute: '2-digit', second: '2-digit' })";
    let clock = tab.text_of(clock).await.replace('\u{202f}', " ");
    let left = |said: &str| -> Option<f64> {
        let rest = said.strip_prefix("You can try again in ")?;
        let (left, rest) = rest.split_once(" seconds (")?;
        (rest.strip_suffix(')')? == clock).then(|| left.parse().ok())?
    };
    let before = left(&said).unwrap_or_else(|| panic!("not until {clock}: {said}"));
    assert!((before - ahead).abs() < 2.0, "{ahead} s, and yet: {said}");
    tab.until(
        "the seconds are counted down",
        &format!("parseInt(document.querySelector('time').innerText.slice(3)) < {before}"),
    )
    .await;
    let offset = tab.eval("new Date().getTimezoneOffset()").await;
    assert_eq!(offset, -345, "the zone of this test is not in force");
}
