// 300 tests at once on one server: none sees another's calls.
import { describe, expect, test } from 'fauxidp/vitest';

describe.concurrent('at once', () => {
  for (let n = 0; n < 300; n += 1) {
    test(`test ${n}`, async ({ world, expect }) => {
      const { url, credential } = world.endpoints.monocloud;
      const call = (what) => fetch(`${url}/api/users/user-active/${what}`, { method: 'POST', headers: { 'X-API-KEY': credential } });
      if (n % 2 === 0) await world.fault('503;first=1', { operation: 'disable_user' });
      expect((await call('disable')).status).toBe(n % 2 === 0 ? 503 : 200);
      expect((await call('enable')).status).toBe(200);
      await world.verify({}, 2);
      await world.verify({ operation: 'disable_user', status: 503 }, n % 2 === 0 ? 1 : 0);
    });
  }
});

test('the server is the one of the run', async ({ fauxidp }) => {
  expect(fauxidp.url).toBe(process.env.FAUXIDP_URL);
});
