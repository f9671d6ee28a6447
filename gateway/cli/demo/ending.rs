//! How the demo ends: by itself or by Ctrl-C or SIGTERM, and always in good order, so that nothing is left behind.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use proxy::Stop;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// Asks the gateway to stop, once.
pub(super) struct Ending {
    stop: Mutex<Option<oneshot::Sender<()>>>,
    asked: AtomicBool,
}

impl Ending {
    /// Begins to listen for signals; what is returned beside it is what the gateway waits for.
    pub(super) fn on_signals() -> io::Result<(Arc<Self>, Stop)> {
        let (sender, stop) = Stop::new();
        let ending =
            Arc::new(Self { stop: Mutex::new(Some(sender)), asked: AtomicBool::new(false) });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (mut interrupt, mut terminate) = {
            let _inside = runtime.enter();
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
        };
        let asked = Arc::clone(&ending);
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(either(&mut interrupt, &mut terminate));
            asked.ask();
        })?;
        Ok((ending, stop))
    }

    /// Asks the gateway to stop.
    pub(super) fn ask(&self) {
        self.asked.store(true, Ordering::SeqCst);
        // A dropped sender asks.
        drop(self.stop.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Whether it was asked for already.
    pub(super) fn was_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
