//! A permit cannot be made, copied or used twice outside of `exchange`: each attempt must not compile.

#[test]
fn a_permit_cannot_be_forged() {
    let attempts = trybuild::TestCases::new();
    attempts.compile_fail("tests/forged/*.rs");
}
