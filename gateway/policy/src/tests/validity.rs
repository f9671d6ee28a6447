//! A policy that has expired is only ever stricter, and says so on record.

use super::generate::{Dice, case, policy};
use super::meaning::{ALL, situation};
use super::world;
use crate::{ALLIES_STAY, Action, Reason, Situation, Tier, Validity};

const ORDER: [Validity; 3] = [Validity::Current, Validity::Expired, Validity::LongExpired];

#[test]
fn the_market_closes_first_then_allies_and_never_what_the_state_controls() {
    let book = world(ALL);
    let cases = [
        ("shop", [Action::Allow, Action::Block, Action::Block]),
        ("friend", [Action::Allow, Action::Allow, Action::Block]),
        ("home", [Action::Allow, Action::Allow, Action::Allow]),
    ];
    for (to, expected) in cases {
        let (s, c) = situation(&book, &["people"], to);
        let decided = ORDER.map(|validity| {
            let decision = book.decide(&Situation { validity, ..s.clone() }, &c);
            assert_eq!(
                decision.reason == Reason::Expired,
                decision.action == Action::Block,
                "{to}"
            );
            decision.action
        });
        assert_eq!(decided, expected, "{to}");
    }
}

#[test]
fn of_random_policies_an_expired_one_only_ever_blocks_more_and_keeps_rules_and_alerts() {
    let mut dice = Dice::new(7);
    let (mut tightened, mut all) = (0, 0);
    for _ in 0..40 {
        let book = super::book(&policy(&mut dice, 30));
        for _ in 0..250 {
            let (s, c) = case(&mut dice, &book);
            let [now, expired, long] =
                ORDER.map(|validity| book.decide(&Situation { validity, ..s.clone() }, &c));
            let tier = book.destination_info(c.destination).unwrap().tier;
            for (validity, decision) in [(ORDER[1], &expired), (ORDER[2], &long)] {
                assert!(decision.action >= now.action, "{decision:?} after {now:?}");
                assert!(!decision.sends() || !validity.closes(tier), "{decision:?}");
                assert!(decision == &now || decision.reason == Reason::Expired, "{decision:?}");
                assert_eq!((&decision.rules, &decision.alerts), (&now.rules, &now.alerts));
                tightened += u64::from(decision != &now);
            }
            assert!(long.action >= expired.action);
            all += 1;
        }
    }
    assert!(tightened > all / 20, "{tightened} of {all}: else nothing was shown");
}

#[test]
fn the_end_is_the_last_second_and_allies_have_thirty_days() {
    let at = |now| Validity::at(1_000, now);
    let times = [999, 1_000, 999 + ALLIES_STAY, 1_000 + ALLIES_STAY, i64::MAX];
    let expected = [
        Validity::Current,
        Validity::Expired,
        Validity::Expired,
        Validity::LongExpired,
        Validity::LongExpired,
    ];
    assert_eq!(times.map(at), expected);
    assert!(!ORDER.iter().any(|validity| validity.closes(Tier::MustControl)));
}

#[test]
fn it_is_on_record_and_is_read_back() {
    let book = world(ALL);
    let (s, c) = situation(&book, &["people"], "shop");
    assert!(!serde_json::to_string(&book.record_situation(&s)).unwrap().contains("validity"));
    let expired = Situation { validity: Validity::Expired, ..s };
    let json = serde_json::to_string(&book.record_situation(&expired)).unwrap();
    assert!(json.contains("\"validity\":\"expired\""), "{json}");
    assert_eq!(book.situation(&serde_json::from_str(&json).unwrap()).unwrap(), expired);
    assert_eq!(book.record_decision(&book.decide(&expired, &c)).reason, "policy-expired");
}
