// The page's whole behaviour: fetch records, filter them by action, draw rows. Text goes in as text, never as markup.
const body = document.getElementById("records");
const kind = document.getElementById("kind");
let oldest = null;

const cell = (row, text, className) => {
  const td = row.insertCell();
  td.textContent = text ?? "";
  if (className) td.className = className;
};

const who = (r) => [r.client?.agency, r.client?.department, r.client?.application].filter(Boolean).join(" / ") || "anonymous";
const found = (r) => (r.findings ?? []).map((f) => `${f.count > 1 ? f.count + " × " : ""}${f.detector}`).join(", ");

function draw(record) {
  const action = record.refusal ? (record.action ?? "refused") : (record.action ?? record.kind);
  if (kind.value && action !== kind.value) return;
  const row = body.insertRow();
  cell(row, record.index);
  cell(row, record.time);
  cell(row, who(record));
  cell(row, action, `action ${action}`);
  cell(row, record.destination);
  cell(row, found(record));
  cell(row, record.why);
}

async function load(before) {
  const query = before === null ? "" : `&before=${before}`;
  const answer = await fetch(`/api/v1/records?limit=100${query}`);
  const { records = [], error } = await answer.json();
  if (error) throw new Error(error);
  records.forEach(draw);
  oldest = records.length ? records[records.length - 1].index : oldest;
}

async function refresh() {
  body.replaceChildren();
  oldest = null;
  const status = document.getElementById("node");
  try {
    const node = await (await fetch("/api/v1/node")).json();
    status.textContent = `${node.node} · ${node.version} · policy ${node.policy} · ${node.records} records`;
    await load(null);
  } catch (problem) {
    status.textContent = `The node does not answer: ${problem.message}`;
  }
}

document.getElementById("refresh").addEventListener("click", refresh);
document.getElementById("older").addEventListener("click", () => oldest !== null && load(oldest));
kind.addEventListener("change", refresh);
refresh();
