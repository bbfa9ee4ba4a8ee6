// What every client must get done: send a message and see it arrive, find a number, order it, own it.

import assert from 'node:assert/strict';

const POLL_MS = 100;
const DEADLINE_MS = 15_000;

export async function story(client) {
  const { tools } = await client.listTools();
  const names = tools.map((tool) => tool.name);
  for (const needed of ['send_message', 'get_message', 'list_available_phone_numbers', 'initiate_phone_number_order']) {
    assert.ok(names.includes(needed), `${needed} is listed`);
  }
  await sendMessage(client);
  await orderNumber(client);
}

async function sendMessage(client) {
  const owned = await call(client, 'list_phone_numbers');
  const message = await call(client, 'send_message', {
    from_number: owned.items[0].phone_number,
    to: '+12025550123',
    text: 'Hello ["from", "TypeScript"] – 👋',
  });
  const delivered = await until(
    () => call(client, 'get_message', { message_id: message.id, detail: 'full' }),
    (found) => found.to[0].status === 'delivered',
  );
  assert.equal(delivered.id, message.id);
  assert.equal(delivered.text, 'Hello ["from", "TypeScript"] – 👋');
}

async function orderNumber(client) {
  const found = await call(client, 'list_available_phone_numbers', { area_code: '312', limit: 2 });
  const number = found.items[0].phone_number;
  assert.match(number, /^\+1312\d{7}$/);
  const order = await call(client, 'initiate_phone_number_order', { phone_numbers: [number] });
  await until(
    () => call(client, 'get_number_order', { number_order_id: order.id }),
    (found) => found.status === 'success',
  );
  const owned = await call(client, 'list_phone_numbers', { phone_number: number });
  assert.deepEqual(owned.items.map((item) => item.phone_number), [number]);
}

/** The structured result of a tool; the text beside it must say the same. */
export async function call(client, name, args = {}) {
  const result = await client.callTool({ name, arguments: args });
  const text = result.content[0].text;
  assert.ok(!result.isError, text);
  assert.deepEqual(JSON.parse(text), result.structuredContent);
  return result.structuredContent;
}

async function until(ask, done) {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    assert.ok(Date.now() < deadline, `still ${JSON.stringify(answer)} after ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
