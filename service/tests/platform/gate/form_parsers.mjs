// What the form parsers of Node hand to an application: busboy (multer, NestJS, Fastify) and formidable.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { Writable } from "node:stream";

const require = createRequire(process.argv[2]);
const busboy = require("busboy");
const { IncomingForm } = require("formidable");

function withBusboy(request, done) {
  const files = [], fields = [];
  const said = () => done({ files, fields });
  let parser;
  try {
    parser = busboy({ headers: request.headers });
  } catch {
    request.resume();
    return said();
  }
  parser.on("file", (_name, stream) => {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => { if (!stream.truncated) files.push(Buffer.concat(parts).toString("base64")); });
    stream.on("error", () => {});
  });
  parser.on("field", (_name, value) => fields.push(Buffer.from(value).toString("base64")));
  parser.on("close", said);
  parser.on("error", said);
  request.pipe(parser);
}

function withFormidable(request, done) {
  const files = [], fields = [];
  const said = () => done({ files, fields });
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
  form.parse(request, said);
}

const server = createServer((request, response) => {
  let answered = false;
  const done = (found) => {
    if (answered) return;
    answered = true;
    response.setHeader("Connection", "close");
    response.end(JSON.stringify(found));
  };
  (request.url === "/busboy" ? withBusboy : withFormidable)(request, done);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
