// Trees and instances: what is shown of them, and every action.
import { after, test } from "node:test";
import { furnish } from "./data.mjs";
import { assert, close, serve, visit } from "./harness.mjs";

after(close);

const dialog = page => page.getByRole("dialog");

test("an instance tells where it is, what is asked of it, and what happened", async test => {
  const server = await serve(test);
  await furnish(server);
  const page = await visit(test, server);
  await page.open("#/trees/shop");
  assert.deepEqual(await page.locator(".tree .name").allInnerTexts(), ["shop", "shop-database"]);
  await page.getByRole("link", { name: "shop-database" }).click();
  await page.getByRole("heading", { name: "shop-database", level: 1 }).waitFor();
  const facts = await page.locator("aside .facts").first().innerText();
  for (const fact of [/Place\s+local_computer slappart1/, /10\.0\.0\.3\s+2001:db8::3/, /Requested\s+started/, /Reported\s+started/, /Type\s+database/, /Requested by\s+shop\b/]) assert.match(facts, fact);
  assert.match(await page.locator(".card").filter({ hasText: "Connection parameters" }).innerText(), /url\s+postgresql:\/\/10\.0\.0\.3:5432\//);
  await page.getByRole("button", { name: "Copy url" }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "postgresql://10.0.0.3:5432/");
  await page.open("#/instance/wiki______0");
  await page.getByText("OSError: [Errno 28] No space left on device").first().waitFor();
  await page.locator(".timeline summary").first().click();
  await page.locator(".timeline pre").filter({ hasText: "Traceback (most recent call last)" }).waitFor();
});

test("JSON is pretty-printed, and secrets are shown when they are asked for", async test => {
  const server = await serve(test);
  await furnish(server);
  const page = await visit(test, server);
  await page.open("#/instance/archive______0");
  const shown = page.locator(".parameter pre");
  assert.equal(await shown.innerText(), JSON.stringify({ keep: 31, "admin-password": "••••••••", sources: ["shop", "wiki"] }, null, 2));
  await page.getByRole("button", { name: "Show _" }).click();
  await page.getByRole("button", { name: "Hide _" }).waitFor();
  assert.match(await shown.innerText(), /"admin-password": "hunter2"/);
  assert.deepEqual(await page.locator(".changes li").allInnerTexts(), ["state started → stopped", "parameter _.keep 30 → 31"]);
});

test("it is stopped, started, banged and renamed", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  await page.open("#/instance/shop______0");
  await page.getByRole("button", { name: "Stop" }).click();
  await dialog(page).getByRole("button", { name: "Cancel" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Stop");
  await page.getByRole("button", { name: "Stop" }).click();
  await dialog(page).getByRole("button", { name: "Stop" }).click();
  await page.locator(".title .state.stopped").waitFor();
  await page.getByText("shop: stopped is requested.").waitFor();
  await page.getByRole("button", { name: "Start" }).click();
  await dialog(page).getByRole("button", { name: "Start" }).click();
  await page.locator(".title .state.started").waitFor();
  const shop = await server.rpc("get.v0.software_instance", { instance_guid: "shop______0" });
  assert.deepEqual([shop.software_type, shop.parameters], ["cluster", { domain: "shop.example", port: 8080 }]);

  await page.getByRole("button", { name: "Bang" }).click();
  await dialog(page).getByLabel("Why").fill("because I say so");
  await dialog(page).getByRole("button", { name: "Bang" }).click();
  await page.locator(".timeline").last().getByText("because I say so").waitFor();

  await page.getByRole("button", { name: "Rename" }).click();
  await dialog(page).getByLabel("New title").fill("wiki");
  page.expected = [/status of 403/];
  await dialog(page).getByRole("button", { name: "Rename" }).click();
  await dialog(page).getByRole("alert").filter({ hasText: "wiki" }).waitFor();
  await dialog(page).getByLabel("New title").fill("my shop / ünïcode");
  await dialog(page).getByRole("button", { name: "Rename" }).click();
  await page.getByRole("heading", { name: "my shop / ünïcode", level: 1 }).waitFor();
  await page.getByRole("link", { name: "my shop / ünïcode" }).first().click();
  await page.locator(".tree .name").filter({ hasText: "my shop / ünïcode" }).waitFor();
});

test("destroying asks first and says what goes with it", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  await page.open("#/trees/frontend");
  await page.getByRole("button", { name: "Destroy" }).click();
  assert.match(await dialog(page).innerText(), /2 shared instances that it serves go with it:\s+shop-frontend\s+wiki-frontend/);
  await page.keyboard.press("Escape");
  assert.equal((await server.rpc("get.v0.software_instance", { instance_guid: "frontend______0" })).state, "started");
  await page.open("#/instance/shop______0");
  await page.getByRole("button", { name: "Destroy" }).click();
  assert.match(await dialog(page).innerText(), /1 instance of its tree goes with it:\s+shop-database/);
  await dialog(page).getByRole("button", { name: "Destroy" }).click();
  await page.locator(".title .state.destroyed").waitFor();
  assert.equal(await page.getByRole("button", { name: "Destroy" }).count(), 0);

  // A shared instance is gone at once, and its page says so.
  await page.open("#/instance/shop-frontend______1");
  page.expected = [/status of 403/];
  await page.getByRole("button", { name: "Destroy" }).click();
  await dialog(page).getByRole("button", { name: "Destroy" }).click();
  await page.getByText("It is not here, or not any more.").waitFor();
  await page.locator(".timeline").getByText("destroyed").first().waitFor();
});

test("what another instance asks for is changed in its name", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  await page.open("#/instance/shop-database___shop___0");
  await page.getByRole("button", { name: "Stop" }).click();
  assert.match(await dialog(page).innerText(), /shop asks for this instance/);
  await dialog(page).getByRole("button", { name: "Stop" }).click();
  await page.locator(".title .state.stopped").waitFor();
  const all = await server.rpc("allDocs.WIP.instance_list", { text: "shop-database" });
  assert.deepEqual(all.result_list.map(one => [one.instance_tree_title, one.state]), [["shop", "stopped"]]);
});

