//! What a password leaves behind: nothing in the log, in the database, on a page.

use crate::support::desk::{DESK_ID, Desk, Faults, PASSWORD};
use crate::support::office::{NEW, Office, confirm};
use crate::support::{Gateway, holds};

const WRONG: &str = "Basalt%Heron 4402";

/// Every way in which these texts may be written down.
fn spellings(secret: &str) -> Vec<String> {
    let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let base64 = base64(secret.as_bytes());
    vec![secret.to_owned(), encoded, base64]
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Looks through everything that the gateway has written.
fn assert_unwritten(gateway: &Gateway, secret: &str) {
    let mut looked = 0;
    for folder in [
        gateway.directory().to_owned(),
        gateway.directory().join("data"),
    ] {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                looked += 1;
                for spelling in spellings(secret) {
                    assert!(
                        !holds(&bytes, &spelling),
                        "{} holds {secret}",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(looked >= 4, "no log and no database");
}

#[tokio::test]
async fn neither_a_right_nor_a_wrong_password_is_written_anywhere() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.ada().await;
    confirm(&mut browser, NEW, WRONG).await;
    office.desk.set_faults(Faults {
        whoami: true,
        ..Faults::default()
    });
    confirm(&mut browser, NEW, PASSWORD).await;
    office.desk.set_faults(Faults {
        page: true,
        ..Faults::default()
    });
    confirm(&mut browser, NEW, PASSWORD).await;
    office.desk.set_faults(Faults::default());
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    assert!(office.origin.received("Quartz"), "nothing was sent");

    for secret in [PASSWORD, WRONG] {
        assert_unwritten(&office.gateway, secret);
        for spelling in spellings(secret) {
            assert!(!browser.saw(&spelling), "a page showed {secret}");
        }
    }
    assert_unwritten(&office.gateway, DESK_ID);
    assert!(
        !browser.saw(DESK_ID),
        "a session of the application was seen"
    );
    let log = office.gateway.log();
    for event in [
        "step_up_by_password",
        "password_failed",
        "password_unchecked",
    ] {
        assert!(log.contains(event), "{event} is not in the log");
    }
    let names = log.lines().filter(|line| line.contains("ada"));
    assert_eq!(names.count(), 0, "the typed name is in the log: {log}");
}
