// The overview: what needs attention, partitions, and how it moves by itself.
import { after, test } from "node:test";
import { furnish } from "./data.mjs";
import { assert, close, serve, visit } from "./harness.mjs";

after(close);

test("it says what needs attention first, and leads there", async test => {
  const server = await serve(test);
  await furnish(server);
  const page = await visit(test, server);
  await page.goto(server.url);
  assert.equal(new URL(page.url()).pathname, "/panel/");
  await page.shows("#/");
  const problems = page.locator(".attention li");
  assert.deepEqual(await problems.locator(".what > a").allInnerTexts(), ["cdn", "wiki", "wiki"]);
  assert.match(await problems.first().innerText(), /no instance on local_computer runs this software release\. Why is it not placed\?/);
  assert.match(await problems.nth(1).innerText(), /No space left on device/);
  await page.getByRole("link", { name: "Why is it not placed?" }).click();
  await page.getByRole("heading", { name: "Why it is not placed" }).waitFor();
  assert.match(await page.locator(".candidates").innerText(), /slappart0 of local_computer: runs https:\/\/sr\.example\/shop\/software\.cfg \(shop\)/);
});

test("partitions tell their state, their addresses and their instance", async test => {
  const server = await serve(test);
  await furnish(server);
  const page = await visit(test, server);
  await page.open();
  const cells = page.locator(".grid .cell");
  const kinds = await cells.evaluateAll(all => all.map(cell => cell.className.replace("cell ", "")));
  assert.deepEqual(kinds, ["busy", "busy", "error", "busy", "silent", "stopped", "destroyed", "free", "free", "free"]);
  assert.match(await cells.nth(2).getAttribute("aria-label"), /^slappart2, wiki: in error, 10\.0\.0\.4, 2001:db8::4$/);
  await cells.nth(2).hover();
  assert.equal(await page.locator("#tip").innerText(), "slappart2\nwiki: in error\n10.0.0.4\n2001:db8::4");
  await cells.first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^slappart8, free/);
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await page.shows("#/instance/shop______0");
});

test("it moves by itself and keeps scroll, focus, selection and typed text", async test => {
  const server = await serve(test);
  const page = await visit(test, server, { height: 400 });
  await page.open();
  const shop = page.locator(".scroll tr").filter({ has: page.getByRole("link", { name: "shop", exact: true }) });
  await shop.locator(".dot.green").waitFor();
  await page.evaluate(() => {
    window.kept = document.querySelector(".scroll tbody tr");
    document.querySelector(".scroll a").focus();
    getSelection().selectAllChildren(document.querySelector(".computer h3"));
    scrollTo(0, 120);
    window.place = document.querySelector(".computer h3").getBoundingClientRect().top;
  });
  await server.rpc("put.v0.software_instance_error", { instance_guid: "shop______0", message: "the disk is full" });
  await shop.locator(".dot.red").waitFor();
  const after = await page.evaluate(() => ({
    same: window.kept.isConnected, focus: document.activeElement.textContent, selected: String(getSelection()).trim(),
    moved: Math.round(document.querySelector(".computer h3").getBoundingClientRect().top - window.place),
  }));
  assert.deepEqual(after, { same: true, focus: "wiki", selected: "local_computer", moved: 0 });
  await page.open("#/instances");
  await page.getByLabel("Title").pressSequentially("sho");
  await page.waitForFunction(() => document.querySelectorAll(".virtual .row").length === 3);
  await server.rpc("put.v0.software_instance_bang", { instance_guid: "shop______0", message: "again" });
  await page.getByLabel("Title").pressSequentially("p-d");
  await page.waitForFunction(() => document.querySelectorAll(".virtual .row").length === 1);
  assert.equal(await page.getByLabel("Title").inputValue(), "shop-d");
  assert.match(page.url(), /#\/instances\?text=shop-d$/);
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll(".virtual .row").length === 1);
});

test("it goes on when the server was away", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  page.expected = [/ERR_/];
  await page.open();
  await page.locator("#live.live").waitFor();
  await page.context().setOffline(true);
  await page.context().setOffline(false);
  await server.rpc("put.v0.software_instance_error", { instance_guid: "shop______0", message: "the disk is full" });
  await page.locator(".attention li").filter({ hasText: "the disk is full" }).waitFor();
});

test("light and dark are chosen, and remembered", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  await page.open();
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: "Change between light and dark" }).click();
  const dark = await background();
  assert.notEqual(light, dark);
  await page.reload();
  assert.equal(await background(), dark);
});
