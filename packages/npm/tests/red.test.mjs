// Tests that fail: they say why, where, and leave no world behind.
import { test } from 'fauxidp/vitest';

test('is red', async ({ world }) => {
  const { url, credential } = world.endpoints.monocloud;
  await fetch(`${url}/api/users/user-active/disable`, { method: 'POST', headers: { 'X-API-KEY': credential } });
  await world.verify({ operation: 'disable_user', user: 'user-blocked' }, 1);
});

test('a report is red', async ({ world }) => {
  await world.report();
});
