// The official TypeScript client, connecting by sign-in.

import { createServer } from 'node:http';
import { once } from 'node:events';

import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';

/** Remembers everything, and comes back at a port of its own. */
class Memory {
  constructor(callback, open, clientMetadataUrl) {
    this.callback = callback;
    this.open = open;
    this.clientMetadataUrl = clientMetadataUrl;
    this.redirectUrl = `http://127.0.0.1:${callback.address().port}/callback`;
    this.clientMetadata = {
      client_name: 'Example Agent',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    };
  }
  clientInformation = () => this.information;
  saveClientInformation = (information) => { this.information = information; };
  tokens = () => this.saved;
  saveTokens = (tokens) => { this.saved = tokens; };
  codeVerifier = () => this.verifier;
  saveCodeVerifier = (verifier) => { this.verifier = verifier; };
  discoveryState = () => this.discovered;
  saveDiscoveryState = (state) => { this.discovered = state; };
  redirectToAuthorization(url) {
    this.code = once(this.callback, 'code');
    this.open(url);
  }
}

/**
 * A connected client, `allowed` to try its work again after a person was asked, and how to `close` it all.
 * `open` gets the URL where the person has to go.
 */
export async function signedIn(endpoint, open, clientMetadataUrl) {
  const callback = createServer((request, response) => {
    response.end('Back at the agent');
    const { searchParams } = new URL(request.url, 'http://127.0.0.1');
    if (searchParams.has('code')) callback.emit('code', searchParams);
  });
  callback.listen(0, '127.0.0.1');
  await once(callback, 'listening');
  const memory = new Memory(callback, open, clientMetadataUrl);
  let transport;

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
  const close = async () => {
    await client.close();
    callback.close();
  };
  return { client, allowed, close };
}