test("it is moved to another computer", async test => {
  const server = await serve(test);
  await server.rpc("put.v0.compute_node_format", { computer_guid: "other", compute_partition_list: [{ partition_id: "slappart0" }] });
  const page = await visit(test, server);
  await page.open("#/instance/wiki______0");
  await page.getByRole("button", { name: "Move" }).click();
  await dialog(page).getByLabel("To the computer").fill("other");
  await dialog(page).getByRole("button", { name: "Move" }).click();
  await page.locator("aside .place").filter({ hasText: "other slappart0" }).waitFor();
  await page.locator(".timeline").last().getByText("moved").first().waitFor();
});

test("an instance shows its certificate", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  await page.open("#/instance/shop______0");
  await page.getByRole("button", { name: "Show the certificate" }).click();
  assert.match(await dialog(page).innerText(), /BEGIN (RSA )?PRIVATE KEY[\s\S]*BEGIN CERTIFICATE/);
  await dialog(page).getByRole("button", { name: "Close" }).click();
});

test("ten thousand shared instances do not freeze a tree", { timeout: 240000 }, async test => {
  const server = await serve(test);
  const all = 10000;
  const one = index => server.rpc("post.v0.software_instance", {
    title: `site-${String(index).padStart(5, "0")}`, software_release_uri: "https://sr.example/frontend/software.cfg", software_type: "default", shared: true });
  for (let at = 0; at < all - 100; at += 100) await Promise.all(Array.from({ length: 100 }, (_, index) => one(at + index)));
  // What is requested at once comes in any order; the last ones are to be at the end.
  for (let at = all - 100; at < all; at++) await one(at);
  const page = await visit(test, server);
  await page.open("#/trees/frontend");
  await page.locator("summary").filter({ hasText: "serves 10,002 shared instances" }).click();
  await page.locator(".virtual .row").first().waitFor();
  assert.ok(await page.locator(".virtual .row").count() < 60);
  await page.locator(".virtual").evaluate(box => { box.scrollTop = box.scrollHeight; });
  await page.locator(".virtual .row").filter({ hasText: "site-09999" }).waitFor();
  const longest = await page.evaluate(async () => {
    const box = document.querySelector(".virtual");
    let longest = 0;
    for (let step = 0; step < 20; step++) {
      const start = performance.now();
      box.scrollTop = Math.random() * box.scrollHeight;
      await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
      longest = Math.max(longest, performance.now() - start);
    }
    return longest;
  });
  console.log(`the slowest of 20 jumps through ${all} shared instances took ${Math.round(longest)} ms`);
  await page.open("#/instances");
  await page.getByLabel("Title").fill("site-0777");
  await page.waitForFunction(() => document.querySelectorAll(".virtual .row").length === 10);
});
