// One page of files to hash, in Debian's Firefox.
// In: the program, the page's address, a folder of files. Out: JSON on standard output. Next: test_device_in_firefox.py.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { driven } from "./firefox_driver.mjs";

const [program, address, folder] = process.argv.slice(2);

async function hashed({ context, say, requests, evaluate }) {
  await say("browsingContext.navigate", { context, url: address, wait: "complete" });
  await evaluate("document.querySelector('input[name=level][value=family]').click()");
  // The page's own workers are asked for once; on a busy machine that comes after the page is complete.
  for (const worker of [/\/device\/worker\.[0-9a-f]+\.js$/, /\/device\/video-worker\.[0-9a-f]+\.js$/]) {
    while (!requests.some((url) => worker.test(url))) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const asked = requests.length;
  const files = readdirSync(folder).sort().map((name) => join(folder, name));
  const { sharedId } = await evaluate("document.querySelector('[data-device-files]')");
  await say("input.setFiles", { context, element: { sharedId }, files });
  await evaluate(`new Promise((resolve) => {
    const look = () => document.querySelectorAll(".device-list li[data-mood]").length >= ${files.length} ? resolve() : setTimeout(look, 100);
    look();
  })`);
  const { value } = await evaluate(`JSON.stringify({
    items: JSON.parse(document.querySelector("textarea[name=hashes]").value || "[]"),
    ways: [...document.querySelectorAll(".device-list li")].map((row) => row.dataset.way),
    told: [...document.querySelectorAll(".device-list li")].map((row) => row.innerText),
  })`);
  return { ...JSON.parse(value), requested: requests.slice(asked) };
}

await driven(program, hashed);
