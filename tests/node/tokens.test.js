// What the tools cost a model that has them in its context, counted as o200k does.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";

const python = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));
const SHARES = {
  call_control: 1700, messaging: 1300, numbers: 1300, assistants: 1300, whatsapp: 1000, storage: 700,
  connections: 400, embeddings: 400, account: 300, guards: 350, secrets: 250, api: 640,
};

function tools(surface) {
  const listed = execFileSync(python, ["-m", "telnyx_remote_mcp", "tools", "--json", "--surface", surface]);
  return JSON.parse(listed);
}

function tokens(tools) {
  const shown = tools.map((tool) => [tool.name, tool.description, JSON.stringify(tool.input_schema)].join("\n"));
  return shown.reduce((sum, text) => sum + countTokens(text), 0);
}

test("the default surface has at most 70 tools and 9,000 tokens", () => {
  const shown = tools("default");
  assert.ok(shown.length <= 70, `${shown.length} tools`);
  assert.ok(tokens(shown) <= 9000, `${tokens(shown)} tokens`);
});

test("each group keeps to its share of the default surface", () => {
  const shown = tools("default");
  for (const group of new Set(shown.map((tool) => tool.group))) {
    const own = shown.filter((tool) => tool.group === group);
    assert.ok(tokens(own) <= (SHARES[group] ?? 0), `${group}: ${tokens(own)} tokens`);
  }
});

test("the compact surface has at most 6 tools and 1,200 tokens", () => {
  const shown = tools("compact");
  assert.ok(shown.length <= 6, `${shown.length} tools`);
  assert.ok(tokens(shown) <= 1200, `${tokens(shown)} tokens`);
});
