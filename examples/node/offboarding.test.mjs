import { expect, test } from 'fauxidp/vitest';
import { offboard } from './offboarding.mjs';

const ACCOUNTS = { monocloud: 'user-active', zitadel: 'human-active', jitsudo: '00000000-0000-8000-8000-000000000002' };

/** Offboards in a world; the result has the audit trail, too. */
async function run(world) {
  const { monocloud, zitadel, jitsudo } = world.endpoints;
  const endpoints = { monocloud, zitadel, jitsudo: { ...jitsudo, tenant: jitsudo.environment.JITSUDO_TENANT_ID } };
  const audit = [];
  const done = await offboard(ACCOUNTS, endpoints, (entry) => audit.push(entry));
  return { done, audit: Object.fromEntries(audit.map(({ vendor, ...entry }) => [vendor, entry])) };
}

test('who is offboarded gets in nowhere', async ({ world }) => {
  const user = { vendor: 'monocloud', client_id: 'monocloud-web', user: ACCOUNTS.monocloud };
  const before = await world.tokens(user);
  expect((await run(world)).done).toBe(true);
  await world.verify({ operation: 'disable_user', user: ACCOUNTS.monocloud, status: 200 }, 1);
  await world.verify({ operation: 'deactivate_user', user: ACCOUNTS.zitadel, status: 200 }, 1);
  await world.verify({ operation: 'suspend_user', user: ACCOUNTS.jitsudo, status: 200 }, 1);
  await expect(world.signIn(user)).rejects.toThrow('access_denied');
  const userinfo = await fetch(`${world.issuer('monocloud')}/connect/userinfo`, {
    headers: { Authorization: `Bearer ${before.access_token}` },
  });
  expect(userinfo.status).toBe(401);
});

test('a vendor that is unavailable for a while is asked again, when it says', async ({ world }) => {
  await world.fault('503;retry-after=0;first=2', { operation: 'disable_user' });
  await world.fault('429;retry-after=0;first=1', { operation: 'suspend_user' });
  const { done, audit } = await run(world);
  expect(done).toBe(true);
  expect([audit.monocloud.tries, audit.zitadel.tries, audit.jitsudo.tries]).toEqual([3, 1, 2]);
});

test('a change whose answer is lost is not taken for a failure', async ({ world }) => {
  await world.fault('close;at=after;first=1', { operation: 'deactivate_user' });
  const { done, audit } = await run(world);
  expect(done).toBe(true);
  expect(audit.zitadel.tries).toBe(2);
  await world.verify({ operation: 'deactivate_user', status: 400 }, 1); // "already inactive"
});

test('a refusal is final, is written down, and stops nobody else', async ({ world }) => {
  await world.fault('forbidden', { vendor: 'zitadel', operation: 'deactivate_user' });
  const { done, audit } = await run(world);
  expect(done).toBe(false);
  expect(audit).toEqual({
    monocloud: { user: ACCOUNTS.monocloud, done: true, tries: 1 },
    zitadel: { user: ACCOUNTS.zitadel, done: false, tries: 1, status: 403 },
    jitsudo: { user: ACCOUNTS.jitsudo, done: true, tries: 1 },
  });
});

test('a vendor that stays away is given up', async ({ world }) => {
  await world.fault('500', { operation: 'suspend_user' });
  const { done, audit } = await run(world);
  expect([done, audit.jitsudo]).toEqual([false, { user: ACCOUNTS.jitsudo, done: false, tries: 4, status: 500 }]);
  await world.verify({ operation: 'suspend_user', status: 500 }, 4);
});
