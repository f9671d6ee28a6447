//! Checks against published vectors.
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

mod nobody;
mod vectors;

use super::*;

fn check(name: &str, value: &str, expect: bool) {
    let verdict = Check::named(name).map(|c| c.judge(value));
    assert_eq!(verdict.is_some_and(|v| v != Verdict::Fails), expect, "{name} {value}");
}

#[test]
fn common_schemes() {
    check("luhn", "79927398713", true); // ISO/IEC 7812-1 annex B
    check("luhn", "79927398710", false);
    check("verhoeff", "2363", true); // Verhoeff 1969
    check("verhoeff", "2364", false);
    check("mod97", "3214282912345698765432161182", true); // ISO 13616, GB82WEST… rearranged
}

#[test]
fn payment() {
    check("iban", "GB82 WEST 1234 5698 7654 32", true); // ISO 13616 example
    check("iban", "GB82 WEST 1234 5698 7654 33", false);
    check("iban", "NO93 8601 1117 947", true); // SWIFT registry
    check("iban", "Gb82 West 1234 5698 7654 32", true);
    check("iban", "GB82 wEST 1234 5698 7654 32", false);
    assert_eq!(
        Check::named("iban").map(|c| c.judge("DE89 3704 0044 0532 0130 00 BIC1")),
        Some(Verdict::Holds(0..27))
    );
    check("card", "378282246310005", true);
    check("card", "4111111111111112", false);
    check("card", "9111111111111111", false);
    assert_eq!(
        Check::named("card").map(|c| c.judge("4111 1111 1111 1111 123")),
        Some(Verdict::Holds(0..19))
    );
}

#[test]
fn national() {
    check("au_medicare", "2123456701", true); // Services Australia
    check("de_rvnr", "15 070649 C 103", true); // VKVV annex
    check("de_document", "T220001293", true); // ICAO 9303 specimen
    check("de_document", "T220001293D", true);
    check("de_document", "T220001294D", false);
    check("hk_id", "A123456(3)", true); // Immigration Department
    check("hk_id", "A123456(4)", false);
    check("sg_nric", "S1234567D", true);
    check("sg_uen", "00192200M", true);
    check("sg_uen", "00192200K", false);
    check("sg_uen", "197401143C", true);
    check("sg_uen", "197401143D", false);
    check("tw_id", "A123456789", true);
    check("us_npi", "1234567893", true); // CMS
    check("us_routing", "021000021", true); // ABA
    check("us_itin", "912701234", true);
    check("us_ssn", "078-05-1120", false); // SSA: the wallet number
    check("jp_my_number", "111111111111", false);
}

#[test]
fn national_europe() {
    check("pl_id_card", "ABA 300000", true); // the specimen of the identity card
    check("pl_passport", "ZS 0000177", true); // the specimen of the passport
    check("pt_cc", "00000000 0 ZZ4", true); // the specimen of the citizen card
    check("pt_cc", "00000000 0 ZZ3", false);
    check("gb_nino", "QQ123456C", true);
    check("gb_nino", "BG123456C", false);
    check("lv_pk", "321234-56789", true); // given by lot
    check("cz_rc", "736028/5163", true); // a woman, 28 October 1973
    check("cz_rc", "803205/6032", false); // no such month before 2004
    check("cz_rc", "532123/4567", false); // of the year 2053
    check("fi_hetu", "131052-308T", true); // Digital and Population Data Services Agency
    check("fi_hetu", "131052+308T", true);
    check("fi_hetu", "010594Y9021", true); // test number of the same agency
    check("fi_hetu", "131052/308T", false);
    assert_eq!(
        Check::named("fi_hetu_behind_word").map(|c| c.judge("on131052-308T")),
        Some(Verdict::Holds(2..13))
    );
    check("lu_matricule", "1985081512300", false);
    check("kr_rrn_dated", "901332-1023406", false);
}

#[test]
fn national_elsewhere() {
    check("br_cnpj", "12.ABC.345/01DE-35", true); // Receita Federal, letters from 2026
    check("br_cnpj", "12.ABC.345/01DE-36", false);
    check("au_abn", "51 824 753 556", true); // Australian Business Register
    check("au_acn", "004 085 616", true); // ASIC
    check("nz_nhi", "ZAC5361", true); // HISO 10046
    check("nz_nhi", "ZAC5360", false);
    check("mx_curp", "PENE850815HNERXN02", false);
    check("at_uid", "ATU13585627", true);
    check("at_uid", "ATU13585626", false);
    check("at_uid", "ATU00000006", false);
    check("titled_name", "Señor Director General", false);
    check("titled_name", "Señor Director Pérez", true);
    check("titled_name", "Dr. Prof. Example", true);
    check("not_zero", "0000000", false);
    check("not_counted", "123-456-789-000", false);
    check("not_counted", "123-456-780-000", true);
}

