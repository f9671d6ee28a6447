//! Clean text costs no allocation once the scratch has been used.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

mod shipped;

use detect::{Fuel, Scratch, Text};

#[test]
fn clean_text_costs_no_allocation_in_steady_state() {
    let detector = shipped::detector();
    let mut scratch = Scratch::default();
    let chat = "Please summarise: on 12 March 2024 we met 14 people, 555 pages, at 10:30 (room 7).\nThank you – François, Łódź, 東京!\n".repeat(30);
    let texts = [
        Text { flows: true, circle: 1, ..Text::alone("content", &chat) },
        Text { flows: true, circle: 1, ..Text::alone("", "short one") },
        Text { flows: true, circle: 1, ..Text::alone("name", &chat) },
    ];
    let mut scan = || {
        let found = detector.scan(&mut scratch, &texts, &mut Fuel::new(u64::MAX)).unwrap();
        assert!(found.is_empty());
    };
    scan();
    let counted = allocation_counter::measure(scan);
    assert_eq!(counted.count_total, 0);
}
