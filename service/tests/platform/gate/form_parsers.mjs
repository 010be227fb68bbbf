// What the form parsers of Node hand to an application: busboy (multer, NestJS, Fastify) and formidable.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { Writable } from "node:stream";

const require = createRequire(process.argv[2]);
const busboy = require("busboy");
const { IncomingForm } = require("formidable");

// Some forms leave a parser waiting for ever; what it gave before that counts.
const SETTLED_MS = 500;

function withBusboy(request, { files, fields }, done) {
  let parser;
  try {
    parser = busboy({ headers: request.headers });
  } catch {
    request.resume();
    return done();
  }
  parser.on("file", (_name, stream) => {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => { if (!stream.truncated) files.push(Buffer.concat(parts).toString("base64")); });
    stream.on("error", () => {});
  });
  parser.on("field", (_name, value) => fields.push(Buffer.from(value).toString("base64")));
  parser.on("close", done);
  parser.on("error", done);
  request.pipe(parser);
}

function withFormidable(request, { files, fields }, done) {
  const form = new IncomingForm({
    allowEmptyFiles: true,
    minFileSize: 0,
    maxFiles: Infinity,
    fileWriteStreamHandler: () => {
      const parts = [];
      return new Writable({
        write(part, _encoding, next) { parts.push(Buffer.from(part)); next(); },
        final(next) { files.push(Buffer.concat(parts).toString("base64")); next(); },
      });
    },
  });
  form.on("field", (_name, value) => fields.push(Buffer.from(String(value)).toString("base64")));
  form.parse(request, done);
}

const server = createServer((request, response) => {
  const found = { files: [], fields: [] };
  let answered = false;
  const done = () => {
    if (answered) return;
    answered = true;
    response.setHeader("Connection", "close");
    response.end(JSON.stringify(found));
  };
  (request.url === "/busboy" ? withBusboy : withFormidable)(request, found, done);
  request.on("end", () => setTimeout(done, SETTLED_MS));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
