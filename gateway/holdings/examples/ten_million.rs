//! Builds ten million synthetic records of four columns, a dictionary of 100,000 terms and a thousand documents, and prints
//! size, memory, time to build, to open and to look up, and nanoseconds for each byte of text.
//!
//! `cargo run --release -p holdings --example ten_million -- [RECORDS] [TEXT…]`; Linux only (it reads `/proc/self/status`).
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement: it stops at the first error, prints, and reads clock and files"
)]

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::time::Instant;

use holdings::{
    DictionaryBuilder, DictionaryRules, DocumentRules, DocumentsBuilder, Fuel, Holdings, Key,
    RecordRules, RecordsBuilder, Scratch, Spill,
};

const RULES: &str = r#"
name = "customers"
[[column]]
name = "surname"
kind = "name"
[[column]]
name = "account"
kind = "number"
[[column]]
name = "e-mail"
kind = "e-mail"
[[column]]
name = "born"
kind = "date"
[[rule]]
id = "customer"
all = ["surname", "account"]
[[rule]]
id = "person"
least = 2
of = ["surname", "born", "e-mail"]
"#;

struct Aside(File);

impl Spill for Aside {
    fn append(&mut self, bytes: &[u8]) -> std::io::Result<u64> {
        let at = self.0.seek(SeekFrom::End(0))?;
        self.0.write_all(bytes)?;
        Ok(at)
    }

    fn read_at(&mut self, at: u64, into: &mut [u8]) -> std::io::Result<()> {
        self.0.seek(SeekFrom::Start(at))?;
        self.0.read_exact(into)
    }
}

fn aside() -> Aside {
    let path = std::env::temp_dir().join(format!("holdings-{}", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).open(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    Aside(file)
}

fn word(rank: u64) -> String {
    let mut seed = fastrand::Rng::with_seed(rank);
    let least = if rank < 1_000_000 { 3 } else { 5 };
    (0..seed.usize(least..11)).map(|_| seed.char('a'..='z')).collect()
}

/// Peak and present memory in MiB.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let of = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_matches([':', ' ', '\t', 'k', 'B']).parse::<u64>().unwrap() / 1024
    };
    (of("VmHWM"), of("VmRSS"))
}

/// Nanoseconds that this thread has had of the processor: others may run beside.
fn processor() -> u64 {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    line.split(' ').next().unwrap().parse().unwrap()
}

fn scan(name: &str, file: Vec<u8>, key: &Key, texts: &[(String, String)]) {
    let began = Instant::now();
    let holdings = Holdings::open(Arc::new(file), key).unwrap();
    println!("{name}: opened in {:?}", began.elapsed());
    let mut scratch = Scratch::default();
    for (title, text) in texts {
        let mut once = || {
            let mut fuel = Fuel::new(u64::MAX);
            holdings.scan(&mut scratch, &[text], &mut fuel).unwrap().findings().len()
        };
        let seen = once();
        let (began, mut rounds) = (processor(), 0);
        while processor() - began < 300_000_000 {
            once();
            rounds += 1;
        }
        let each = (processor() - began) as f64 / (rounds * text.len()) as f64;
        println!("{name}: {each:6.2} ns/byte  {seen:5} findings  {title} ({} bytes)", text.len());
    }
}

fn records(count: u64, key: &Key) -> Vec<u8> {
    let began = Instant::now();
    let mut out = aside();
    let mut spill = aside();
    let mut builder = RecordsBuilder::new(
        RecordRules::parse("rules", RULES).unwrap(),
        key,
        512 << 20,
        &mut spill,
    );
    let mut random = fastrand::Rng::with_seed(1);
    for line in 0..count {
        // No shorter ones: of words of three random letters every language has most.
        let surname = word(1_000_000 + (200_000f64.powf(random.f64())) as u64);
        let account = random.u64(100_000_000_000..999_999_999_999).to_string();
        let mail = format!("{surname}.{line}@example.org");
        let born =
            format!("{}-{:02}-{:02}", random.u32(1930..2010), random.u32(1..13), random.u32(1..29));
        builder.row(line, &[&surname, &account, &mail, &born]).unwrap();
    }
    println!("records: read and hashed in {:?}", began.elapsed());
    let report = builder.finish(&mut BufWriter::new(&mut out.0), &mut |_| ()).unwrap();
    println!("records: built in {:?}, memory {:?} MiB (peak, now)", began.elapsed(), memory());
    println!(
        "records: {} records, {} entries, {} common values, {} refused, {} bytes ({:.1} a record), put aside {} bytes",
        report.taken,
        report.entries,
        report.common,
        report.refused,
        report.bytes,
        report.bytes as f64 / count as f64,
        spill.0.metadata().unwrap().len()
    );
    out.0.seek(SeekFrom::Start(0)).unwrap();
    let mut file = Vec::with_capacity(report.bytes as usize);
    out.0.read_to_end(&mut file).unwrap();
    file
}

fn dictionary(key: &Key) -> Vec<u8> {
    let began = Instant::now();
    let (mut spill, mut file) = (Vec::new(), Vec::new());
    let mut builder =
        DictionaryBuilder::new(DictionaryRules::named("terms"), key, 64 << 20, &mut spill);
    for number in 0..100_000u32 {
        let words = (0..number % 4 + 1)
            .map(|nth| format!("{}q{}", word(u64::from(number + nth)), number % 10));
        builder.term(number, &words.collect::<Vec<_>>().join(" ")).unwrap();
    }
    let report = builder.finish(&mut file, &mut |_| ()).unwrap();
    println!(
        "dictionary: {} terms, {} bytes, built in {:?}",
        report.taken,
        report.bytes,
        began.elapsed()
    );
    file
}

fn documents(key: &Key) -> Vec<u8> {
    let began = Instant::now();
    let (mut spill, mut file) = (Vec::new(), Vec::new());
    let mut builder =
        DocumentsBuilder::new(DocumentRules::named("files"), key, 64 << 20, &mut spill);
    let mut random = fastrand::Rng::with_seed(2);
    let mut length = 0;
    for number in 0..1000 {
        let text: Vec<String> =
            (0..3000).map(|_| word((20_000f64.powf(random.f64())) as u64)).collect();
        length += text.len();
        builder.document(&format!("file-{number}"), &text.join(" ")).unwrap();
    }
    let report = builder.finish(&mut file, &mut |_| ()).unwrap();
    println!("documents: {length} words, {} bytes, built in {:?}", report.bytes, began.elapsed());
    file
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().map_or(10_000_000, |count| count.parse().unwrap());
    let texts: Vec<(String, String)> = arguments
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path.rsplit('/').next().unwrap_or("").to_owned(), text)
        })
        .collect();
    let key = Key::new([42; 32]);
    scan("dictionary", dictionary(&key), &key, &texts);
    scan("documents", documents(&key), &key, &texts);
    scan("records", records(count, &key), &key, &texts);
    println!("memory {:?} MiB (peak, now)", memory());
}
