// The page's whole behaviour: fetch records, filter them by what was done, draw rows. Text goes in as text, never as markup.
const body = document.getElementById("records");
const kind = document.getElementById("kind");
const status = document.getElementById("node");
const older = document.getElementById("older");
let oldest = null;

const cell = (row, text, className) => {
  const td = row.insertCell();
  td.textContent = text ?? "";
  if (className) td.className = className;
  return td;
};

const list = (items, say) => (items ?? []).map(say).filter(Boolean).join(", ");
const time = (r) => r.time === undefined ? "" : new Date(r.time / 1e6).toISOString().replace("T", " ").replace("Z", "");
const who = (r) => [r.client?.agency, r.client?.department, r.client?.application].filter(Boolean).join(" / ") || "anonymous";
const times = (n) => (n > 1 ? `${n} × ` : "");
const found = (r) =>
  [
    list(r.findings?.listed, (f) => `${times(f.count)}${f.class || f.detector} (${f.level}${f.gave_way ? ", beside something surer" : ""})`),
    list(r.findings?.counted, (f) => `${times(f.count)}${f.class} (${f.level})`),
    list(r.unread, (u) => `${times(u.count)}unread ${u.kind} (${u.why})`),
    list(r.allowed, (a) => `${times(a.count)}allowed by ${a.entry}`),
  ].filter(Boolean).join(", ");

// What was done: the action of a decision, how an exchange ended, or what changed in the gateway.
const done = (r) => ({ decision: r.action, outcome: r.ending, lifecycle: r.event })[r.kind] ?? r.kind;
const why = (r) => [r.refusal, list(r.rules, (rule) => (rule.law ? `${rule.id} (${rule.law})` : rule.id))].filter(Boolean).join(": ");
const alerts = (r) => list(r.decision?.alerts, ([severity, cause]) => `${severity}: ${cause}`);

// Why it was decided so and what would be sent instead, behind a word to click on.
function explain(td, lines) {
  if (!lines?.length) return;
  const more = document.createElement("details");
  const word = document.createElement("summary");
  const text = document.createElement("pre");
  word.textContent = "explained";
  text.textContent = lines.join("\n");
  more.append(word, text);
  td.append(more);
}

function draw(record) {
  const what = done(record);
  // The journal's own first entry of an epoch is no record.
  if (what === undefined) return;
  const fits = kind.value === "" || (kind.value === "alert" ? alerts(record) !== "" : kind.value === what || kind.value === record.kind);
  if (!fits) return;
  const row = body.insertRow();
  row.title = record.exchange ?? "";
  cell(row, `${record.epoch}.${record.index}`);
  cell(row, time(record));
  cell(row, record.kind === "decision" ? who(record) : "", "who");
  cell(row, what, `action ${what}`);
  cell(row, record.candidate?.destination ?? record.upstream);
  cell(row, found(record));
  explain(cell(row, why(record)), record.explained);
  cell(row, alerts(record), "alert");
}

async function load(before) {
  const query = before === null ? "" : `&epoch=${before.epoch}&before=${before.index}`;
  const answer = await fetch(`/api/v1/records?limit=100${query}`);
  const { records = [], error } = await answer.json();
  if (error) throw new Error(error);
  records.forEach(draw);
  oldest = records.at(-1) ?? oldest;
  older.disabled = records.length === 0;
}

// While the policy is only watched, the page says so above everything else.
function banner({ observing }) {
  const line = document.getElementById("observing");
  line.hidden = observing === undefined;
  if (observing === undefined) return;
  line.textContent = `The policy only observes until ${observing.until}: ${observing.passed} decisions let pass since the start, ` +
    `${observing.would_differ} of them would not have gone as they were.`;
}

const told = (problem) => { status.textContent = `The node does not answer: ${problem.message}`; };

async function refresh() {
  body.replaceChildren();
  oldest = null;
  try {
    const node = await (await fetch("/api/v1/node")).json();
    status.textContent = `${node.node} · ${node.version} · policy ${node.policy} · ${node.records} records`;
    banner(node);
    await load(null);
  } catch (problem) {
    told(problem);
  }
}

document.getElementById("refresh").addEventListener("click", refresh);
older.addEventListener("click", () => oldest !== null && load(oldest).catch(told));
kind.addEventListener("change", refresh);
refresh();
