// Computers: import with a preview, software, bang and certificates.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { PROGRAM, assert, close, picture, serve, visit } from "./harness.mjs";

after(close);

/** Ten partitions of the default computer, as slapformat describes them. */
const description = () => execFileSync(PROGRAM, ["format", "--partitions", "10"], { encoding: "utf8" });

const dialog = page => page.getByRole("dialog");

test("a description is looked at before it is imported", async test => {
  const server = await serve(test);
  const xml = description();
  // One partition goes, the others stay.
  const names = [...xml.matchAll(/<string>(slappart\d+)<\/string>/g)].map(found => found[1]);
  assert.ok(names.includes("slappart0"), names);
  const other = path.join(server.directory, "other.xml");
  fs.writeFileSync(other, xml.replace(/<string>slappart0<\/string>/g, "<string>fresh0</string>"));
  const page = await visit(test, server);
  await page.open("#/computers");
  await page.getByRole("link", { name: "Import a description" }).click();
  await page.locator("#file").setInputFiles(other);
  const preview = page.locator("article.card");
  await preview.waitFor();
  assert.match(await preview.innerText(), /1 partition added\s+fresh0\s+9 partitions kept/);
  assert.match(await preview.innerText(), /1 partition removed\s+slappart0: shop loses its place/);
  await picture(page, "import-preview-light");
  const before = await server.rpc("get.WIP.overview");
  assert.ok(before.computer_list[0].partition_list.some(one => one.compute_partition_id === "slappart0"));
  await page.getByRole("button", { name: "Cancel" }).click();
  await preview.waitFor({ state: "detached" });
  await page.locator("#file").setInputFiles([]);
  await page.locator("#file").setInputFiles(other);
  await page.getByRole("button", { name: "Import, and remove these partitions" }).click();
  await page.shows("#/computers/local_computer");
  await page.locator("td").filter({ hasText: /^fresh0$/ }).waitFor();

  await page.open("#/import");
  page.expected = [/status of 400/];
  const wrong = path.join(server.directory, "wrong.xml");
  fs.writeFileSync(wrong, "<nonsense/>");
  await page.locator("#file").setInputFiles(wrong);
  await page.locator(".failure").filter({ hasText: "a computer description" }).waitFor();
});

test("a file is dropped", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  await page.open("#/import");
  const xml = description();
  const data = await page.evaluateHandle(text => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], "computer.xml", { type: "text/xml" }));
    return transfer;
  }, xml);
  await page.dispatchEvent(".drop", "drop", { dataTransfer: data });
  await page.locator("article.card").filter({ hasText: "10 partitions kept" }).waitFor();
});

test("software is supplied and removed", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  await page.open("#/computers/local_computer");
  await page.getByRole("button", { name: "Supply software" }).click();
  await dialog(page).getByLabel("Software release").fill("/srv/new/software.cfg");
  await dialog(page).getByRole("button", { name: "Supply" }).click();
  const row = page.locator("tr").filter({ hasText: "/srv/new/software.cfg" });
  await row.locator(".state.available").waitFor();
  await row.getByRole("button", { name: "Remove new" }).click();
  await dialog(page).getByRole("button", { name: "Remove" }).click();
  await row.locator(".state.destroyed").waitFor();
  await row.getByRole("button", { name: "Supply new again" }).click();
  await dialog(page).getByRole("button", { name: "Supply" }).click();
  await row.locator(".state.available").waitFor();
  await server.call("softwareReleaseError", { url: "/srv/new/software.cfg", computer_id: "local_computer", error_log: "boom" });
  await row.locator(".report.red").waitFor();
  await row.getByRole("link", { name: "Request an instance of new" }).click();
  assert.equal(await page.getByLabel("Software release").inputValue(), "/srv/new/software.cfg");
  assert.equal(await page.getByLabel("Computer").inputValue(), "local_computer");
  page.expected = [/status of 40\d/];
});

test("a computer is banged, and gets and loses its certificate", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  await page.open("#/computers/local_computer");
  await page.getByRole("button", { name: "Bang" }).click();
  await dialog(page).getByLabel("Why").fill("the power was out");
  await dialog(page).getByRole("button", { name: "Bang" }).click();
  await page.locator(".timeline").getByText("the power was out").waitFor();
  await page.getByRole("button", { name: "New certificate" }).click();
  assert.match(await dialog(page).innerText(), /BEGIN CERTIFICATE/);
  await dialog(page).getByRole("button", { name: "Close" }).click();
  page.expected = [/status of 40\d/];
  await page.getByRole("button", { name: "New certificate" }).click();
  await dialog(page).locator(".failure").waitFor();
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Revoke certificate" }).click();
  await dialog(page).getByRole("button", { name: "Revoke" }).click();
  await page.locator(".timeline").getByText("revoked a certificate").waitFor();
});

test("a computer is closed and opened", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  await page.open("#/computers/local_computer");
  await page.getByRole("button", { name: "Close" }).click();
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await page.locator(".title .state").filter({ hasText: "closed" }).waitFor();
  await page.getByRole("button", { name: "Open" }).click();
  await dialog(page).getByRole("button", { name: "Open" }).click();
  await page.locator(".title .state").waitFor({ state: "detached" });
});
