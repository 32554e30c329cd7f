// What the demo lacks to show every page with something on it.
import path from "node:path";
import { ROOT } from "./harness.mjs";

export const SITE = path.join(ROOT, "fixtures/software/demo.cfg");

/** A refused request, a stopped and a destroyed instance, secrets, and a release with a schema. */
export async function furnish(server) {
  const request = (title, more = {}, speaker) => server.rpc("post.v0.software_instance", {
    title, software_release_uri: "https://sr.example/wiki/software.cfg", software_type: "default", ...more }, speaker);
  await server.rpc("post.v0.software_installation", { computer_guid: "local_computer", software_release_uri: SITE });
  await request("site", { software_release_uri: SITE, parameters: { domain: "site.example", port: "8080" } });
  await request("archive", { parameters: { _: JSON.stringify({ keep: 30, "admin-password": "hunter2", sources: ["shop", "wiki"] }) } });
  await request("archive", { state: "stopped", parameters: { _: JSON.stringify({ keep: 31, "admin-password": "hunter2", sources: ["shop", "wiki"] }) } });
  await request("old-wiki");
  await request("old-wiki", { state: "destroyed" });
  await server.rpc("put.v0.software_instance_reported_state", { instance_guid: "archive______0", reported_state: "stopped" });
  // No computer serves this release.
  await fetch(`${server.url}slapos.post.v0.software_instance`, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ title: "cdn", software_release_uri: "https://sr.example/cdn/software.cfg", software_type: "default", shared: true }),
  });
}

/** The pages: a name, an address, and what is done before they are looked at. */
export const PAGES = [
  ["overview", "#/"],
  ["services", "#/trees"],
  ["tree", "#/trees/shop"],
  ["tree-shared", "#/trees/frontend", async page => {
    await page.locator("summary").first().click();
    await page.locator(".virtual .row").first().waitFor();
  }],
  ["instance", "#/instance/shop______0"],
  ["instance-failed", "#/instance/wiki______0"],
  ["instance-secret", "#/instance/archive______0"],
  ["instance-gone", "#/instance/nothing______0"],
  ["instances", "#/instances", page => page.locator(".virtual .row").first().waitFor()],
  ["computers", "#/computers"],
  ["computer", "#/computers/local_computer"],
  ["import", "#/import"],
  ["events", "#/events"],
  ["journal", "#/journal", page => page.locator(".journal summary").nth(2).click()],
  ["why", "#/why/cdn"],
  ["request", "#/request"],
  ["request-form", `#/request?release=${encodeURIComponent(SITE)}&title=new`, page => page.locator(".je-ready").waitFor()],
  ["edit", "#/instance/site______0/edit", page => page.locator(".je-ready").waitFor()],
];
