// MonoCloud's management client, unmodified, against a running fauxidp: over TLS, in the current generation and in the seeds'.
//
// node test.mjs URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import {
  MonoCloudBadRequestException,
  MonoCloudConflictException,
  MonoCloudException,
  MonoCloudForbiddenException,
  MonoCloudIdentityValidationException,
  MonoCloudKeyValidationException,
  MonoCloudManagementClient,
  MonoCloudNotFoundException,
  MonoCloudPaymentRequiredException,
  MonoCloudResourceExhaustedException,
  MonoCloudServerException,
  MonoCloudUnauthorizedException,
} from '@monocloud/management';
import { attempt } from './attempt.mjs';

const url = process.argv[2];
const key = process.env.MONOCLOUD_MANAGEMENT_API_KEY;
assert.ok(url && key && process.env.NODE_EXTRA_CA_CERTS, 'evaluate `fauxidp env URL` first');
assert.match(process.env.MONOCLOUD_MANAGEMENT_DOMAIN, /^https:/);

const JOHN = 'UOtBaOybB6dTpIJNrnkRw';
const NEO = { username: 'neo', email: 'neo.new@example.com', email_verified: true, password: 'Follow-the-1', name: 'Neo New' };
let checks = 0;

async function control(method, path, body) {
  const answer = await fetch(`${url}/__fauxidp/worlds/${path}`, { method, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, await answer.clone().text());
  return answer.json();
}

/** A check in a world of its own; the domain comes from the environment. */
async function check(what, settings, run) {
  const name = `management-${checks}`;
  await control('PUT', name, { settings });
  const as = (secret) => MonoCloudManagementClient.init({ apiKey: `${secret}~${name}` });
  checks += await attempt(what, () => run(as(key), name, as));
  await control('DELETE', name);
}

async function thrown(call, expected, status) {
  const error = await call.then(() => assert.fail('the call went through'), (reason) => reason);
  assert.equal(error.constructor, expected, error.stack);
  if (status) assert.equal(error.response.status, status);
  return error;
}

for (const era of ['seed', 'current']) {
  await check(`${era}: lists, creation, the lifecycle and deletion`, { 'monocloud.era': era }, async ({ users }) => {
    const first = await users.getAllUsers(1, 4, undefined, 'creation_time:1');
    assert.equal(first.result[0].user_id, JOHN);
    assert.equal(first.result.length, 4);
    assert.deepEqual([first.pageData.current_page, first.pageData.has_previous, first.pageData.has_next], [1, false, true]);
    const { status, result: neo } = await users.createUser(NEO);
    assert.deepEqual([status, neo.disabled, neo.username.username], [201, false, 'neo']);
    assert.equal((await users.getAllUsers(1, 10, NEO.email)).result[0].user_id, neo.user_id);
    const id = neo.user_id;
    assert.equal((await users.disableUser(id, { revoke_sessions: true })).result.disabled, true);
    assert.equal((await users.findUserById(id)).result.disabled, true);
    assert.equal((await users.enableUser(id)).result.disabled, false);
    assert.equal((await users.patchClaims(id, { nickname: 'The One' })).result.claims.nickname, 'The One');
    assert.deepEqual((await users.patchPublicData(id, { public_data: { a: 1 } })).result.public_data, { a: 1 });
    assert.equal((await users.addEmail(id, { email: 'second@example.com' })).result.emails.length, 2);
    assert.equal((await users.deleteUser(id)).status, 204);
    await thrown(users.findUserById(id), MonoCloudNotFoundException, 404);
  });

  await check(`${era}: a lock-out is lifted by unblock alone`, { 'monocloud.era': era }, async ({ users }, name) => {
    const blocked = async () => {
      const { result } = await users.findUserById('user-active');
      return era === 'seed' ? result.blocked : result.block_until !== null;
    };
    for (let failures = 0; failures < 5; failures += 1) {
      assert.equal(await blocked(), false);
      await control('POST', `${name}/events`, { vendor: 'monocloud', user: 'user-active', event: 'failed_sign_in' });
    }
    assert.equal(await blocked(), true);
    await users.enableUser('user-active');
    assert.equal(await blocked(), true);
    await users.unblockUser('user-active');
    assert.equal(await blocked(), false);
  });

  await check(`${era}: sessions and groups`, { 'monocloud.era': era }, async ({ users, groups }) => {
    const sessions = async () => (await users.getAllUserSessions(JOHN)).result;
    const [{ session_id: session }] = await sessions();
    assert.equal((await users.findUserSession(JOHN, session)).result.session_id, session);
    await users.revokeUserSession(JOHN, session);
    assert.equal((await sessions()).length, 1);
    await users.disableUser(JOHN, { revoke_sessions: true });
    assert.deepEqual(await sessions(), []);
    const { group_id: group } = (await groups.createGroup({ name: 'Editors' })).result;
    assert.equal((await users.assignUserToGroup(JOHN, group)).status, 201);
    assert.equal((await users.getAllGroupAssignedUsers(group)).result[0].user_id, JOHN);
    await users.removeUserFromGroup(JOHN, group);
    assert.equal((await groups.findGroupById(group)).result.users_assigned, 0);
    assert.equal((await groups.deleteGroup(group)).status, 204);
  });
}

await check('the true refusals', {}, async ({ users }, name, as) => {
  await thrown(as('wrong').users.findUserById(JOHN), MonoCloudUnauthorizedException, 401);
  await thrown(as('monocloud-readonly').users.disableUser(JOHN, {}), MonoCloudForbiddenException, 403);
  await thrown(users.unblockUser('nobody'), MonoCloudNotFoundException, 404);
  await thrown(users.getAllUsers(0), MonoCloudBadRequestException, 400);
  const wrong = await thrown(users.disableUser(JOHN, { revoke_sessions: 'yes' }), MonoCloudKeyValidationException, 422);
  assert.deepEqual(Object.keys(wrong.response.errors), ['revoke_sessions']);
  const short = await thrown(users.createUser({ username: 'x', password: 'short' }), MonoCloudIdentityValidationException, 422);
  assert.equal(short.response.errors[0].code, 'PasswordTooShort');
});

await check('every class of error, by a rule', {}, async ({ users }, name) => {
  for (const [fault, expected, status] of [
    ['400', MonoCloudBadRequestException, 400],
    ['401', MonoCloudUnauthorizedException, 401],
    ['402', MonoCloudPaymentRequiredException, 402],
    ['403', MonoCloudForbiddenException, 403],
    ['404', MonoCloudNotFoundException, 404],
    ['409', MonoCloudConflictException, 409],
    ['invalid', MonoCloudKeyValidationException, 422],
    ['identity', MonoCloudIdentityValidationException, 422],
    ['429;retry-after=1', MonoCloudResourceExhaustedException, 429],
    ['500', MonoCloudServerException, 500],
    ['503', MonoCloudException],
    ['close', MonoCloudException],
  ]) {
    const match = { vendor: 'monocloud', operation: 'enable_user' };
    const rule = await control('POST', `${name}/faults`, { fault: `${fault};first=1`, match });
    await thrown(users.enableUser(JOHN), expected, status);
    assert.equal((await users.enableUser(JOHN)).result.disabled, false);
    await control('DELETE', `${name}/faults/${rule.id}`);
  }
});

await check('its other way in: a function like fetch, over plain http', {}, async (_, name) => {
  const headers = { 'X-API-KEY': `${key}~${name}`, 'Content-Type': 'application/json' };
  const { users } = MonoCloudManagementClient.init({}, (path, init) => fetch(`${url}/api/${path}`, { ...init, headers }));
  assert.equal((await users.disableUser(JOHN, {})).result.disabled, true);
});

const library = createRequire(import.meta.url)('@monocloud/management/package.json');
console.log(`${library.name} ${library.version}: ${checks} checks`);
