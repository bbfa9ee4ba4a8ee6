// Our server on its sandbox, as a process, the way people start it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../.venv/bin/telnyx-mcp-server', import.meta.url));

/** Options for agents without a person: nobody is asked about what they order for good. */
export const UNATTENDED = ['--policy', fileURLToPath(new URL('../e2e/unattended.toml', import.meta.url))];

/** A data directory of the test's own, and nothing of the caller's TELNYX_ settings. */
export function surroundings() {
  const dataDir = mkdtempSync(join(tmpdir(), 'telnyx-mcp-'));
  const env = { PATH: process.env.PATH, HOME: dataDir, TELNYX_MCP_DATA_DIR: dataDir };
  return { env, remove: () => rmSync(dataDir, { recursive: true, force: true }) };
}

/** Starts `serve --sandbox` on a free port. Gives its URL, and how to end it. */
export async function serve(...options) {
  const { env, remove } = surroundings();
  const child = spawn(PROGRAM, ['serve', '--sandbox', '--port', '0', '--log-level', 'error', ...options], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const url = await firstMatch(child.stdout, /^Serving on (\S+)$/);
  const stop = async () => {
    child.kill('SIGTERM');
    const [code] = await ended;
    remove();
    return code;
  };
  return { url, stop };
}

async function firstMatch(stream, pattern) {
  for await (const line of createInterface({ input: stream })) {
    const match = pattern.exec(line);
    if (match) return match[1];
  }
  throw new Error('The server ended before it served.');
}
