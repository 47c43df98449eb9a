//! `stepgate factors import`

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use serde_json::json;

use super::super::{Failure, users};
use super::Common;
use crate::app::administration::{Administration, Import, ImportError};

/// More than any file of as many credentials as are taken at a time.
const LARGEST: u64 = 16 << 20;
/// So many mistakes are told; the first ones show what is wrong with the rest.
const TOLD: usize = 20;

pub fn run(common: &Common, file: &Path, dry_run: bool) -> Result<(), Failure> {
    let config = super::super::load(&common.config)?;
    let text = read(file)?;
    let stores = Administration::open(&config)?;
    let user_of = |raw: &str| users::user_of(&config, raw).ok();
    match stores.import(&text, &user_of, !dry_run) {
        Ok(import) => {
            super::super::answer(&told(common, &import, dry_run));
            if import.without_host > 0 && !common.json {
                super::super::warn(&format!(
                    "{} have no rp_id: if they were made for another host than app.public_url's, no browser offers them, and their users cannot get in with them",
                    import.without_host
                ));
            }
            if import.without_handle > 0 && !common.json {
                super::super::warn(&format!(
                    "{} have no user_handle: an authenticator that keeps one (a discoverable passkey) will not be accepted",
                    import.without_handle
                ));
            }
            Ok(())
        }
        Err(ImportError::Problems(problems)) => {
            if common.json {
                let answer = json!({ "added": [], "problems": problems });
                super::super::answer(&answer.to_string());
            }
            let mut lines: Vec<String> = problems
                .iter()
                .take(TOLD)
                .map(ToString::to_string)
                .collect();
            if problems.len() > TOLD {
                lines.push(format!("and {} more", problems.len() - TOLD));
            }
            let lines = lines.join("\n  ");
            Err(Failure::Other(anyhow::anyhow!(
                "nothing was imported:\n  {lines}"
            )))
        }
        Err(error) => Err(Failure::Other(error.into())),
    }
}

fn told(common: &Common, import: &Import, dry_run: bool) -> String {
    if common.json {
        let added = import.added.iter();
        let added: Vec<_> = added
            .map(|(user, name)| json!({ "user": user.as_str(), "name": name.as_str() }))
            .collect();
        return json!({ "dry_run": dry_run, "added": added, "known": import.known,
            "without_user_handle": import.without_handle, "without_rp_id": import.without_host, "problems": [] })
        .to_string();
    }
    let added = import.added.iter();
    let mut lines: Vec<String> = added
        .map(|(user, name)| format!("user {user}: {}", name.as_str()))
        .collect();
    lines.extend(
        import.known.iter().map(|index| {
            format!("credentials[{index}] is its user's already, and was left as it is")
        }),
    );
    let verb = if dry_run {
        "would be imported"
    } else {
        "imported"
    };
    lines.push(format!(
        "{} passkeys {verb}, {} were there already",
        import.added.len(),
        import.known.len()
    ));
    lines.join("\n")
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let read = match file.as_os_str() == "-" {
        true => std::io::stdin()
            .lock()
            .take(LARGEST + 1)
            .read_to_end(&mut text),
        false => File::open(file).and_then(|it| it.take(LARGEST + 1).read_to_end(&mut text)),
    };
    let length = read.with_context(|| format!("--file: cannot read {}", file.display()))?;
    if length as u64 > LARGEST {
        return Err(Failure::Other(anyhow::anyhow!(
            "--file: {} is larger than 16 MiB; split it",
            file.display()
        )));
    }
    Ok(text)
}
