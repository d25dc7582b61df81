// MonoCloud's published transport, unmodified, over TLS: it accepts nothing else. `fauxidp env` sets the environment.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import core from '@monocloud/sdk-js-core';

const { MONOCLOUD_MANAGEMENT_DOMAIN: domain, MONOCLOUD_MANAGEMENT_API_KEY: apiKey } = process.env;
const plain = domain.replace('https:', 'http:');
const SEED = 'UOtBaOybB6dTpIJNrnkRw';
let checks = 0;

// The transport is abstract: these are the calls that the vendor's management clients make with it.
class Users extends core.MonoCloudClientBase {
  call(method, url, data, headers) {
    return this.processRequest({ method, url, data, headers });
  }
  disable(id, data, headers) {
    return this.call('POST', `/users/${encodeURIComponent(id)}/disable`, data, headers);
  }
  enable(id) {
    return this.call('POST', `/users/${encodeURIComponent(id)}/enable`);
  }
  unblock(id) {
    return this.call('POST', `/users/${encodeURIComponent(id)}/unblock`);
  }
  get(id) {
    return this.call('GET', `/users/${encodeURIComponent(id)}`);
  }
}

const users = new Users({ domain, apiKey });

async function check(name, body) {
  const reset = await fetch(`${plain}/__fauxidp/worlds/default/reset`, { method: 'POST' });
  assert.equal(reset.status, 200);
  try {
    await body();
  } catch (error) {
    console.error(`FAIL ${name}`);
    throw error;
  }
  checks += 1;
}

// Expects one of the library's own exceptions, with the problem that it was made from.
async function refused(call, kind, status) {
  const error = await call.then(
    () => assert.fail('the call succeeded'),
    (error) => error,
  );
  assert.equal(error.constructor.name, core[kind].name);
  assert.equal(error.response.status, status);
  assert.ok(error.response.title);
  assert.match(error.response.traceId, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  return error;
}

await check('disable answers the sample of the vendor\'s page, but for last_updated', async () => {
  const sample = JSON.parse(readFileSync(new URL('../../../fixtures/seed/monocloud.json', import.meta.url))).users[0];
  for (const more of ['sign_in_count', 'last_sign_in_ip', 'last_sign_in_attempt', 'blocked', 'fauxidp']) delete sample[more];
  assert.equal(Object.keys(sample).length, 14);
  const { status, result } = await users.disable(SEED, { revoke_sessions: true });
  assert.equal(status, 200);
  assert.ok(result.last_updated > sample.last_updated);
  assert.deepEqual(result, { ...sample, disabled: true, last_updated: result.last_updated });
});

await check('disable, enable and get agree', async () => {
  assert.equal((await users.disable(SEED, {})).result.disabled, true);
  assert.equal((await users.get(SEED)).result.disabled, true);
  assert.equal((await users.disable(SEED)).result.disabled, true);
  assert.equal((await users.enable(SEED)).result.disabled, false);
  assert.equal((await users.get(SEED)).result.disabled, false);
});

await check('unblock lifts the block and nothing else', async () => {
  const id = 'user-disabled-and-blocked';
  assert.equal((await users.get(id)).result.blocked, true);
  assert.equal((await users.enable(id)).result.disabled, false);
  assert.equal((await users.get(id)).result.blocked, true);
  assert.equal((await users.unblock(id)).status, 200);
  assert.equal((await users.get(id)).result.blocked, false);
});

await check('a wrong key is unauthorized, also for an unknown user', async () => {
  await refused(new Users({ domain, apiKey: 'nobody' }).disable('nobody'), 'MonoCloudUnauthorizedException', 401);
});

await check('a key that may only read is refused', async () => {
  // This version of the transport has the same class for 401 and 403.
  const reader = new Users({ domain, apiKey: 'monocloud-readonly' });
  await refused(reader.disable(SEED), 'MonoCloudUnauthorizedException', 403);
  assert.equal((await reader.get(SEED)).result.disabled, false);
});

await check('an unknown user is not found, whatever its id looks like', async () => {
  for (const id of ['nobody', 'no/body', 'no body', 'ü', '%']) {
    for (const operation of ['disable', 'enable', 'unblock', 'get']) {
      await refused(users[operation](id), 'MonoCloudNotFoundException', 404);
    }
  }
});

await check('a wrong type names its member', async () => {
  const error = await refused(users.disable(SEED, { revoke_sessions: 'yes' }), 'MonoCloudKeyValidationException', 422);
  assert.deepEqual(Object.keys(error.errors), ['revoke_sessions']);
});

await check('each error class of the library is reached', async () => {
  for (const [fault, kind, status] of [
    ['400', 'MonoCloudBadRequestException', 400],
    ['401', 'MonoCloudUnauthorizedException', 401],
    ['403', 'MonoCloudUnauthorizedException', 403],
    ['404', 'MonoCloudNotFoundException', 404],
    ['409', 'MonoCloudConflictException', 409],
    ['422;field=email', 'MonoCloudKeyValidationException', 422],
    ['identity;code=PasswordRequiresUpper', 'MonoCloudErrorCodeValidationException', 422],
    ['429;retry-after=1', 'MonoCloudResourceExhaustedException', 429],
    ['500', 'MonoCloudServerException', 500],
  ]) {
    const error = await refused(users.disable(SEED, {}, { 'X-Fault': fault }), kind, status);
    if (fault.startsWith('422')) assert.deepEqual(Object.keys(error.errors), ['email']);
    if (fault.startsWith('identity')) assert.equal(error.errors[0].code, 'PasswordRequiresUpper');
  }
  assert.equal((await users.get(SEED)).result.disabled, false);
});

await check('a status without a class of its own keeps its title', async () => {
  await assert.rejects(users.disable(SEED, {}, { 'X-Fault': '503' }), { message: 'Service Unavailable' });
});

await check('a change can be made and its answer lost', async () => {
  await assert.rejects(users.disable(SEED, {}, { 'X-Fault': '500;at=after' }));
  assert.equal((await users.get(SEED)).result.disabled, true);
});

await check('plain http never leaves the library', async () => {
  await assert.rejects(new Users({ domain: plain, apiKey }).get(SEED), { message: 'Something went wrong.' });
});

await check('a POST without body and length is taken, as the vendor\'s page shows it for curl', async () => {
  const { hostname, port } = new URL(plain);
  const answer = await new Promise((resolve, reject) => {
    let text = '';
    const socket = net.connect(Number(port), hostname, () => {
      socket.write(`POST /api/users/${SEED}/enable HTTP/1.1\r\nHost: ${hostname}\r\nX-API-KEY: ${apiKey}\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (data) => (text += data)).on('end', () => resolve(text)).on('error', reject);
  });
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
});

console.log(`${checks} checks`);
