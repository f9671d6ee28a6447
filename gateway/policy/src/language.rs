//! Languages of texts, by their codes.

/// A language that can be told from its text. Written as its code of ISO 639-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(u8);

impl Language {
    /// How many there are.
    pub(crate) const COUNT: usize = KNOWN.len();

    /// All of them, in the order of their codes.
    pub fn all() -> impl Iterator<Item = Language> {
        (0..KNOWN.len()).map(|at| Language(at as u8))
    }

    /// The one with this code of two letters (ISO 639-1).
    pub fn parse(code: &str) -> Option<Language> {
        Language::all().find(|known| known.code() == code)
    }

    /// The one with this code of three letters (ISO 639-3), as libraries name them.
    pub fn of_three_letters(code: &str) -> Option<Language> {
        Language::all().find(|known| known.entry().1 == code)
    }

    /// The one with this English name, however its letters are spelled.
    pub(crate) fn named(name: &str) -> Option<Language> {
        Language::all().find(|known| known.name().eq_ignore_ascii_case(name))
    }

    /// Its code of two letters.
    pub fn code(self) -> &'static str {
        self.entry().0
    }

    /// Its English name.
    pub fn name(self) -> &'static str {
        self.entry().2
    }

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    fn entry(self) -> (&'static str, &'static str, &'static str) {
        // INVARIANT: the number is one of the list; it is made nowhere else.
        KNOWN[self.index()]
    }
}

/// The languages that texts are in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Languages {
    /// Those that were told, in order, once.
    pub told: Vec<Language>,
    /// Whether there is text of which this could not be told.
    pub unknown: bool,
}

impl Languages {
    /// Texts that nobody has looked at.
    pub fn unknown() -> Languages {
        Languages { told: Vec::new(), unknown: true }
    }

    /// Notes one.
    pub fn insert(&mut self, language: Language) {
        if let Err(at) = self.told.binary_search(&language) {
            self.told.insert(at, language);
        }
    }
}

/// Code of ISO 639-1, code of ISO 639-3, English name. What cannot be told from a text is not here: who asks for it would wait for
/// ever.
const KNOWN: [(&str, &str, &str); 70] = [
    ("af", "afr", "Afrikaans"),
    ("ak", "aka", "Akan"),
    ("am", "amh", "Amharic"),
    ("ar", "ara", "Arabic"),
    ("az", "aze", "Azerbaijani"),
    ("be", "bel", "Belarusian"),
    ("bg", "bul", "Bulgarian"),
    ("bn", "ben", "Bengali"),
    ("ca", "cat", "Catalan"),
    ("cs", "ces", "Czech"),
    ("cy", "cym", "Welsh"),
    ("da", "dan", "Danish"),
    ("de", "deu", "German"),
    ("el", "ell", "Greek"),
    ("en", "eng", "English"),
    ("eo", "epo", "Esperanto"),
    ("es", "spa", "Spanish"),
    ("et", "est", "Estonian"),
    ("fa", "pes", "Persian"),
    ("fi", "fin", "Finnish"),
    ("fr", "fra", "French"),
    ("gu", "guj", "Gujarati"),
    ("he", "heb", "Hebrew"),
    ("hi", "hin", "Hindi"),
    ("hr", "hrv", "Croatian"),
    ("hu", "hun", "Hungarian"),
    ("hy", "hye", "Armenian"),
    ("id", "ind", "Indonesian"),
    ("it", "ita", "Italian"),
    ("ja", "jpn", "Japanese"),
    ("jv", "jav", "Javanese"),
    ("ka", "kat", "Georgian"),
    ("km", "khm", "Khmer"),
    ("kn", "kan", "Kannada"),
    ("ko", "kor", "Korean"),
    ("la", "lat", "Latin"),
    ("lt", "lit", "Lithuanian"),
    ("lv", "lav", "Latvian"),
    ("mk", "mkd", "Macedonian"),
    ("ml", "mal", "Malayalam"),
    ("mr", "mar", "Marathi"),
    ("my", "mya", "Burmese"),
    ("nb", "nob", "Norwegian"),
    ("ne", "nep", "Nepali"),
    ("nl", "nld", "Dutch"),
    ("or", "ori", "Odia"),
    ("pa", "pan", "Punjabi"),
    ("pl", "pol", "Polish"),
    ("pt", "por", "Portuguese"),
    ("ro", "ron", "Romanian"),
    ("ru", "rus", "Russian"),
    ("si", "sin", "Sinhala"),
    ("sk", "slk", "Slovak"),
    ("sl", "slv", "Slovene"),
    ("sn", "sna", "Shona"),
    ("sr", "srp", "Serbian"),
    ("sv", "swe", "Swedish"),
    ("ta", "tam", "Tamil"),
    ("te", "tel", "Telugu"),
    ("th", "tha", "Thai"),
    ("tk", "tuk", "Turkmen"),
    ("tl", "tgl", "Tagalog"),
    ("tr", "tur", "Turkish"),
    ("uk", "ukr", "Ukrainian"),
    ("ur", "urd", "Urdu"),
    ("uz", "uzb", "Uzbek"),
    ("vi", "vie", "Vietnamese"),
    ("yi", "yid", "Yiddish"),
    ("zh", "cmn", "Chinese"),
    ("zu", "zul", "Zulu"),
];
