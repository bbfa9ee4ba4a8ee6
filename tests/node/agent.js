// The official TypeScript client, connecting by sign-in: node agent.js ENDPOINT [URL of a metadata document]
//
// It writes one JSON value a line: {"open": URL} where a person has to go, then {"balance": …} and {"message": …}.

import { createServer } from 'node:http';
import { once } from 'node:events';

import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';

import { call } from './story.js';

const [endpoint, clientMetadataUrl] = process.argv.slice(2);
const say = (value) => console.log(JSON.stringify(value));

const callback = createServer((request, response) => {
  response.end('Back at the agent');
  const { searchParams } = new URL(request.url, 'http://127.0.0.1');
  if (searchParams.has('code')) callback.emit('code', searchParams);
});
callback.listen(0, '127.0.0.1');
await once(callback, 'listening');
const redirectUrl = `http://127.0.0.1:${callback.address().port}/callback`;

/** Remembers everything, and lets somebody else open the browser. */
class Memory {
  redirectUrl = redirectUrl;
  clientMetadataUrl = clientMetadataUrl;
  clientMetadata = {
    client_name: 'Example Agent',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  };
  clientInformation = () => this.information;
  saveClientInformation = (information) => { this.information = information; };
  tokens = () => this.saved;
  saveTokens = (tokens) => { this.saved = tokens; };
  codeVerifier = () => this.verifier;
  saveCodeVerifier = (verifier) => { this.verifier = verifier; };
  discoveryState = () => this.discovered;
  saveDiscoveryState = (state) => { this.discovered = state; };
  redirectToAuthorization(url) {
    this.code = once(callback, 'code');
    say({ open: url.href });
  }
}

const memory = new Memory();
let transport;

/** Does the work, and once more after the person was asked. */
async function allowed(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    const [parameters] = await memory.code;
    await transport.finishAuth(parameters);
    return await work();
  }
}

const client = await allowed(async () => {
  transport = new StreamableHTTPClientTransport(new URL(endpoint), { authProvider: memory });
  const connecting = new Client({ name: 'node-agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await connecting.connect(transport);
  return connecting;
});
say({ balance: (await call(client, 'get_balance')).balance });
const owned = await call(client, 'list_phone_numbers');
const sms = { from_number: owned.items[0].phone_number, to: '+12025550123', text: 'Hello' };
say({ message: (await allowed(() => call(client, 'send_message', sms))).id });
await client.close();
callback.close();
