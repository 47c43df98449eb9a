//! How the pages look in this deployment: a colour and a logo of the application's own.

use ring::digest::{SHA256, digest};

use super::assets;

/// The colour of what wants to be pressed.
#[derive(Clone, Debug)]
pub struct Colour {
    /// `#2f5bd7`
    pub css: String,
    /// White stands on it, and not black.
    pub is_dark: bool,
}

/// An image that stands beside the application's name.
#[derive(Clone, Debug)]
pub struct Logo {
    pub bytes: Vec<u8>,
    /// `image/svg+xml` or `image/png`.
    pub kind: &'static str,
}

/// What deviates from the built-in look.
#[derive(Clone, Debug, Default)]
pub struct Theme {
    pub accent: Option<Colour>,
    pub logo: Option<Logo>,
}

/// The logo's name among the assets.
const LOGO: &str = "logo";

impl Theme {
    /// Content and media type of an asset, with what the theme makes of it.
    pub(super) fn asset(&self, name: &str) -> Option<(Vec<u8>, &'static str)> {
        if name == LOGO {
            let logo = self.logo.as_ref()?;
            return Some((logo.bytes.clone(), logo.kind));
        }
        let (bytes, kind) = assets::get(name)?;
        let mut bytes = bytes.into_owned();
        if let Some(accent) = self.accent.as_ref().filter(|_| name == "stepgate.css") {
            let on = if accent.is_dark { "#fff" } else { "#111" };
            let rule = format!(":root {{ --accent: {}; --on-accent: {on}; }}\n", accent.css);
            bytes.extend_from_slice(rule.as_bytes());
        }
        Some((bytes, kind))
    }

    /// Changes whenever an asset does, the theme's included.
    pub(super) fn version(&self) -> String {
        let colour = self.accent.as_ref().map(|accent| accent.css.as_bytes());
        let logo = self.logo.as_ref().map(|logo| logo.bytes.as_slice());
        let own: Vec<u8> = [colour, logo]
            .into_iter()
            .flatten()
            .flatten()
            .copied()
            .collect();
        if own.is_empty() {
            return assets::version().to_owned();
        }
        let hash = digest(&SHA256, &own);
        let start = hash.as_ref().iter().take(4);
        let own: String = start.map(|byte| format!("{byte:02x}")).collect();
        format!("{}{own}", assets::version())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_changes_the_sheet_and_its_version_and_nothing_else() {
        let plain = Theme::default();
        let themed = Theme {
            accent: Some(Colour {
                css: "#ffcc00".to_owned(),
                is_dark: false,
            }),
            logo: None,
        };
        let (sheet, _) = themed.asset("stepgate.css").unwrap();
        let (before, _) = plain.asset("stepgate.css").unwrap();
        let added = String::from_utf8(sheet[before.len()..].to_vec()).unwrap();
        assert_eq!(added, ":root { --accent: #ffcc00; --on-accent: #111; }\n");
        assert_eq!(themed.asset("stepgate.js"), plain.asset("stepgate.js"));
        assert_ne!(themed.version(), plain.version());
        assert_eq!(themed.asset("logo"), None);
    }

    #[test]
    fn a_logo_is_served_as_it_is() {
        let logo = Logo {
            bytes: b"<svg/>".to_vec(),
            kind: "image/svg+xml",
        };
        let themed = Theme {
            accent: None,
            logo: Some(logo),
        };
        assert_eq!(
            themed.asset("logo"),
            Some((b"<svg/>".to_vec(), "image/svg+xml"))
        );
        assert_ne!(themed.version(), Theme::default().version());
    }
}
