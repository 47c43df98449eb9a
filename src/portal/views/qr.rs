//! A QR code as a small SVG.
//!
//! One stroked line per run of dark modules. A path that draws every module
//! as a square of its own is five times as long, and a page has 30 KB.

use std::fmt::Write;

/// ISO/IEC 18004 asks for four modules of quiet zone on each side.
const QUIET: usize = 4;

/// Draws a code of `width` × `width` modules; `dark(x, y)` tells the colour.
///
/// Black on white in both themes: many scanners do not read inverted codes.
pub fn qr_svg(width: usize, dark: impl Fn(usize, usize) -> bool) -> String {
    let side = width + 2 * QUIET;
    let mut svg = format!(
        "<svg aria-hidden=\"true\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
         <path stroke=\"#000\" d=\""
    );
    for y in 0..width {
        // The first run of a row is placed, the others follow from its end.
        let mut end = None;
        let mut x = 0;
        while x < width {
            let start = x;
            while x < width && dark(x, y) {
                x += 1;
            }
            if x > start {
                // Writing to a String cannot fail.
                let _ = match end {
                    None => write!(svg, "M{} {}.5h{}", start + QUIET, y + QUIET, x - start),
                    Some(end) => write!(svg, "m{} 0h{}", start - end, x - start),
                };
                end = Some(x);
            }
            x += 1;
        }
    }
    svg.push_str("\"/></svg>");
    svg
}
