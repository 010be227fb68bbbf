// From the first question to the confirmation in Debian's Firefox, with Back, reload and forward on the way.
// In: the program, the first question's address, a picture. Out: what stood on the page after each move, as JSON on standard
// output. Next: test_intake_in_firefox.py.
import { driven } from "./firefox_driver.mjs";

const [program, address, picture] = process.argv.slice(2);

await driven(program, async ({ context, say, evaluate }) => {
  const told = [];
  // While a page is on its way there is nothing to ask.
  const met = async (selector) => {
    for (;;) {
      try {
        const { value } = await evaluate(`document.readyState === "complete" && document.querySelector(${JSON.stringify(selector)}) !== null`);
        if (value) break;
      } catch {
        // The page before it is gone, the next is not there yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { value } = await evaluate(`document.querySelector("form[data-step]")?.dataset.step ?? location.pathname`);
    told.push(value);
  };
  const press = (selector) => evaluate(`void setTimeout(() => document.querySelector(${JSON.stringify(selector)}).click())`);
  const go = (delta) => say("browsingContext.traverseHistory", { context, delta });

  await say("browsingContext.navigate", { context, url: address, wait: "complete" });
  await met("form[data-step=happening]");
  await press("button[value=threatened]");
  await met("form[data-step=who]");
  await press("button[value=adult]");
  await met("form[data-step=device]");
  await go(-1);
  await met("form[data-step=who]");
  await say("browsingContext.reload", { context, wait: "none" });
  await met("form[data-step=who] .steps.short");
  await go(1);
  await met("form[data-step=device] input[name=kind]");

  const { sharedId } = await evaluate("document.querySelector('[data-device-files]')");
  await say("input.setFiles", { context, element: { sharedId }, files: [picture] });
  await met(".device-list li[data-mood]");
  const { value: button } = await evaluate("document.querySelector('[data-protect]').textContent");
  await press("[data-protect]");
  await met("#protected");
  const words = "[...document.querySelectorAll('.words li')].map(each => each.textContent).join(' ')";
  const shown = async () => (await evaluate(`document.querySelector("#protected").textContent.trim() + "|" + ${words}`)).value;
  const first = await shown();
  await go(-1);
  await met("#protected");
  const again = await shown();
  await say("browsingContext.reload", { context, wait: "none" });
  await met("#protected");
  return { told, button, shown: [first, again, await shown()] };
});
