//! Checks against the vectors of a number library, where they stand beside the repository.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]

use std::io::Write as _;
use std::path::Path;

use super::super::*;

/// Which module of the number library has the same rule as a check.
const SAME: &[(&str, &str)] = &[
    ("ad.nrt", "ad_nrt"),
    ("ar.cuit", "ar_cuit"),
    ("at.tin", "at_tin"),
    ("at.uid", "at_uid"),
    ("at.vnr", "at_svnr"),
    ("au.abn", "au_abn"),
    ("au.acn", "au_acn"),
    ("au.tfn", "au_tfn"),
    ("be.bis", "be_nn"),
    ("be.eid", "be_eid"),
    ("be.nn", "be_nn"),
    ("be.ssn", "be_nn"),
    ("bg.egn", "bg_egn"),
    ("bg.pnf", "bg_lnch"),
    ("br.cnpj", "br_cnpj"),
    ("br.cpf", "br_cpf"),
    ("ca.bc_phn", "ca_bc_phn"),
    ("ca.sin", "ca_sin"),
    ("ch.ssn", "ch_ahv"),
    ("cl.rut", "cl_rut"),
    ("cn.ric", "cn_ric"),
    ("co.nit", "co_nit"),
    ("cr.cpf", "cr_cpf"),
    ("cu.ni", "cu_ni"),
    ("cz.ico", "cz_ico"),
    ("cz.rc", "cz_rc"),
    ("de.idnr", "de_idnr"),
    ("de.vat", "de_vat"),
    ("dk.cpr", "dk_cpr"),
    ("ec.ci", "ec_ci"),
    ("ec.ruc", "ec_ruc"),
    ("ee.ik", "ee_ik"),
    ("es.cif", "es_cif"),
    ("es.dni", "es_nif"),
    ("es.nie", "es_nif"),
    ("fi.hetu", "fi_hetu"),
    ("fi.ytunnus", "fi_ytunnus"),
    ("fr.nif", "fr_spi"),
    ("fr.nir", "fr_nir"),
    ("gb.nhs", "gb_nhs"),
    ("gb.upn", "gb_upn"),
    ("gb.utr", "gb_utr"),
    ("gh.tin", "gh_tin"),
    ("gr.amka", "gr_amka"),
    ("gt.nit", "gt_nit"),
    ("hr.oib", "hr_oib"),
    ("iban", "iban"),
    ("id.nik", "id_nik"),
    ("id.npwp", "id_npwp"),
    ("ie.pps", "ie_pps"),
    ("il.idnr", "il_id"),
    ("in_.aadhaar", "in_aadhaar"),
    ("in_.epic", "in_epic"),
    ("in_.gstin", "in_gstin"),
    ("in_.vid", "in_vid"),
    ("is_.kennitala", "is_kennitala"),
    ("it.codicefiscale", "it_cf"),
    ("jp.in_", "jp_my_number"),
    ("kr.rrn", "kr_rrn"),
    ("lt.asmens", "lt_asmens"),
    ("md.idno", "md_idnp"),
    ("me.pib", "me_pib"),
    ("mu.nid", "mu_nid"),
    ("mx.curp", "mx_curp"),
    ("my.nric", "my_nric"),
    ("mz.nuit", "mz_nuit"),
    ("nl.bsn", "nl_bsn"),
    ("nl.onderwijsnummer", "nl_onderwijsnummer"),
    ("no.fodselsnummer", "no_fnr"),
    ("no.orgnr", "no_orgnr"),
    ("nz.ird", "nz_ird"),
    ("pe.cui", "pe_cui"),
    ("pe.ruc", "pe_ruc"),
    ("pk.cnic", "pk_cnic"),
    ("pl.pesel", "pl_pesel"),
    ("pl.regon", "pl_regon"),
    ("pt.cc", "pt_cc"),
    ("pt.nif", "pt_nif"),
    ("py.ruc", "py_ruc"),
    ("ro.cnp", "ro_cnp"),
    ("ro.cui", "ro_cui"),
    ("rs.pib", "rs_pib"),
    ("se.orgnr", "se_orgnr"),
    ("se.personnummer", "se_personnummer"),
    ("si.emso", "si_emso"),
    ("sk.rc", "cz_rc"),
    ("th.pin", "th_pin"),
    ("tr.tckimlik", "tr_tckn"),
    ("tr.vkn", "tr_vkn"),
    ("ua.rntrc", "ua_rntrc"),
    ("us.itin", "us_itin"),
    ("us.rtn", "us_routing"),
    ("us.ssn", "us_ssn"),
    ("ve.rif", "ve_rif"),
    ("vn.mst", "vn_mst"),
    ("za.idnr", "za_id"),
    ("za.tin", "za_tin"),
];

#[test]
fn checks_agree_with_the_vectors_of_a_number_library() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/eval/detection/stdnum.jsonl");
    let Ok(lines) = std::fs::read_to_string(path) else {
        // Past the harness, which keeps what a passed test prints.
        std::io::stderr().write_all(b"skipped: no vectors beside the repository\n").unwrap();
        return;
    };
    // Counts only: the numbers may belong to people.
    let mut wrong = Vec::new();
    for line in lines.lines() {
        let Some((module, valid, invalid)) = vectors(line) else { continue };
        let Some((_, name)) = SAME.iter().find(|(m, _)| *m == module) else { continue };
        let holds =
            |v: &String| Check::named(name).is_some_and(|c| c.judge(v.trim()) != Verdict::Fails);
        let missed = valid.iter().filter(|v| !holds(v)).count();
        let passed = invalid.iter().filter(|v| holds(v)).count();
        if missed > 0 || passed > 0 {
            wrong.push(format!(
                "{module}: {missed} of {} valid refused, {passed} of {} invalid taken",
                valid.len(),
                invalid.len()
            ));
        }
    }
    // The library takes spellings with a country's letters around, and refuses kinds that have a module of their own (bis numbers, NIE)
    // and words that are not issued.
    assert!(wrong.len() <= 10, "{}", wrong.join("\n"));
}

/// The module and the plain string arrays of one JSON line.
fn vectors(line: &str) -> Option<(String, Vec<String>, Vec<String>)> {
    let after = |key: &str| line.split_once(&format!("\"{key}\": ")).map(|(_, rest)| rest);
    let quoted =
        |text: &str| text.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let array = |key: &str| {
        after(key)
            .and_then(|rest| rest.strip_prefix('['))
            .and_then(|rest| rest.split_once(']'))
            .map_or(Vec::new(), |(inside, _)| quoted(inside))
    };
    let module = after("module").and_then(|rest| rest.split('"').nth(1))?;
    Some((module.to_owned(), array("valid"), array("invalid")))
}
