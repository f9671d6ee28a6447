//! Hyperscan and Vectorscan, loaded at run time: the few C functions that block mode needs (hs_compile.h, hs_runtime.h).

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_ulonglong, c_void};
use std::path::Path;

/// Letters match in either case.
pub const CASELESS: u32 = 1;
/// Pattern and text are UTF-8.
pub const UTF8: u32 = 32;
const MODE_BLOCK: c_uint = 1;

type OnMatch =
    extern "C" fn(c_uint, c_ulonglong, c_ulonglong, c_uint, context: *mut c_void) -> c_int;
type CompileMulti = unsafe extern "C" fn(
    *const *const c_char,
    *const c_uint,
    *const c_uint,
    c_uint,
    c_uint,
    *const c_void,
    *mut *mut c_void,
    *mut *mut CompileError,
) -> c_int;
type CompileLiterals = unsafe extern "C" fn(
    *const *const c_char,
    *const c_uint,
    *const c_uint,
    *const usize,
    c_uint,
    c_uint,
    *const c_void,
    *mut *mut c_void,
    *mut *mut CompileError,
) -> c_int;
type Scan = unsafe extern "C" fn(
    *const c_void,
    *const c_char,
    c_uint,
    c_uint,
    *mut c_void,
    OnMatch,
    *mut c_void,
) -> c_int;
type AllocScratch = unsafe extern "C" fn(*const c_void, *mut *mut c_void) -> c_int;
type SizeOf = unsafe extern "C" fn(*const c_void, *mut usize) -> c_int;
type Version = unsafe extern "C" fn() -> *const c_char;

#[repr(C)]
struct CompileError {
    message: *const c_char,
    expression: c_int,
}

/// What to look for.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub text: String,
    pub flags: u32,
    pub id: u32,
}

/// A match: Hyperscan tells where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    pub end: u32,
    pub id: u32,
}

/// A loaded library. Never unloaded.
#[derive(Clone, Copy)]
pub struct Library {
    pub name: &'static str,
    symbols: &'static libloading::Library,
}

/// A compiled set of patterns with its scratch.
pub struct Database {
    database: *mut c_void,
    scratch: *mut c_void,
    scan: Scan,
    /// Bytes of the database and of the scratch.
    pub bytes: usize,
}

/// Patterns that the library does not take: index and reason.
pub type Rejects = Vec<(usize, String)>;

impl Library {
    /// Loads a library, if it is there.
    pub fn open(name: &'static str, path: &Path) -> Option<Library> {
        // SAFETY: a system library without initialisers that touch this program.
        let symbols = unsafe { libloading::Library::new(path) }.ok()?;
        Some(Library { name, symbols: Box::leak(Box::new(symbols)) })
    }

    fn get<T: Copy>(&self, symbol: &CStr) -> T {
        // SAFETY: the types above are those of the library's headers, version 5.4.
        *unsafe { self.symbols.get::<T>(symbol.to_bytes_with_nul()) }.expect("a symbol of libhs 5")
    }

    pub fn version(&self) -> String {
        let version: Version = self.get(c"hs_version");
        // SAFETY: returns a static string.
        unsafe { CStr::from_ptr(version()) }.to_string_lossy().into_owned()
    }

    /// Compiles regular expressions; those that are refused are left out and told.
    pub fn compile(&self, patterns: &[Pattern]) -> (Database, Rejects) {
        let mut left: Vec<(usize, &Pattern)> = patterns.iter().enumerate().collect();
        let mut rejects = Rejects::new();
        loop {
            let all: Vec<&Pattern> = left.iter().map(|(_, p)| *p).collect();
            let (at, message) = match self.attempt(&all) {
                Ok(database) => return (database, rejects),
                Err(refusal) => refusal,
            };
            let at = at.unwrap_or_else(|| panic!("{} takes none of it: {message}", self.name));
            let (index, refused) = left.remove(at);
            rejects.push((index, message));
            // A refusal is told after seconds, so the other patterns of the same detector are tried alone before all begins anew.
            left.retain(|(index, pattern)| {
                let alike = pattern.id == refused.id;
                let refusal = alike.then(|| self.attempt(&[*pattern]).err()).flatten();
                refusal.map(|(_, message)| rejects.push((*index, message))).is_none()
            });
        }
    }

