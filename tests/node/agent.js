// The official TypeScript client, connecting by sign-in: node agent.js ENDPOINT [URL of a metadata document]
//
// It writes one JSON value a line: {"open": URL} where a person has to go, then {"balance": …} and {"message": …}.

import { signedIn } from './sign_in.js';
import { call } from './story.js';

const [endpoint, clientMetadataUrl] = process.argv.slice(2);
const say = (value) => console.log(JSON.stringify(value));

const { client, allowed, close } = await signedIn(endpoint, (url) => say({ open: url.href }), clientMetadataUrl);
say({ balance: (await call(client, 'get_balance')).balance });
const owned = await call(client, 'list_phone_numbers');
const sms = { from_number: owned.items[0].phone_number, to: '+12025550123', text: 'Hello' };
say({ message: (await allowed(() => call(client, 'send_message', sms))).id });
await close();
