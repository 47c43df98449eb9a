//! How servers and frameworks read the path of a request target, each in a few lines of its own.

/// Every reading of a path (without its query); the paths that an application may route by.
pub fn of(path: &str) -> Vec<String> {
    let once = decoded(path);
    let twice = decoded(&once);
    let paths = [
        // A router on the raw path, with and without regard to what is appended to a segment.
        path.to_owned(),
        without_parameters(path),
        // nginx: decoded once, slashes merged, dots resolved.
        resolved(&once),
        // Two of them, one behind the other.
        resolved(&twice),
        resolved(&decoded(&twice)),
        // WSGI, Rack: decoded, and nothing else.
        once.clone(),
        twice.clone(),
        // A servlet container: parameters go, then it is decoded and resolved; or after that.
        resolved(&decoded(&without_parameters(path))),
        resolved(&without_parameters(&once)),
        resolved(&without_parameters(&decoded(&without_parameters(path)))),
        resolved(&without_parameters(&twice)),
        // IIS: `%u` as well, backslashes, and what Windows drops from the end of a name.
        windows(&unicode_decoded(path)),
        windows(&decoded(&unicode_decoded(path))),
        windows(&unicode_decoded(&once)),
        windows(&without_parameters(&once)),
        // What is decoded once too often has a query.
        resolved(once.split(['?', '#']).next().unwrap_or_default()),
        resolved(twice.split(['?', '#']).next().unwrap_or_default()),
        // C strings end at a NUL.
        once.split('\0').next().unwrap_or_default().to_owned(),
    ];
    let mut readings: Vec<String> = paths.iter().map(|path| routed(path)).collect();
    readings.sort_unstable();
    readings.dedup();
    readings
}

/// What a lenient router makes of it: any case, a slash or a space more or less.
fn routed(path: &str) -> String {
    let merged = path.split('/').filter(|segment| !segment.is_empty());
    let joined: Vec<&str> = merged.collect();
    let path = format!("/{}", joined.join("/")).to_lowercase();
    path.trim_end_matches([' ', '\t', '\r', '\n', '\0'])
        .to_owned()
}

fn hex(digits: Option<&str>) -> Option<u32> {
    let digits = digits?;
    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    all.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        let byte = rest.strip_prefix('%').and_then(|rest| hex(rest.get(..2)));
        match byte.and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = rest.get(3..).unwrap_or_default();
            }
            None => {
                bytes.extend(first.encode_utf8(&mut [0; 4]).as_bytes());
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `%u006c` is `l`, and `%6c` too.
fn unicode_decoded(path: &str) -> String {
    let mut parts = path.split("%u");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match hex(part.get(..4)).and_then(char::from_u32) {
            Some(letter) => {
                whole.push(letter);
                whole.push_str(part.get(4..).unwrap_or_default());
            }
            None => {
                whole.push_str("%u");
                whole.push_str(part);
            }
        }
    }
    decoded(&whole)
}

fn without_parameters(path: &str) -> String {
    let names = path
        .split('/')
        .map(|segment| segment.split(';').next().unwrap_or_default());
    names.collect::<Vec<_>>().join("/")
}

fn resolved(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    format!("/{}", segments.join("/"))
}

fn windows(path: &str) -> String {
    let path = path.replace('\\', "/");
    let ends = |path: &str, dropped: &[char]| {
        let names = path.split('/');
        let names = names.map(|name| name.trim_end_matches(dropped));
        names.collect::<Vec<_>>().join("/")
    };
    ends(&resolved(&ends(&path, &[' '])), &['.', ' '])
}

/// Names of parameters in a path, as a container takes them from the raw path or a decoded one.
pub fn parameters(path: &str) -> Vec<String> {
    let once = decoded(path);
    let twice = decoded(&once);
    let mut names = Vec::new();
    for path in [path, &once, &twice] {
        for segment in path.split('/') {
            let parameters = segment.split(';').skip(1);
            names.extend(parameters.map(|pair| pair.split('=').next().unwrap_or_default()));
        }
    }
    names
        .iter()
        .map(|name| decoded(name).to_lowercase())
        .collect()
}

/// Whether a reading is the path of a rule, or one that is appended to it. `*` stands for a segment.
pub fn is_or_below(reading: &str, rule: &str) -> bool {
    let mut segments = reading.split('/');
    rule.split('/').all(|expected| {
        let segment = segments.next();
        segment.is_some_and(|segment| match expected.split_once('*') {
            None => segment == expected,
            Some((start, end)) => {
                let long_enough = segment.len() >= start.len() + end.len();
                long_enough && segment.starts_with(start) && segment.ends_with(end)
            }
        })
    })
}
