//! What `seawall rules check` warns of: detectors that speak where there is nothing to find, and those that slow inspection down.

use std::path::Path;

use detect::{Conduct, Detector};

use super::super::{books, shipped};

/// Steps of one detector a byte of clean text from which it is worth a warning. Ordinary detectors take far less than a hundredth of it.
const STEPS: f64 = 0.25;
/// Places told of one detector.
const TOLD: usize = 3;

/// The embedded clean texts, and those of a folder.
///
/// # Errors
/// What of the folder cannot be read.
pub(super) fn texts(folder: Option<&Path>) -> Result<books::Texts, Vec<String>> {
    let own = folder.map(|folder| books::texts(folder, "txt")).transpose()?;
    Ok(shipped::clean().into_iter().chain(own.unwrap_or_default()).collect())
}

/// One sentence for each, with the place.
pub(super) fn warnings(detector: &Detector, texts: &books::Texts) -> Vec<String> {
    let bodies: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
    let bytes: usize = bodies.iter().map(|text| text.len()).sum();
    let Ok(conduct) = detector.conduct(&bodies) else {
        return vec![
            "the clean text holds more findings than can be told; give less of it".to_owned(),
        ];
    };
    let mut warnings = Vec::new();
    for conduct in &conduct {
        let info = detector.info(conduct.detector);
        let told = |message: String| format!("{}: {}: {message}", info.file, info.id);
        warnings.extend(spoke(conduct, texts).map(told));
        if conduct.slow {
            warnings.push(told(
                "has no cheap place to begin and is tried at every byte; let the pattern begin with a digit, a fixed word of three letters or more, or letters before a digit".to_owned(),
            ));
        } else if conduct.steps as f64 > bytes as f64 * STEPS {
            let share = conduct.steps as f64 / bytes as f64;
            warnings.push(told(format!(
                "takes {share:.2} steps a byte of clean text; let the pattern begin with something rarer, or give it context words"
            )));
        }
    }
    warnings
}

fn spoke<'a>(
    conduct: &'a Conduct,
    texts: &'a [(String, String)],
) -> impl Iterator<Item = String> + 'a {
    let places = conduct.spoke.iter().take(TOLD).filter_map(|piece| {
        let (name, text) = texts.get(piece.text as usize)?;
        let (line, column) = policy::position(text, piece.span.start);
        let length = piece.span.end - piece.span.start;
        Some(format!("speaks on clean text at {name}:{line}:{column} ({length} bytes)"))
    });
    let more = conduct.spoke.len().saturating_sub(TOLD);
    places.chain((more > 0).then(|| format!("and at {more} more places of clean text")))
}
