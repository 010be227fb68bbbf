// A platform in Express that asks the gate before it keeps an upload (docs/en/examples.md).
//
// npm install express multer; GATE_KEY=repit-sandbox node app.js

const { createHash, randomBytes } = require("node:crypto");
const { appendFileSync, mkdirSync, writeFileSync } = require("node:fs");
const express = require("express");
const multer = require("multer");

const app = express();
const form = multer({ storage: multer.memoryStorage(), limits: { fileSize: 64_000_000 } });
const GATE = process.env.GATE_URL ?? "http://127.0.0.1:8700";
const KEY = process.env.GATE_KEY;
const KEPT = process.env.KEPT ?? "kept";
const SORRY =
  "This picture cannot be shared here: someone has asked that it stay private." +
  " If you think that this is a mistake, write to us with this number: ";
const THANKS = { allow: "Thank you.", review: "Thank you. Somebody looks at it first." };
const secret = randomBytes(32);

app.get("/", (request, response) => {
  response.send(
    '<form method="post" action="/upload" enctype="multipart/form-data">' +
      '<input type="file" name="file"><button>Send</button></form>',
  );
});

// Yours: one opaque word for each account, always the same.
const account = (request) => createHash("sha256").update(secret).update(request.ip).digest("hex");

// Yours. The decision stays with the upload: people name it when they object (docs/en/review.md).
function keep(content, held, decision) {
  mkdirSync(KEPT, { recursive: true });
  const file = randomBytes(8).toString("hex");
  writeFileSync(`${KEPT}/${file}`, content);
  appendFileSync(`${KEPT}/uploads.jsonl`, `${JSON.stringify({ file, held, decision })}\n`);
}

// --- paste from here ---
app.post("/upload", form.single("file"), async (request, response) => {
  const content = request.file.buffer;
  const headers = { Authorization: `Bearer ${KEY}`, "Repit-Sender": account(request) };
  const asked = { method: "POST", headers, body: content, signal: AbortSignal.timeout(5_000) };
  const body = await fetch(`${GATE}/v1/check`, asked)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
    // Down, too busy, too slow: we fail closed. Nobody sees the upload until one of us looks;
    // "allow" fails open.
    .catch(() => ({ verdict: "review", decision: null }));
  if (body.verdict === "block") return response.status(451).send(SORRY + body.decision);
  keep(content, body.verdict === "review", body.decision);
  response.send(THANKS[body.verdict]);
});
// --- to here ---

app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