#[test]
fn secrets() {
    check("password", "password = \"correcthorse\"", true);
    check("password", "\"password\": \"string\"", false);
    check("env_password", "PASSWORD=correcthorse", true);
    check("env_password", "PASSWORD=DB_PASSWORD", false);
    check("secret_value", "token = k3x9q2m7v5t8z1w4y6", true);
    check("secret_value", "token = 0736f5ef-7e88-499a-80cc-99a99a9a9999", false);
    check("secret_value", "key: hexPKCS8TestPKCS1Key", false);
    check("secret_value", "(\"secret\", \"aws-secret-key123", false);
    check("header_secret", "X-Api-Key: 0736f5ef-7e88-499a-80cc-99a99a9a9999", true);
    check("named_key", "acme key: 3f9a1c7be24d8056af31c9d27be84065", true);
    check("named_key", "acme image 3f9a1c7be24d8056af31c9d27be84065", false);
    check("token", "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false);
    check("basic_pair", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", true); // RFC 7617
    check("basic_pair", "Basic authentication", false);
    check("url_password", "postgres://svc:k3x9q2@db.internal:5432/x", true);
    check("user_pair", "curl -u jane:k3x9q2m7 https://host", true);
    check("user_pair", "curl -u \"$USER:$PASS\" https://host", false);
    check("command_password", "docker login -u jane -p k3X9q2m7 host", true);
    check("connection_password", "Server=db;Password=k3x9q2m7", true);
    check("password", "password = \"changeme1!\"", false);
    check("password", "password: Tr0ub4dor&3", true);
    check("password", "密码：Tr0ub4dor&3", true);
    check("password", "密码是Tr0ub4dor&3", true);
    check("password", "密码：required", false);
    check("secret_value", "token = some-kebab-case-identifier-v2", false);
    check("url_password", "postgres://svc:${PASSWORD}@db", false);
    check("jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0", true);
    check("jwt", "eyJmb28iOiJiYXIifQ.eyJzdWIiOiIxIn0", false);
}

#[test]
fn wallets() {
    // BIP 173, BIP 350, EIP-55, SEP-23 and the chains' documentation.
    check("bitcoin", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", true);
    check("bitcoin", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", true);
    check("bitcoin", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", false);
    check("segwit", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", true);
    check("segwit", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", true);
    check("segwit", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", true);
    check("segwit", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", false);
    check("ethereum", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", true);
    check("ethereum", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", true);
    check("ethereum", "0xFB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", false);
    check("cashaddr", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", true);
    check("tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", true);
    check("ripple", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", true);
    check("ripple", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTi", false);
    check("stellar", "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ", true);
}

#[test]
fn telephone_plans() {
    check("phone", "+49 30 23125 123", true);
    check("phone", "+44 (0)20 7946 0123", true);
    check("phone", "+39 06 698 12345", true);
    check("phone", "+999 123 456 789", false);
    check("phone", "+1 2024-01-15", false);
    check("de_phone", "030 23125123", true);
    check("fr_phone", "01 99 00 12 34", true);
    check("jp_phone", "090-1234-5678", true);
    check("phone_loose", "2024-01-15", false);
    check("phone_loose", "1990-1995", false);
    check("phone_loose", "1234567", false);
    check("phone_loose", "449 4898", true);
}

#[test]
fn accounts_and_addresses_of_the_world() {
    check("iban", "AD12 0001 2030 2003 5910 0100", true); // SWIFT registry
    check("iban", "MT84 MALT 0110 0001 2345 MTLC AST0 01S", true);
    check("iban", "GB82 1234 1234 5698 7654 32", false);
    check("clabe", "032180000118359719", true); // Banco de México
    check("cbu", "2850590940090418135201", true); // BCRA
    check("bic", "BIC: DEUTDEFF500", true);
    check("bic", "BIC: DEUTZZFF", false);
    check("ipv4_private", "10.1.2.3", true);
    check("ipv4_private", "10.0.0.1", false);
    check("ipv4_private", "84.17.44.21", false);
    check("ipv4_constant", "192.168.1.1", true);
    check("ipv4_constant", "172.16.0.0/12", false);
    check("ipv4_constant", "172.16.0.0/24", true);
    check("ipv4_constant", "84.17.44.21", false);
    check("ipv6_private", "fd12:3456:789a::17", true);
    check("ipv6_private", "fe80::a1b2:c3ff:fe04:5", true);
    check("ipv6_private", "fc00::/7", false);
    check("ipv6_constant", "fe80::1%eth0", true);
    check("iccid", "8949123456789012347", true);
    check("coordinates", "52.520008, 13.404954", true);
    check("coordinates", "95.1234, 13.4049", false);
    check("loinc", "4548-4", true); // HbA1c
    check("loinc", "4548-5", false);
    check("sctid", "73211009", true); // diabetes mellitus
    check("date_words", "19 ตุลาคม 2521", true);
    check("date_words", "12 Monkeys 1995", false);
}

#[test]
fn accounts_at_home() {
    // The accounts are those of the SWIFT IBAN registry's examples, or checked by hand against their country's rule.
    check("pl_nrb", "61 1090 1014 0000 0712 1981 2874", true);
    check("pl_nrb", "61 1090 1014 0000 0712 1981 2875", false);
    check("account97", "000201231234567890154", true); // PT50
    check("account97", "263300012039086", true); // SI56
    check("account97", "1290079401028494", true); // BA39
    check("account97", "505000012345678951", true); // ME25
    check("account97", "250120000058984", true); // MK07
    check("account97", "250120000058985", false);
    check("rs_account", "260-0056010016113-79", true); // RS35
    check("rs_account", "260-56010016113-79", true);
    check("rs_account", "260-56010016113-78", false);
    check("rib97", "10006035183598478831", true); // TN59
    check("rib97", "10006035183598478832", false);
    check("cz_account", "19-2000145399/0800", true); // CZ65
    check("cz_account", "19-2000145398/0800", false);
    check("cz_account", "19-8742637541/1200", true); // SK31
    check("hu_account", "11773016-11111018-00000000", true); // HU42
    check("hu_account", "11773016-11111019-00000000", false);
    check("es_ccc", "2100 0418 45 0200051332", true); // ES91
    check("es_ccc", "2100 0418 46 0200051332", false);
    check("fr_rib", "20041 01005 0500013M026 06", true); // FR14
    check("fr_rib", "20041 01005 0500013M026 07", false);
    check("it_bban", "X 05428 11101 000000123456", true); // IT60
    check("it_bban", "Y 05428 11101 000000123456", false);
    check("no_account", "8601.11.17947", true); // NO93
    check("no_account", "8601.11.17948", false);
    check("hr_account", "1001005-1863000160", true); // HR12
    check("hr_account", "1001005-1863000161", false);
    check("be_account", "539-0075470-34", true); // BE68
    check("be_account", "539-0075470-35", false);
    check("ch_post", "01-39139-1", true); // Handbuch ESR
    check("ch_post", "01-39139-2", false);
}

#[test]
fn names_behind_labels() {
    let name = |check: &str, text: &str, expect: Option<&str>| {
        let found = match Check::named(check).unwrap().judge(text) {
            Verdict::Holds(span) => text.get(span),
            Verdict::Fails => None,
        };
        assert_eq!(found, expect, "{check} {text}");
    };
    name("labelled_name", "Pacjent: Jan Kowalczyk tel. 5", Some("Jan Kowalczyk"));
    name("labelled_name", "Name: Kowalczyk, Jan", Some("Kowalczyk, Jan"));
    name(
        "labelled_name",
        "Patient: Dr. Anne-Marie O’Neill van der Berg.",
        Some("Dr. Anne-Marie O’Neill van der Berg"),
    );
    name("labelled_name", "Patient: J. R. McCoy", Some("J. R. McCoy"));
    name("labelled_name", "Nom : LEFÈVRE", Some("LEFÈVRE"));
    name("labelled_name", "الاسم: أحمد محمود", Some("أحمد محمود"));
    name("labelled_name", "Patient: the", None);
    name("labelled_name", "Patient: Required", None);
    name("labelled_name", "Patient: MyService", None);
    name("field_name", r#"first_name": "Anna""#, Some("Anna"));
    name("field_name", r#"first_name\": \"Anna\""#, Some("Anna"));
    name("field_name", "last_name: de la Cruz", Some("de la Cruz"));
    name("field_name", "lastName: Person;", None);
    name("field_name", r#"last_name": "String""#, None);
    name("field_name", r#"last_name": "Anna is here""#, None);
    name("field_name", "last_name = Faker.name", None);
    name("known_name", "Name: John Abernathy", Some("John Abernathy"));
    name("known_name", "name: Install Dependencies", None);
    name("known_name", "Name: John", None);
}

#[test]
fn what_is_typed_at_a_console() {
    assert_eq!(
        Check::named("net_use").map(|c| c.judge(r"net use x: /user:CORP\jdoe Winter!2026 /p")),
        Some(Verdict::Holds(0..38))
    );
    check("net_use", r"net use x: \\srv\share Winter!2026 /user:CORP\jdoe", true);
    check("net_use", r"net use x: \\srv\share /user:CORP\jdoe *", false);
    check("pin_code", "PIN=4821", true);
    check("pin_code", "PIN=1234", false);
    check("said_password", "Пароль Qwerty12345", true);
    check("said_password", "password Qwerty12345", false);
    check("kr_rrn_alone", "6008054830166", true);
    check("kr_rrn_alone", "8711253001202", false); // an EAN-13
}
