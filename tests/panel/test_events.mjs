// Events: filters, following, and what they lead to.
import { after, test } from "node:test";
import { furnish } from "./data.mjs";
import { assert, close, serve, visit } from "./harness.mjs";

after(close);

test("events are filtered, and the filter is in the address", async test => {
  const server = await serve(test);
  await furnish(server);
  const page = await visit(test, server);
  await page.open("#/events");
  const rows = page.locator(".timeline > li:not(.day)");
  const all = await rows.count();
  assert.ok(all > 20);
  await page.getByLabel("Kind").selectOption("Failures");
  await page.waitForURL(/kind=failures/);
  await page.waitForFunction(() => [...document.querySelectorAll(".timeline > li:not(.day)")].every(row => row.className === "red"));
  await page.getByRole("searchbox", { name: "Text" }).fill("timed out");
  await page.waitForFunction(() => document.querySelectorAll(".timeline > li:not(.day)").length === 1);
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll(".timeline > li:not(.day)").length === 1);
  assert.equal(await page.getByRole("searchbox", { name: "Text" }).inputValue(), "timed out");
  await page.open("#/events?instance=archive");
  assert.equal(await rows.count(), 3);
  await rows.first().getByRole("link", { name: "archive" }).click();
  await page.getByRole("link", { name: "Show the instance" }).click();
  await page.shows("#/instance/archive______0");
});

test("they come as they happen, or when they are asked for", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  await page.open("#/events");
  const bang = message => server.rpc("put.v0.compute_node_bang", { computer_guid: "local_computer", message });
  const first = page.locator(".timeline > li:not(.day)").first();
  await page.locator("#live.live").waitFor();
  await bang("one");
  await first.filter({ hasText: "banged the computer local_computer: one" }).waitFor();
  await bang("one");
  await first.filter({ hasText: "2 times" }).waitFor();
  await page.getByLabel("Follow").uncheck();
  await page.waitForURL(/follow=no/);
  await bang("two");
  await page.getByRole("button", { name: "Show 1 new" }).click();
  await first.filter({ hasText: ": two" }).waitFor();
});

test("older ones are read on", async test => {
  const server = await serve(test);
  for (let number = 0; number < 130; number++) await server.rpc("put.v0.compute_node_bang", { computer_guid: "local_computer", message: `bang ${number}` });
  const page = await visit(test, server);
  await page.open("#/events?computer=local_computer");
  assert.equal(await page.locator(".timeline > li:not(.day)").count(), 100);
  await page.getByRole("button", { name: "Older events" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".timeline > li:not(.day)").length > 130);
});

test("the journal tells requests, their answers and what they changed", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  await page.open("#/events");
  await page.getByRole("link", { name: "Journal of requests" }).click();
  await page.shows("#/journal");
  await page.locator("#live.live").waitFor();
  await server.call("computerBang", { computer_id: "local_computer", message: "hear me" });
  const row = page.locator(".journal > li").filter({ hasText: "/computerBang" });
  await row.locator("summary").click();
  assert.match(await row.innerText(), /"message": "hear me"[\s\S]*What it changed[\s\S]*banged the computer local_computer/);
  await fetch(`${server.url}getComputerStatus?computer_id=nobody`);
  await page.getByRole("button", { name: "Look again" }).click();
  await page.getByLabel("Kind").selectOption("Failures");
  await page.locator(".journal .status.bad").first().waitFor();
  assert.match(await page.locator(".journal > li").first().innerText(), /404[\s\S]*\/getComputerStatus/);
});
