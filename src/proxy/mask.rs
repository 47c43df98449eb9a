//! Blotting raw credential values out of a streaming body.
//!
//! Applications that were built before cookies write the session id into links. Lengths stay, so
//! that `Content-Length` does; bytes that may be the beginning of a value wait for the next chunk.

use bytes::{Bytes, BytesMut};
use memchr::{memchr_iter, memmem};

/// Watches one body for some values.
#[derive(Debug)]
pub struct Mask {
    values: Vec<Vec<u8>>,
    /// The end of what came, while it may be the beginning of a value.
    waiting: Bytes,
}

impl Mask {
    /// `None` where there is nothing to look for.
    pub fn new(values: Vec<Vec<u8>>) -> Option<Self> {
        (!values.is_empty()).then(|| Self {
            values,
            waiting: Bytes::new(),
        })
    }

    /// What may go on of `chunk`; everything at the end.
    pub fn pass(&mut self, chunk: Bytes, end: bool) -> Bytes {
        let whole = if self.waiting.is_empty() {
            chunk
        } else {
            Bytes::from([self.waiting.as_ref(), &chunk].concat())
        };
        if whole.is_empty() {
            return whole;
        }
        let mut clean = self.blot(whole);
        let keep = if end { 0 } else { self.beginning(&clean) };
        self.waiting = clean.split_off(clean.len() - keep);
        clean
    }

    fn blot(&self, text: Bytes) -> Bytes {
        let found = |value: &Vec<u8>| {
            memmem::find_iter(&text, value)
                .map(|at| (at, value.len()))
                .collect::<Vec<_>>()
        };
        let places: Vec<(usize, usize)> = self.values.iter().flat_map(found).collect();
        if places.is_empty() {
            return text;
        }
        let mut blotted = BytesMut::from(text.as_ref());
        for (at, length) in places {
            if let Some(place) = blotted.get_mut(at..at + length) {
                place.fill(b'x');
            }
        }
        blotted.freeze()
    }

    /// How many bytes at the end of `text` are the beginning of some value.
    fn beginning(&self, text: &[u8]) -> usize {
        let of = |value: &Vec<u8>| {
            let first = value.first().copied()?;
            let from = text.len().saturating_sub(value.len().saturating_sub(1));
            let tail = text.get(from..)?;
            let fits = |at: &usize| tail.get(*at..).is_some_and(|rest| value.starts_with(rest));
            memchr_iter(first, tail)
                .find(fits)
                .map(|at| tail.len() - at)
        };
        self.values.iter().filter_map(of).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(chunks: &[&[u8]]) -> Vec<u8> {
        let mut mask = Mask::new(vec![b"secret-value".to_vec(), b"aabaabaac".to_vec()]).unwrap();
        let mut out = Vec::new();
        for (place, chunk) in chunks.iter().enumerate() {
            let end = place + 1 == chunks.len();
            out.extend_from_slice(&mask.pass(Bytes::copy_from_slice(chunk), end));
        }
        out
    }

    #[test]
    fn a_value_is_blotted_out_wherever_the_chunks_break() {
        let text = b"<a href=\"/x;jsessionid=secret-value?y\">aabaabaabaac</a>";
        let expected = b"<a href=\"/x;jsessionid=xxxxxxxxxxxx?y\">aabxxxxxxxxx</a>";
        for first in 0..text.len() {
            for second in first..text.len() {
                assert_eq!(
                    through(&[&text[..first], &text[first..second], &text[second..]]),
                    expected
                );
            }
        }
    }

    #[test]
    fn a_beginning_that_comes_to_nothing_is_sent_at_the_end() {
        assert_eq!(through(&[b"a secret-", b"", b"garden"]), b"a secret-garden");
        assert_eq!(through(&[b"a secret-valu"]), b"a secret-valu");
    }

    #[test]
    fn an_event_is_never_held_back() {
        let mut mask = Mask::new(vec![b"secret-value".to_vec()]).unwrap();
        assert_eq!(
            mask.pass(Bytes::from_static(b"data: 1\n\n"), false),
            b"data: 1\n\n".as_slice()
        );
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_is_changed(chunks in proptest::collection::vec(proptest::collection::vec(b"abc"[0]..=b"abc"[2], 0..20), 1..6)) {
            let parts: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
            let (whole, out) = (chunks.concat(), through(&parts));
            proptest::prop_assert_eq!(whole.len(), out.len());
            proptest::prop_assert!(memmem::find(&out, b"aabaabaac").is_none());
            for (old, new) in whole.iter().zip(&out) {
                proptest::prop_assert!(old == new || *new == b'x');
            }
        }
    }
}
