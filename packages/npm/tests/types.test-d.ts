// Compiled, never run: what the types allow, and what they refuse.
import { start, type RecordedCall, type World } from 'fauxidp';
import setup from 'fauxidp/global-setup';
import { world as worldOf } from 'fauxidp/node-test';
import { test as page } from 'fauxidp/playwright';
import { test } from 'fauxidp/vitest';

export async function allowed(): Promise<void> {
  const server = await start({ people: 10, set: { 'monocloud.era': 'current' } });
  const world: World = await server.world();
  await world.fault('503;first=1', { vendor: 'zitadel', operation: 'deactivate_user' }, { ttl_ms: 1000 });
  await world.verify({ status: '4xx' }, { at_least: 1, at_most: 2 });
  const calls: RecordedCall[] = await world.requests();
  const user: string | null | undefined = calls[0]?.user;
  const report: string = await world.report('warning');
  const tomorrow: Date = await world.clock.advance(86_400_000);
  const copy = await world.fork();
  const cookies = (await copy.signIn({ vendor: 'monocloud', client_id: 'monocloud-web', user: 'user-active' })).cookies;
  console.log(user, report, tomorrow, cookies[0]?.sameSite, world.endpoints.zitadel.url);
  await (await setup())();
}

export async function refused(world: World): Promise<void> {
  // @ts-expect-error there is no such vendor
  await world.fault('503', { vendor: 'okta' });
  // @ts-expect-error a rule cannot ask for what is known later
  await world.fault('503', { status: 503 });
  // @ts-expect-error a misspelled member
  await world.verify({ opration: 'disable_user' });
  // @ts-expect-error exactly, or at least and at most
  await world.verify({}, { times: 1, at_least: 1 });
  // @ts-expect-error there are errors and warnings
  await world.report('fatal');
  // @ts-expect-error jitsudo issues no OpenID tokens
  world.issuer('jitsudo');
}

test('vitest', async ({ world, fauxidp }) => {
  await world.verify({}, { times: 0 });
  console.log(fauxidp.url);
});
page.use({ signedIn: { vendor: 'monocloud', client_id: 'monocloud-web', user: 'user-active' } });
page('playwright', async ({ page, world }) => {
  await page.goto(world.issuer('monocloud'));
});
export const ofNode = worldOf;
