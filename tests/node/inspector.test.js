// The official Inspector, as people run it to look at a server.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { serve } from './server.js';

const INSPECTOR = fileURLToPath(new URL('node_modules/.bin/mcp-inspector', import.meta.url));
const KEY = ['--header', 'Authorization: Bearer KEY_sandbox_inspector'];
const AUTH_REQUIRED = 3;

describe('the Inspector', { concurrency: 2 }, () => {
  let server;

  before(async () => {
    server = await serve();
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
  });

  /** Its exit code and what it printed. */
  function inspect(era, ...options) {
    const args = [INSPECTOR, '--cli', server.url, '--transport', 'http', '--protocol-era', era, ...options];
    return new Promise((resolve) => {
      execFile(process.execPath, args, { maxBuffer: 1 << 24 }, (error, stdout, stderr) =>
        resolve({ code: error ? error.code : 0, stdout, stderr }),
      );
    });
  }

  for (const era of ['legacy', 'modern']) {
    test(`lists the tools (${era}), and finds no schema that a client cannot take`, async () => {
      const { code, stdout, stderr } = await inspect(era, ...KEY, '--method', 'tools/list', '--strict');
      assert.equal(code, 0, stderr);
      const { tools } = JSON.parse(stdout);
      assert.ok(tools.some((tool) => tool.name === 'send_message'));
    });

    test(`calls a tool (${era})`, async () => {
      const options = ['--method', 'tools/call', '--tool-name', 'get_balance', '--tool-args-json', '{}'];
      const { code, stdout, stderr } = await inspect(era, ...KEY, ...options, '--format', 'json');
      assert.equal(code, 0, stderr);
      assert.equal(JSON.parse(stdout).result.structuredContent.currency, 'USD');
    });

    test(`is told to authenticate (${era}) when it has no key`, async () => {
      const { code, stderr } = await inspect(era, '--method', 'tools/list', '--stored-auth-only');
      assert.equal(code, AUTH_REQUIRED, stderr);
      assert.match(stderr, /auth_required.*(401|Authentication required)/);
    });
  }
});
