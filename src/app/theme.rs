//! The look that the configuration asks for.

use std::path::Path;

use anyhow::Context;

use crate::config::Config;
use crate::portal::theme::{Colour, Logo, Theme};

/// Every page loads it.
const LARGEST_LOGO: u64 = 64 * 1024;

pub fn of(config: &Config) -> anyhow::Result<Theme> {
    let accent = config.app.accent.map(|accent| Colour {
        css: accent.to_string(),
        is_dark: accent.is_dark(),
    });
    let logo = config.app.logo.as_deref().map(logo).transpose()?;
    Ok(Theme { accent, logo })
}

fn logo(path: &Path) -> anyhow::Result<Logo> {
    let shown = path.display();
    let read = || format!("app.logo: cannot read {shown}");
    let length = path.metadata().with_context(read)?.len();
    anyhow::ensure!(
        length <= LARGEST_LOGO,
        "app.logo: {shown} has {length} bytes, and {LARGEST_LOGO} are the most"
    );
    let kind = match path.extension().and_then(|ending| ending.to_str()) {
        Some("png") => "image/png",
        _ => "image/svg+xml",
    };
    let bytes = std::fs::read(path).with_context(read)?;
    Ok(Logo { bytes, kind })
}
