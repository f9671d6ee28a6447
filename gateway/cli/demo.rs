//! `seawall demo`: a gateway, two stand-in providers, and a tour of real API requests, told as a story.

mod ending;
mod scenes;
mod tell;

use std::io::{self, IsTerminal, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use proxy::config::Time;

use super::config::{Config, Record, Route};
use super::serve::Node;
use super::standin::Standin;
use super::style::Style;
use super::{Failure, Outcome, Result, shipped};
use ending::Ending;
use scenes::{SCENES, Scene};

/// How long the gateway may take to answer one request of the tour.
const PATIENCE: Duration = Duration::from_secs(20);

/// Options of `seawall demo`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// End after the tour; exit 0 if every outcome was as told. So it does without this, too, where standard output is
    /// no terminal.
    #[arg(long)]
    once: bool,
}

impl Options {
    /// Nobody can look at the console of a gateway that is told about in a file or a pipe, nor end it there.
    fn ends(&self) -> bool {
        self.once || !io::stdout().is_terminal()
    }
}

pub(super) fn run(options: &Options) -> Result {
    // Before anything is made that must be cleared away again.
    let (ending, stopped) = Ending::on_signals()?;
    let folder = tempfile::tempdir()?;
    let (foreign, domestic) = (Standin::start()?, Standin::start()?);
    let config = configuration(folder.path(), &foreign, &domestic)?;
    let gateway = config.listeners.first().map(|listener| listener.address);
    let Some(gateway) = gateway else {
        return Err(Failure::Broken("the demo has no listener".to_owned()));
    };
    let console = config.admin.address;
    let journal = config.journal.folder.clone();
    let node = Node::open(config, false)?;
    let teller = tell::Teller { style: Style::of_stdout(), book: node.book(), journal };
    let prepared = node.prepare()?;
    let serving = std::thread::Builder::new()
        .name("gateway".to_owned())
        .spawn(move || prepared.run_until(stopped))?;
    let ends = options.ends();
    let stays = (!ends).then_some(console);
    let told = tour(&teller, gateway, &[&foreign, &domestic], stays);
    let interrupted = ending.was_asked();
    if ends || told.is_err() {
        ending.ask();
    }
    let ended = serving.join();
    node.end();
    ended
        .map_err(|_| Failure::Broken("the gateway ended with a defect".to_owned()))?
        .map_err(|error| Failure::Broken(error.to_string()))?;
    if interrupted {
        return Err(Failure::Interrupted);
    }
    Ok(if told? == 0 { Outcome::Fine } else { Outcome::No })
}

/// Tells the story; returns how often it went otherwise than told. `console` is given if the gateway stays up after it.
fn tour(
    teller: &tell::Teller,
    gateway: SocketAddr,
    providers: &[&Standin; 2],
    console: Option<SocketAddr>,
) -> std::result::Result<usize, Failure> {
    wait_until_it_listens(gateway)?;
    let [foreign, domestic] = providers;
    let mut out = io::stdout().lock();
    teller.opening(&mut out, gateway)?;
    let mut surprises = 0;
    for (number, scene) in SCENES.iter().enumerate() {
        let answer = send(gateway, scene)?;
        let left =
            [("the foreign provider", foreign.take()), ("the domestic model", domestic.take())];
        surprises += usize::from(!teller.scene(&mut out, number + 1, scene, &answer, &left)?);
    }
    teller.closing(&mut out, SCENES.len(), surprises, console)?;
    Ok(surprises)
}

/// What the gateway said.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) exchange: String,
}

/// The default policy with the stand-ins in the place of the providers, everything else in a temporary folder.
fn configuration(
    folder: &std::path::Path,
    foreign: &Standin,
    domestic: &Standin,
) -> std::result::Result<Config, Failure> {
    let policy = folder.join("policy");
    std::fs::create_dir_all(&policy)?;
    for source in shipped::policy() {
        let text = source
            .text
            .replace("https://api.openai.com/v1", &format!("http://{}/v1", foreign.address))
            .replace("https://api.anthropic.com", &format!("http://{}", foreign.address))
            .replace("http://127.0.0.1:11434/v1", &format!("http://{}/v1", domestic.address));
        std::fs::write(policy.join(source.path.replace('/', "-")), text)?;
    }
    let mut config = Config::default();
    config.policy.folder = Some(policy);
    config.journal.folder = folder.join("journal");
    config.journal.record = Record::Durable;
    // Signed at once, so that the tour can show why.
    config.journal.checkpoint = Time::millis(20);
    config.keys.secret = folder.join("secret");
    config.keys.signing = folder.join("journal.pem");
    config.process.upgrade_socket = folder.join("run/upgrade.sock");
    config.process.grace = Time::seconds(0);
    config.process.stop = Time::seconds(1);
    config.admin.address = free_port()?;
    for listener in &mut config.listeners {
        listener.address = free_port()?;
    }
    config.routes = vec![
        Route {
            listener: None,
            prefix: None,
            dialect: Some("openai-chat".to_owned()),
            destination: "openai".to_owned(),
        },
        Route {
            listener: None,
            prefix: None,
            dialect: Some("anthropic-messages".to_owned()),
            destination: "anthropic".to_owned(),
        },
    ];
    Ok(config)
}

fn free_port() -> io::Result<SocketAddr> {
    TcpListener::bind(("127.0.0.1", 0))?.local_addr()
}

fn wait_until_it_listens(address: SocketAddr) -> std::result::Result<(), Failure> {
    for _ in 0..200 {
        if std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    Err(Failure::Broken(format!("the gateway did not begin to listen on {address}")))
}

/// Sends a request as a vendor's client would, with only the base URL changed.
fn send(gateway: SocketAddr, scene: &Scene) -> std::result::Result<Answer, Failure> {
    let broken =
        |error: ureq::Error| Failure::Broken(format!("the gateway did not answer ({error})"));
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .build()
        .into();
    let mut response = agent
        .post(format!("http://{gateway}{}", scene.path))
        .header("content-type", "application/json")
        .header("authorization", "Bearer demo-key-of-the-client")
        .send(scene.body.as_bytes())
        .map_err(broken)?;
    let exchange = response
        .headers()
        .get("seawall-exchange")
        .and_then(|v| v.to_str().ok())
        .unwrap_or("")
        .to_owned();
    let body = response.body_mut().with_config().limit(1 << 20).read_to_string().map_err(broken)?;
    Ok(Answer { status: response.status().as_u16(), body, exchange })
}

/// Makes sure that what was written is seen, also through a pipe.
pub(super) fn line(out: &mut impl Write, text: &str) -> io::Result<()> {
    writeln!(out, "{text}")?;
    out.flush()
}