    /// Compiles regular expressions, or tells which one is refused and why.
    fn attempt(&self, patterns: &[&Pattern]) -> Result<Database, (Option<usize>, String)> {
        let compile: CompileMulti = self.get(c"hs_compile_multi");
        let owned: Vec<CString> = patterns.iter().map(|p| c_string(&p.text)).collect();
        let texts: Vec<*const c_char> = owned.iter().map(|t| t.as_ptr()).collect();
        let flags: Vec<c_uint> = patterns.iter().map(|p| p.flags).collect();
        let ids: Vec<c_uint> = patterns.iter().map(|p| p.id).collect();
        let (mut database, mut error) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: all arrays have `patterns.len()` entries and live past the call.
        let code = unsafe {
            compile(
                texts.as_ptr(),
                flags.as_ptr(),
                ids.as_ptr(),
                patterns.len() as c_uint,
                MODE_BLOCK,
                std::ptr::null(),
                &mut database,
                &mut error,
            )
        };
        if code == 0 { Ok(self.ready(database)) } else { Err(told(error)) }
    }

    /// Compiles literals.
    pub fn compile_literals(&self, patterns: &[(Vec<u8>, u32, u32)]) -> Database {
        let compile: CompileLiterals = self.get(c"hs_compile_lit_multi");
        let texts: Vec<*const c_char> = patterns.iter().map(|(t, ..)| t.as_ptr().cast()).collect();
        let lengths: Vec<usize> = patterns.iter().map(|(t, ..)| t.len()).collect();
        let flags: Vec<c_uint> = patterns.iter().map(|(_, flags, _)| *flags).collect();
        let ids: Vec<c_uint> = patterns.iter().map(|(.., id)| *id).collect();
        let (mut database, mut error) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: all arrays have `patterns.len()` entries and live past the call; lengths bound the texts.
        let code = unsafe {
            compile(
                texts.as_ptr(),
                flags.as_ptr(),
                ids.as_ptr(),
                lengths.as_ptr(),
                patterns.len() as c_uint,
                MODE_BLOCK,
                std::ptr::null(),
                &mut database,
                &mut error,
            )
        };
        assert!(code == 0, "{} refuses literals: {:?}", self.name, told(error));
        self.ready(database)
    }

    fn ready(&self, database: *mut c_void) -> Database {
        let alloc: AllocScratch = self.get(c"hs_alloc_scratch");
        let (database_size, scratch_size): (SizeOf, SizeOf) =
            (self.get(c"hs_database_size"), self.get(c"hs_scratch_size"));
        let mut scratch = std::ptr::null_mut();
        let (mut a, mut b) = (0, 0);
        // SAFETY: the database has just been compiled, the scratch belongs to it alone.
        unsafe {
            assert_eq!(alloc(database, &mut scratch), 0);
            assert_eq!(database_size(database, &mut a), 0);
            assert_eq!(scratch_size(scratch, &mut b), 0);
        }
        Database { database, scratch, scan: self.get(c"hs_scan"), bytes: a + b }
    }
}

fn c_string(text: &str) -> CString {
    CString::new(text).expect("patterns write NUL as an escape")
}

fn told(error: *mut CompileError) -> (Option<usize>, String) {
    // SAFETY: set by the library whenever it returns a compile error.
    let error = unsafe { &*error };
    let message = unsafe { CStr::from_ptr(error.message) }.to_string_lossy().into_owned();
    (usize::try_from(error.expression).ok(), message)
}

extern "C" fn count(_: c_uint, _: c_ulonglong, _: c_ulonglong, _: c_uint, n: *mut c_void) -> c_int {
    // SAFETY: `Database::count` passes a u64.
    unsafe { *n.cast::<u64>() += 1 };
    0
}

extern "C" fn keep(
    id: c_uint,
    _: c_ulonglong,
    end: c_ulonglong,
    _: c_uint,
    events: *mut c_void,
) -> c_int {
    // SAFETY: `Database::events` passes a Vec<Event>.
    unsafe { (*events.cast::<Vec<Event>>()).push(Event { end: end as u32, id }) };
    0
}

impl Database {
    fn run(&self, text: &[u8], on_match: OnMatch, context: *mut c_void) {
        let length = u32::try_from(text.len()).expect("a text below 4 GiB");
        // SAFETY: database and scratch fit each other; the context is what the callback expects; one thread.
        let code = unsafe {
            (self.scan)(
                self.database,
                text.as_ptr().cast(),
                length,
                0,
                self.scratch,
                on_match,
                context,
            )
        };
        assert_eq!(code, 0, "hs_scan");
    }

    /// How many matches there are.
    pub fn count(&self, text: &[u8]) -> u64 {
        let mut n = 0u64;
        self.run(text, count, (&raw mut n).cast());
        n
    }

    /// Appends the matches.
    pub fn events(&self, text: &[u8], events: &mut Vec<Event>) {
        self.run(text, keep, (events as *mut Vec<Event>).cast());
    }
}
