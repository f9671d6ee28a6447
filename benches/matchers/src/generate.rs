//! Texts that are made here, from fixed seeds: numbers, logs, dense personal data, hostile inputs; and prose where no corpora stand beside the
//! repository.

use std::fmt::Write as _;

use crate::rules::File;

/// A small generator of numbers (SplitMix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn digits(&mut self, n: usize) -> String {
        (0..n).map(|_| char::from(b'0' + (self.next() % 10) as u8)).collect()
    }
}

/// Rows of numbers: ids, dates, amounts, phone-like and card-like numbers, a few words.
pub fn csv(bytes: usize) -> String {
    let mut random = Random::new(11);
    let mut out = String::from("id,customer,date,amount,reference,quantity,phone,account\n");
    while out.len() < bytes {
        let (id, customer) = (random.digits(7), random.digits(9));
        let (month, day) = (1 + random.below(12), 1 + random.below(28));
        let amount = random.below(1_000_000);
        let (length, quantity) = (8 + random.below(9), random.below(500));
        let (reference, account) = (random.digits(length), random.digits(11));
        let phone = format!("+49 {} {}", random.digits(3), random.digits(7));
        let _ = writeln!(
            out,
            "{id},{customer},2026-{month:02}-{day:02},{}.{:02},{reference},{quantity},{phone},{account}",
            amount / 100,
            amount % 100
        );
    }
    out
}

/// Lines of a web server and of an application, where no corpus of logs is at hand.
pub fn logs(bytes: usize) -> String {
    let mut random = Random::new(12);
    let mut out = String::new();
    while out.len() < bytes {
        let time =
            format!("{:02}:{:02}:{:02}", random.below(24), random.below(60), random.below(60));
        let (pid, size) = (random.below(30_000), random.below(90_000));
        let _ = match random.below(3) {
            0 => writeln!(
                out,
                "10.{}.{}.{} - - [21/Nov/2026:{time} +0000] \"GET /v1/items/{pid} HTTP/1.1\" 200 {size}",
                random.below(250),
                random.below(250),
                random.below(250)
            ),
            1 => writeln!(
                out,
                "2026-11-21T{time}.{:03}Z INFO worker[{pid}]: job {:08x} done in {} ms",
                random.below(1000),
                random.next() as u32,
                random.below(5000)
            ),
            _ => writeln!(
                out,
                "Nov 21 {time} host-{} kernel: [{pid}.{size}] eth0: link up, {} Mbps",
                random.below(40),
                random.below(10_000)
            ),
        };
    }
    out
}

/// The examples of the rules, with a few plain words between them.
pub fn dense(files: &[File], bytes: usize) -> String {
    const FILLER: [&str; 8] = [
        "the form says",
        "and then",
        "as agreed on Tuesday,",
        "please note",
        "for the file:",
        "we received",
        "it was written down as",
        "that is all.",
    ];
    let mut examples: Vec<String> = Vec::new();
    for (_, text) in files {
        let table: toml::Table = text.parse().expect("TOML");
        for detector in table.get("detector").and_then(toml::Value::as_array).into_iter().flatten()
        {
            let list = detector.get("examples").and_then(toml::Value::as_array);
            let texts = list.into_iter().flatten().filter_map(toml::Value::as_str);
            examples
                .extend(texts.map(|t| t.replace("{|}", "").replace("{{", "").replace("}}", "")));
        }
    }
    let mut random = Random::new(13);
    let mut out = String::new();
    while out.len() < bytes {
        let (example, filler) = (random.below(examples.len()), random.below(FILLER.len()));
        let gap = if random.below(3) == 0 { "\n" } else { " " };
        let _ = write!(out, "{}{gap}{} ", examples[example], FILLER[filler]);
    }
    out
}

/// Inputs made to be slow: name and text.
pub fn hostile(bytes: usize) -> Vec<(&'static str, String)> {
    let mut random = Random::new(14);
    let fill = |unit: &str| unit.repeat(bytes / unit.len() + 1);
    let base64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let long: String = (0..bytes).map(|_| char::from(base64[random.below(64)])).collect();
    vec![
        ("digits without end", fill("1234567890")),
        ("digit groups", fill("1234567890 ")),
        ("single digits", fill("1 2 3 4 ")),
        ("dotted digits", fill("12.34-56/")),
        ("@ run", fill("@")),
        ("users and @", fill("a.b.c.d@")),
        ("nested candidates", fill("eyJhbGciOiJ-")),
        ("key words", fill("password=secret_token: api_key ")),
        ("block begins", fill("-----BEGIN PRIVATE KEY-----\n")),
        ("hex and colons", fill("ab:cd:")),
        ("base64", long),
        ("spaces", fill(" ")),
        ("capitals", fill("ABCDE FGHIJ ")),
    ]
}
