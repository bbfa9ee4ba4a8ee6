// The official TypeScript client asks its person where a call needs that, on both eras.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { surroundings } from './server.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PYTHON = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));
const MODES = { legacy: 'legacy', auto: 'auto', pinned: { pin: '2026-07-28' } };
const TEXT = { to: '+12025550123', from_number: '+12025550124', text: 'hello' };
const BODY = { to: '+12025550123', from: '+12025550124', text: 'hello' };
const WAYS = {
  send_message: TEXT,
  write_api_endpoint: { endpoint: 'messages.send', body: BODY },
};

/** The result of a call, and the questions that its person was asked meanwhile. */
async function called(t, mode, name, answer) {
  const { env, remove } = surroundings();
  t.after(remove);
  const capabilities = answer ? { elicitation: { form: {} } } : {};
  const client = new Client({ name: 'node-test', version: '1.0.0' }, { capabilities, versionNegotiation: { mode } });
  const heard = [];
  if (answer) {
    client.setRequestHandler('elicitation/create', (request) => {
      heard.push(request.params.message);
      return answer;
    });
  }
  const args = ['-m', 'tests.protocol.asking', env.TELNYX_MCP_DATA_DIR];
  await client.connect(new StdioClientTransport({ command: PYTHON, args, env, cwd: ROOT }));
  try {
    return { result: await client.callTool({ name, arguments: WAYS[name] }), heard };
  } finally {
    await client.close();
  }
}

const errorOf = (result) => JSON.parse(result.content[0].text).error.code;

describe('a call that needs the word of a person', { concurrency: 2 }, () => {
  for (const [title, mode] of Object.entries(MODES)) {
    for (const name of Object.keys(WAYS)) {
      test(`${name} goes on with a yes, on ${title}`, async (t) => {
        const { result, heard } = await called(t, mode, name, { action: 'accept', content: { sure: true } });
        assert.ok(!result.isError, result.content[0].text);
        assert.equal(heard.length, 1);
      });
    }

    test(`nothing is done with a no, on ${title}`, async (t) => {
      const { result } = await called(t, mode, 'send_message', { action: 'decline' });
      assert.equal(errorOf(result), 'declined');
    });

    test(`a client that cannot ask learns so, on ${title}`, async (t) => {
      const { result } = await called(t, mode, 'send_message', null);
      assert.equal(errorOf(result), 'approval_required');
    });
  }
});
