// A Firefox that a program in another language drives: one command of WebDriver BiDi a line.
// In: the program; lines {method, params} on standard input. Out: a line {result} or {error} for each. Next: firefox_pages.py.
import { createInterface } from "node:readline";
import { withFirefox } from "./firefox_driver.mjs";

await withFirefox(process.argv[2], async ({ say, events }) => {
  for await (const line of createInterface({ input: process.stdin })) {
    const { method, params } = JSON.parse(line);
    const answer = method === "events" ? { result: events.splice(0) } : await say(method, params).then((result) => ({ result }), (error) => ({ error: error.message }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
});
