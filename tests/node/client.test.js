// The official TypeScript client, in each of the ways it can settle on a version of the protocol.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { PROGRAM, UNATTENDED, serve, surroundings } from './server.js';
import { call, story } from './story.js';

const MODES = [
  { name: 'legacy', mode: 'legacy', version: '2025-11-25', era: 'legacy' },
  { name: 'auto', mode: 'auto', version: '2026-07-28', era: 'modern' },
  { name: 'pinned', mode: { pin: '2026-07-28' }, version: '2026-07-28', era: 'modern' },
];

async function connected(mode, transport, use) {
  const client = new Client({ name: 'node-test', version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(transport);
  try {
    await use(client);
  } finally {
    await client.close();
  }
}

async function tellsTheStory(client, { version, era }) {
  assert.equal(client.getProtocolEra(), era);
  assert.equal((await call(client, 'get_server_info')).protocol_version, version);
  await story(client);
}

describe('over HTTP', { concurrency: 2 }, () => {
  let server;

  const transport = (key) =>
    new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: { Authorization: `Bearer ${key}` } },
    });

  before(async () => {
    server = await serve(...UNATTENDED);
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
  });

  for (const settled of MODES) {
    test(`a client on ${settled.name} sends a message and orders a number`, async () => {
      await connected(settled.mode, transport(`KEY_sandbox_node_${settled.name}`), (client) =>
        tellsTheStory(client, settled),
      );
    });

    test(`a client on ${settled.name} learns of a bad argument from the result`, async () => {
      await connected(settled.mode, transport('KEY_sandbox_node_errors'), async (client) => {
        const result = await client.callTool({ name: 'send_message', arguments: { to: 'nobody', txt: 'Hello' } });
        assert.equal(result.isError, true);
        assert.match(result.content[0].text, /txt/);
      });
    });

    test(`a client on ${settled.name} with a dead key is refused`, async () => {
      await assert.rejects(connected(settled.mode, transport('KEY_of_nobody'), () => {}), { status: 401 });
    });
  }
});

describe('over stdio', { concurrency: 2 }, () => {
  for (const settled of MODES) {
    test(`a client on ${settled.name} sends a message and orders a number`, async (t) => {
      const { env, remove } = surroundings();
      t.after(remove);
      const transport = new StdioClientTransport({ command: PROGRAM, args: ['stdio', '--sandbox', ...UNATTENDED], env });
      await connected(settled.mode, transport, (client) => tellsTheStory(client, settled));
    });
  }
});
