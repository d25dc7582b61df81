// The same for node:test.
import { test } from 'node:test';
import { world as worldOf } from 'fauxidp/node-test';

test('is red', async (t) => {
  const world = await worldOf(t);
  const { url, credential } = world.endpoints.monocloud;
  await fetch(`${url}/api/users/user-active/disable`, { method: 'POST', headers: { 'X-API-KEY': credential } });
  await world.verify({ operation: 'disable_user', user: 'user-blocked' }, 1);
});

test('a report is red', async (t) => {
  const world = await worldOf(t);
  await world.report();
});
