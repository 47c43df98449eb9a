//! A JSON body made from pointers (RFC 6901) and the texts that stand there.

use serde_json::{Map, Value};

/// Longer lists are no sign-in's.
const MOST_ITEMS: usize = 32;

/// The pointer to a member of the root.
pub fn pointer_to(member: &str) -> String {
    format!("/{}", member.replace('~', "~0").replace('/', "~1"))
}

/// Puts a text at `pointer`, making objects on the way, and lists where a segment is a number. A name
/// without a slash is a member of the root. `None` where something else stands in the way.
pub fn put(root: &mut Value, pointer: &str, text: &str) -> Option<()> {
    let rooted;
    let pointer = match pointer.strip_prefix('/') {
        Some(path) => path,
        None => {
            rooted = pointer_to(pointer);
            rooted.strip_prefix('/')?
        }
    };
    let mut place = root;
    for segment in pointer.split('/') {
        place = match (segment.parse::<usize>(), &place) {
            (Ok(at), Value::Null | Value::Array(_)) => item(place, at)?,
            _ => member(place, segment.replace("~1", "/").replace("~0", "~"))?,
        };
    }
    *place = Value::String(text.to_owned());
    Some(())
}

fn item(place: &mut Value, at: usize) -> Option<&mut Value> {
    if place.is_null() {
        *place = Value::Array(Vec::new());
    }
    let items = place.as_array_mut()?;
    if at >= MOST_ITEMS {
        return None;
    }
    items.resize(items.len().max(at + 1), Value::Null);
    items.get_mut(at)
}

fn member(place: &mut Value, name: String) -> Option<&mut Value> {
    if place.is_null() {
        *place = Value::Object(Map::new());
    }
    Some(place.as_object_mut()?.entry(name).or_insert(Value::Null))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(fields: &[(&str, &str)]) -> Option<String> {
        let mut root = Value::Null;
        for (pointer, text) in fields {
            put(&mut root, pointer, text)?;
        }
        Some(root.to_string())
    }

    #[test]
    fn objects_and_lists_come_out_of_pointers() {
        assert_eq!(
            made(&[
                ("/params/1", "u"),
                ("/params/2", "p"),
                ("/method", "login"),
                ("a/b", "x")
            ])
            .as_deref(),
            Some(r#"{"a/b":"x","method":"login","params":[null,"u","p"]}"#)
        );
        assert_eq!(
            made(&[("/a~1b/m~0n", "x")]).as_deref(),
            Some(r#"{"a/b":{"m~n":"x"}}"#)
        );
    }

    #[test]
    fn what_stands_in_the_way_is_not_overwritten() {
        assert_eq!(made(&[("/a", "x"), ("/a/b", "y")]), None);
        assert_eq!(made(&[("/a/0", "x"), ("/a/b", "y")]), None);
        assert_eq!(made(&[("/a/32", "x")]), None);
    }
}
