// The official TypeScript SDK: node sdk.js URL TOOL ARGUMENTS

import { execFile } from 'node:child_process';

import { signedIn } from '../../node/sign_in.js';
import { call } from '../../node/story.js';

const [endpoint, tool, args] = process.argv.slice(2);
const { client, close } = await signedIn(endpoint, (url) => execFile(process.env.BROWSER, [url.href]));
await call(client, tool, JSON.parse(args));
await close();
