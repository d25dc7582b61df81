// MonoCloud's published transport, unmodified, against a running fauxidp.
//
// node test.mjs URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.

import assert from 'node:assert/strict';
import https from 'node:https';
import net from 'node:net';
import { createRequire } from 'node:module';
import tls from 'node:tls';
import axios from 'axios';
import {
  MonoCloudBadRequestException,
  MonoCloudClientBase,
  MonoCloudConflictException,
  MonoCloudErrorCodeValidationException,
  MonoCloudException,
  MonoCloudKeyValidationException,
  MonoCloudNotFoundException,
  MonoCloudPageResponse,
  MonoCloudRequestException,
  MonoCloudResourceExhaustedException,
  MonoCloudResponse,
  MonoCloudServerException,
  MonoCloudUnauthorizedException,
} from '@monocloud/sdk-js-core';
import { faultsOf, showFaults } from './faults.mjs';

const url = process.argv[2];
const domain = process.env.MONOCLOUD_MANAGEMENT_DOMAIN;
const apiKey = process.env.MONOCLOUD_MANAGEMENT_API_KEY;
assert.ok(url, 'usage: node test.mjs URL');
assert.ok(domain && apiKey && process.env.NODE_EXTRA_CA_CERTS, 'evaluate `fauxidp env URL` first');
assert.match(domain, /^https:/);

const JOHN = 'UOtBaOybB6dTpIJNrnkRw'; // the user of the vendor's sample
const BLOCKED = 'user-blocked';
const UNKNOWN = 'nobody-has-this-id';

// The members of the vendor's sample, and what only reading one user adds.
const MEMBERS = [
  'claims', 'creation_time', 'disabled', 'emails', 'has_password', 'idps', 'last_updated', 'passkeys',
  'password_updated_at', 'phone_numbers', 'private_data', 'public_data', 'user_id', 'username',
];
const ACCESS = ['blocked', 'last_sign_in_attempt', 'last_sign_in_ip', 'sign_in_count'];

/** The operations as the vendor's management clients write them on top of this transport. */
class Client extends MonoCloudClientBase {
  disableUser(userId, request) {
    return this.#call('POST', '/users/{user_id}/disable', userId, request);
  }

  enableUser(userId) {
    return this.#call('POST', '/users/{user_id}/enable', userId);
  }

  unblockUser(userId) {
    return this.#call('POST', '/users/{user_id}/unblock', userId);
  }

  getUser(userId) {
    return this.#call('GET', '/users/{user_id}', userId);
  }

  deleteUser(userId) {
    return this.#call('DELETE', '/users/{user_id}', userId);
  }

  createUser(request) {
    return this.processRequest({ method: 'POST', url: '/users', data: request });
  }

  listUsers(page, size, filter, sort) {
    return this.processPaginatedRequest({ method: 'GET', url: '/users', params: { page, size, filter, sort } });
  }

  listSessions(userId) {
    return this.processPaginatedRequest({ method: 'GET', url: `/users/${encodeURIComponent(userId)}/sessions` });
  }

  revokeSession(userId, sessionId) {
    return this.#call('DELETE', `/users/{user_id}/sessions/${encodeURIComponent(sessionId)}`, userId);
  }

  createGroup(request) {
    return this.processRequest({ method: 'POST', url: '/groups', data: request });
  }

  assignGroup(userId, groupId) {
    return this.#call('POST', `/users/{user_id}/groups/${encodeURIComponent(groupId)}`, userId);
  }

  unassignGroup(userId, groupId) {
    return this.#call('DELETE', `/users/{user_id}/groups/${encodeURIComponent(groupId)}`, userId);
  }

  listUserGroups(userId) {
    return this.processPaginatedRequest({ method: 'GET', url: `/users/${encodeURIComponent(userId)}/groups` });
  }

  #call(method, template, userId, data) {
    const path = template.replace('{user_id}', encodeURIComponent(String(userId)));
    return this.processRequest(data === undefined ? { method, url: path } : { method, url: path, data });
  }
}

const client = (key = apiKey, config = undefined) => new Client({ domain, apiKey: key, config });

/** A client on an axios instance of our own: the transport's second argument, where headers are ours to set. */
function own({ headers = {}, baseURL = `${domain}/api`, ...rest } = {}) {
  const instance = axios.create({
    baseURL,
    timeout: 10_000,
    headers: { 'X-API-KEY': apiKey, 'Content-Type': 'application/json', ...headers },
    ...rest,
  });
  return { client: new Client({}, instance), instance };
}

const faulty = (fault) => own({ headers: { 'X-Fault': fault } }).client;

// --- what is checked -------------------------------------------------------------------------------------------

const checks = [];
const check = (name, run) => checks.push({ name, run });

/** The user of a successful call. */
async function user(call) {
  const response = await call;
  assert.ok(response instanceof MonoCloudResponse);
  assert.equal(response.status, 200);
  assert.equal(response.headers['content-type'], 'application/json');
  return response.result;
}

/** A page of a list, with the numbers that the header told. */
async function page(call) {
  const response = await call;
  assert.ok(response instanceof MonoCloudPageResponse);
  assert.equal(response.status, 200);
  return response;
}

/** The result of a call with another status than 200. */
async function answered(call, status) {
  const response = await call;
  assert.equal(response.status, status);
  return response.result;
}

/** What happens outside the API, or is set in a world: the control API. */
async function control(method, path, body) {
  const answer = await fetch(`${url}/__fauxidp/worlds/${path}`, { method, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, await answer.clone().text());
  return answer.json();
}

/** A world of its own, whose clients differ from any other by their key alone. */
async function inWorld(settings, run) {
  const name = `w${checks.length}-${Date.now()}`;
  await control('PUT', name, { settings });
  try {
    await run(client(`${apiKey}~${name}`), name);
  } finally {
    await control('DELETE', name);
  }
}

/** The error of a refused call, of exactly that class. */
async function thrown(call, expected) {
  let error;
  await call.then(() => assert.fail('the call went through'), (reason) => { error = reason; });
  assert.equal(error?.constructor?.name, expected.name, error?.stack);
  assert.equal(error.constructor, expected);
  return error;
}

/** The same for the classes that carry the problem; the problem itself is complete. */
async function refused(call, expected, status, title, fragment = '') {
  const error = await thrown(call, expected);
  assert.ok(error instanceof MonoCloudRequestException);
  const problem = error.response;
  assert.equal(problem.status, status);
  assert.equal(problem.title, title);
  assert.equal(problem.type, `https://httpstatuses.io/${status}${fragment}`);
  assert.match(problem.traceId, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  assert.ok(error.message.startsWith(title), error.message);
  return error;
}

const without = (object, names) => Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
const isChanged = async (id, before) => assert.notDeepEqual(await user(client().getUser(id)), before);
const isUnchanged = async (id, before) => assert.deepEqual(await user(client().getUser(id)), before);

// Reading

check('get: the sample user, with the four members that only reading shows', async () => {
  const john = await user(client().getUser(JOHN));
  assert.deepEqual(Object.keys(john).sort(), [...MEMBERS, ...ACCESS].sort());
  assert.deepEqual([john.user_id, john.disabled, john.blocked], [JOHN, false, false]);
  assert.equal(john.username.username, 'username');
  assert.equal(john.emails[0].email, 'user@example.com');
  assert.equal(john.phone_numbers[0].phone, '+441514960453');
});

check('get: a blocked user is not disabled', async () => {
  const bob = await user(client().getUser(BLOCKED));
  assert.deepEqual([bob.disabled, bob.blocked], [false, true]);
});

check('get: a key that may only read is enough', async () => {
  assert.equal((await user(client('monocloud-readonly').getUser(JOHN))).user_id, JOHN);
});

// Lists

check('list: as clients ask that say nothing', async () => {
  const { result, pageData } = await page(client().listUsers());
  assert.deepEqual(
    [pageData.page_size, pageData.current_page, pageData.has_previous, pageData.has_next], [10, 1, false, true],
  );
  assert.equal(result.length, 10);
  assert.ok(pageData.total_count > 10);
  const summary = MEMBERS.filter((name) => name !== 'private_data' && name !== 'public_data');
  for (const each of result) {
    assert.deepEqual(Object.keys(each).sort(), summary);
  }
});

check('list: the pages together are everybody, in the order that was asked for', async () => {
  const everybody = [];
  let last;
  for (let number = 1; last?.pageData.has_next ?? true; number += 1) {
    last = await page(client().listUsers(number, 4, undefined, 'creation_time:-1'));
    assert.equal(last.pageData.current_page, number);
    assert.equal(last.pageData.has_previous, number > 1);
    everybody.push(...last.result);
  }
  assert.equal(everybody.length, last.pageData.total_count);
  assert.equal(new Set(everybody.map((each) => each.user_id)).size, everybody.length);
  assert.ok(everybody.every((each, n) => n === 0 || everybody[n - 1].creation_time >= each.creation_time));
  assert.equal(everybody.at(-1).user_id, JOHN);
});

check('list: a filter finds, and a page past the end is empty', async () => {
  const found = await page(client().listUsers(1, 10, 'bob', 'last_updated:1'));
  assert.deepEqual(found.result.map((each) => each.user_id), [BLOCKED]);
  assert.equal(found.pageData.total_count, 1);
  const past = await page(client().listUsers(2, 10, 'bob'));
  assert.deepEqual(past.result, []);
  assert.deepEqual([past.pageData.has_previous, past.pageData.has_next], [true, false]);
});

check('list: BadRequest for what is no page and no order', async () => {
  for (const query of [[0], [1, 0], ['x'], [1, 10, undefined, 'colour:1'], [1, 10, undefined, 'creation_time:2']]) {
    await refused(client().listUsers(...query), MonoCloudBadRequestException, 400, 'Bad Request');
  }
});

// Create and delete

const NEO = { username: 'neo', email: 'neo.new@example.com', email_verified: true, password: 'Follow-the-1', name: 'Neo New' };

check('create: the made user can be read, found, listed and deleted', async () => {
  const neo = await answered(client().createUser(NEO), 201);
  assert.deepEqual(Object.keys(neo).sort(), MEMBERS);
  assert.match(neo.user_id, /^[A-Za-z0-9]{21}$/);
  assert.deepEqual([neo.disabled, neo.has_password, neo.claims.name], [false, true, 'Neo New']);
  assert.deepEqual(without(await user(client().getUser(neo.user_id)), ACCESS), neo);
  const found = await page(client().listUsers(1, 10, NEO.email));
  assert.deepEqual(found.result.map((each) => each.user_id), [neo.user_id]);
  assert.ok(!(await answered(client().deleteUser(neo.user_id), 204)), '204 has no body');
  await refused(client().getUser(neo.user_id), MonoCloudNotFoundException, 404, 'Not Found');
  await refused(client().deleteUser(neo.user_id), MonoCloudNotFoundException, 404, 'Not Found');
  assert.equal((await page(client().listUsers(1, 10, NEO.email))).pageData.total_count, 0);
  await answered(client().createUser(NEO), 201);
});

check('create: ErrorCodeValidation for passwords and what is taken', async () => {
  const total = (await page(client().listUsers())).pageData.total_count;
  for (const [body, ...codes] of [
    [{ username: 'x', password: 'short' }, 'PasswordTooShort', 'PasswordRequiresNonAlphanumeric', 'PasswordRequiresUpper'],
    [{ email: 'BOB.BLOCKED@example.com', email_verified: true }, 'DuplicateEmail'],
    [{ username: 'username', password: NEO.password }, 'DuplicateUserName'],
  ]) {
    const error = await refused(
      client().createUser(body), MonoCloudErrorCodeValidationException, 422, 'Unprocessable Entity', '#identity-validation-error',
    );
    assert.deepEqual(error.errors.map(({ code }) => code), codes);
    assert.ok(error.errors.every(({ description }) => description !== ''));
  }
  assert.equal((await page(client().listUsers())).pageData.total_count, total);
});

check('create: KeyValidation for members that do not fit', async () => {
  const body = { email: 'nowhere', email_verified: 'yes', name: 7 };
  const error = await refused(
    client().createUser(body), MonoCloudKeyValidationException, 422, 'Unprocessable Entity', '#validation-error',
  );
  assert.deepEqual(Object.keys(error.errors).sort(), ['email', 'email_verified', 'name']);
});

check('create and delete: Unauthorized for a key that may only read', async () => {
  const reader = client('monocloud-readonly');
  await refused(reader.createUser(NEO), MonoCloudUnauthorizedException, 403, 'Forbidden');
  await refused(reader.deleteUser(JOHN), MonoCloudUnauthorizedException, 403, 'Forbidden');
  assert.equal((await page(reader.listUsers(1, 1))).result.length, 1);
});

// Sessions and groups

check('sessions: disable leaves them unless it is told to revoke them', async () => {
  const sessions = async () => (await page(client().listSessions(JOHN))).result;
  const [first] = await sessions();
  assert.equal((await sessions()).length, 2);
  await answered(client().revokeSession(JOHN, first.session_id), 204);
  await user(client().disableUser(JOHN, { revoke_sessions: false }));
  assert.equal((await sessions()).length, 1);
  await user(client().disableUser(JOHN, { revoke_sessions: true }));
  assert.deepEqual(await sessions(), []);
  await user(client().enableUser(JOHN));
  assert.deepEqual(await sessions(), []);
});

check('groups: made, joined and left', async () => {
  const { group_id: group } = await answered(client().createGroup({ name: 'Editors' }), 201);
  const groups = async () => (await page(client().listUserGroups(JOHN))).result.map((each) => each.group_id);
  assert.ok(!(await groups()).includes(group));
  await answered(client().assignGroup(JOHN, group), 201);
  assert.ok((await groups()).includes(group));
  await answered(client().unassignGroup(JOHN, group), 204);
  assert.ok(!(await groups()).includes(group));
});

// Disable

for (const [name, ...body] of [
  ['{revoke_sessions: true}', { revoke_sessions: true }],
  ['{revoke_sessions: false}', { revoke_sessions: false }],
  ['{revoke_sessions: null}', { revoke_sessions: null }],
  ['{}', {}],
  ['no body at all'],
]) {
  check(`disable with ${name}: the sample's 14 members, now disabled`, async () => {
    const before = await user(client().getUser(JOHN));
    const after = await user(client().disableUser(JOHN, ...body));
    assert.deepEqual(Object.keys(after).sort(), MEMBERS);
    assert.equal(after.disabled, true);
    assert.ok(Number.isInteger(after.last_updated) && after.last_updated > before.last_updated);
    const moved = ['disabled', 'last_updated'];
    assert.deepEqual(without(after, moved), without(before, [...ACCESS, ...moved]));
    assert.equal((await user(client().getUser(JOHN))).disabled, true);
  });
}

check('disable without a body goes out empty, as JSON, and is taken', async () => {
  const { client: mine, instance } = own();
  let sent;
  instance.interceptors.response.use((response) => {
    sent = response.request;
    return response;
  });
  assert.equal((await user(mine.disableUser(JOHN))).disabled, true);
  assert.equal(sent.getHeader('content-type'), 'application/json');
  assert.ok(['0', undefined].includes(sent.getHeader('content-length')?.toString()));
});

check('disable twice: the second time changes nothing', async () => {
  const first = await user(client().disableUser(JOHN));
  assert.deepEqual(await user(client().disableUser(JOHN)), first);
});

check('disable: a blocked user stays blocked', async () => {
  const bob = await user(client().disableUser(BLOCKED, {}));
  assert.deepEqual(Object.keys(bob).sort(), MEMBERS);
  assert.equal(bob.disabled, true);
  assert.equal((await user(client().getUser(BLOCKED))).blocked, true);
});

// Enable and unblock

check('enable: undoes disable and answers what it did, not the sample', async () => {
  await user(client().disableUser(JOHN));
  const john = await user(client().enableUser(JOHN));
  assert.deepEqual(Object.keys(john).sort(), MEMBERS);
  assert.equal(john.disabled, false);
  assert.equal((await user(client().getUser(JOHN))).disabled, false);
});

check('enable: no error on a user who is not disabled', async () => {
  const before = await user(client().getUser(JOHN));
  assert.deepEqual(await user(client().enableUser(JOHN)), without(before, ACCESS));
});

check('enable: leaves the block alone', async () => {
  await user(client().disableUser(BLOCKED));
  assert.equal((await user(client().enableUser(BLOCKED))).disabled, false);
  assert.equal((await user(client().getUser(BLOCKED))).blocked, true);
});

check('unblock: lifts the block and nothing else', async () => {
  const before = await user(client().getUser(BLOCKED));
  assert.deepEqual(await user(client().unblockUser(BLOCKED)), without(before, ACCESS));
  assert.deepEqual(await user(client().getUser(BLOCKED)), { ...before, blocked: false });
});

check('unblock: is not enable', async () => {
  await user(client().disableUser(BLOCKED));
  assert.equal((await user(client().unblockUser(BLOCKED))).disabled, true);
  const bob = await user(client().getUser(BLOCKED));
  assert.deepEqual([bob.disabled, bob.blocked], [true, false]);
});

check('unblock: no error on a user who is not blocked', async () => {
  const before = await user(client().getUser(JOHN));
  assert.deepEqual(await user(client().unblockUser(JOHN)), without(before, ACCESS));
  await isUnchanged(JOHN, before);
});

check('unblock: a lock-out by failed sign-ins is lifted, enable does not do it', async () => {
  const failed = { vendor: 'monocloud', user: 'user-active', event: 'failed_sign_in', ip: '203.0.113.99' };
  const blocked = async () => (await user(client().getUser('user-active'))).blocked;
  for (let failures = 0; failures < 5; failures += 1) {
    assert.equal(await blocked(), false);
    await control('POST', 'default/events', failed);
  }
  assert.equal(await blocked(), true);
  await user(client().enableUser('user-active'));
  assert.equal(await blocked(), true);
  await user(client().unblockUser('user-active'));
  assert.equal(await blocked(), false);
});

// Worlds and generations

check('a world by the key: what happens there is not seen elsewhere', async () => {
  await inWorld({}, async (there, name) => {
    await user(there.disableUser(JOHN));
    assert.equal((await user(there.getUser(JOHN))).disabled, true);
    assert.equal((await user(client().getUser(JOHN))).disabled, false);
    await refused(client(`wrong~${name}`).getUser(JOHN), MonoCloudUnauthorizedException, 401, 'Unauthorized');
    await refused(client(`monocloud-readonly~${name}`).enableUser(JOHN), MonoCloudUnauthorizedException, 403, 'Forbidden');
  });
});

check('the current generation: its user everywhere, and a lock-out that says until when', async () => {
  await inWorld({ 'monocloud.era': 'current' }, async (there, name) => {
    const members = Object.keys(await user(there.getUser(JOHN))).sort();
    for (const member of ['block_until', 'connections', 'external_providers', 'failure_count', 'force_password_reset']) {
      assert.ok(members.includes(member), member);
    }
    assert.ok(!members.includes('idps') && !members.includes('blocked'));
    const { result } = await page(there.listUsers(1, 2, undefined, 'failure_count:-1'));
    assert.ok(result[0].failure_count >= result[1].failure_count && result[0].failure_count > 0);
    const disabled = await user(there.disableUser(JOHN, { revoke_sessions: true }));
    assert.deepEqual([Object.keys(disabled).sort(), disabled.disabled], [members, true]);
    assert.equal((await user(there.enableUser(JOHN))).disabled, false);
    const neo = await answered(there.createUser(NEO), 201);
    assert.deepEqual(Object.keys(neo).sort(), members);
    for (let failures = 0; failures < 5; failures += 1) {
      await control('POST', `${name}/events`, { vendor: 'monocloud', user: neo.user_id, event: 'failed_sign_in' });
    }
    const { block_until: until, failure_count: count } = await user(there.getUser(neo.user_id));
    assert.ok(Number.isInteger(until) && until > neo.creation_time, String(until));
    assert.equal(count, 5);
    const free = await user(there.unblockUser(neo.user_id));
    assert.deepEqual([free.block_until, free.failure_count], [null, 0]);
    await answered(there.deleteUser(neo.user_id), 204);
    const error = await thrown(there.getUser(neo.user_id), MonoCloudNotFoundException);
    assert.match(error.response.trace_id, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.equal((await thrown(client('wrong').getUser(JOHN), MonoCloudUnauthorizedException)).response.status, 401);
  });
});

// Refusals, each by the library's own class

/** Makes the calls about one user, each when it is asked for. */
function* everyCall(on, id) {
  yield on.disableUser(id);
  yield on.enableUser(id);
  yield on.unblockUser(id);
  yield on.getUser(id);
  yield on.deleteUser(id);
  yield on.listSessions(id);
  yield on.listUserGroups(id);
}

check('a wrong key: Unauthorized, also on an unknown user', async () => {
  for (const id of [JOHN, UNKNOWN]) {
    for (const call of everyCall(client('wrong'), id)) {
      const error = await refused(call, MonoCloudUnauthorizedException, 401, 'Unauthorized');
      assert.equal(typeof error.response.detail, 'string');
    }
  }
});

// This version of the library has a Forbidden class and does not use it.
check('a key that may only read: Unauthorized with status 403, nothing changed', async () => {
  const [john, bob] = [await user(client().getUser(JOHN)), await user(client().getUser(BLOCKED))];
  const reader = client('monocloud-readonly');
  await refused(reader.disableUser(JOHN), MonoCloudUnauthorizedException, 403, 'Forbidden');
  await refused(reader.enableUser(JOHN), MonoCloudUnauthorizedException, 403, 'Forbidden');
  await refused(reader.unblockUser(BLOCKED), MonoCloudUnauthorizedException, 403, 'Forbidden');
  await isUnchanged(JOHN, john);
  await isUnchanged(BLOCKED, bob);
});

check('an unknown user: NotFound', async () => {
  for (const call of everyCall(client(), UNKNOWN)) {
    const error = await refused(call, MonoCloudNotFoundException, 404, 'Not Found');
    assert.equal(typeof error.response.detail, 'string');
  }
});

check('a fresh traceId in every answer', async () => {
  const ids = new Set();
  for (let n = 0; n < 3; n += 1) {
    const error = await refused(client().getUser(UNKNOWN), MonoCloudNotFoundException, 404, 'Not Found');
    ids.add(error.response.traceId);
  }
  assert.equal(ids.size, 3);
});

for (const [name, body, member] of [
  ['a string for revoke_sessions', { revoke_sessions: 'yes' }, 'revoke_sessions'],
  ['a number for revoke_sessions', { revoke_sessions: 1 }, 'revoke_sessions'],
  ['an array', [], '$'],
]) {
  check(`disable with ${name}: KeyValidation with its errors, nothing changed`, async () => {
    const before = await user(client().getUser(JOHN));
    const call = client().disableUser(JOHN, body);
    const error = await refused(call, MonoCloudKeyValidationException, 422, 'Unprocessable Entity', '#validation-error');
    assert.deepEqual(Object.keys(error.errors), [member]);
    assert.ok(error.errors[member].length > 0);
    assert.ok(error.errors[member].every((text) => typeof text === 'string' && text !== ''));
    await isUnchanged(JOHN, before);
  });
}

check('an id with a slash and a space: NotFound of a user, not of a route', async () => {
  for (const id of ['no such/user', 'a/b c/disable', 'ümläut+%2F', '%']) {
    for (const call of everyCall(client(), id)) {
      await refused(call, MonoCloudNotFoundException, 404, 'Not Found'); // `type` tells the two apart
    }
  }
  const stray = client().processRequest({ method: 'POST', url: '/users/no such/user/disable' });
  const error = await thrown(stray, MonoCloudNotFoundException);
  assert.equal(error.response.type, 'urn:fauxidp:unmatched');
});

// Faults, asked for by a header on the axios instance

for (const [fault, expected, status, title] of [
  ['400', MonoCloudBadRequestException, 400, 'Bad Request'],
  ['401', MonoCloudUnauthorizedException, 401, 'Unauthorized'],
  ['unauthenticated', MonoCloudUnauthorizedException, 401, 'Unauthorized'],
  ['403', MonoCloudUnauthorizedException, 403, 'Forbidden'],
  ['forbidden', MonoCloudUnauthorizedException, 403, 'Forbidden'],
  ['404', MonoCloudNotFoundException, 404, 'Not Found'],
  ['not-found', MonoCloudNotFoundException, 404, 'Not Found'],
  ['409', MonoCloudConflictException, 409, 'Conflict'],
  ['conflict', MonoCloudConflictException, 409, 'Conflict'],
  ['429', MonoCloudResourceExhaustedException, 429, 'Too Many Requests'],
  ['rate-limited;retry-after=2', MonoCloudResourceExhaustedException, 429, 'Too Many Requests'],
  ['500', MonoCloudServerException, 500, 'Internal Server Error'],
  ['internal', MonoCloudServerException, 500, 'Internal Server Error'],
]) {
  check(`fault ${fault}: ${expected.name} from every operation, nothing changed`, async () => {
    const before = await user(client().getUser(JOHN));
    for (const call of everyCall(faulty(fault), JOHN)) {
      await refused(call, expected, status, title);
    }
    await isUnchanged(JOHN, before);
  });
}

for (const fault of ['422', 'invalid', 'invalid;field=email;message="not an address"']) {
  check(`fault ${fault}: KeyValidation with its errors`, async () => {
    const call = faulty(fault).disableUser(JOHN, {});
    const error = await refused(call, MonoCloudKeyValidationException, 422, 'Unprocessable Entity', '#validation-error');
    const expected = fault.includes('email') ? { email: ['not an address'] } : { $: ['The value is invalid.'] };
    assert.deepEqual(error.errors, expected);
    assert.deepEqual(error.response.errors, expected);
  });
}

for (const [fault, code, description] of [
  ['identity', 'PasswordTooShort', 'Passwords must be at least 8 characters.'],
  ['identity;code=PasswordRequiresUpper;message="An uppercase, please."', 'PasswordRequiresUpper', 'An uppercase, please.'],
]) {
  check(`fault ${fault}: ErrorCodeValidation with its code`, async () => {
    const call = faulty(fault).disableUser(JOHN, {});
    const error = await refused(
      call, MonoCloudErrorCodeValidationException, 422, 'Unprocessable Entity', '#identity-validation-error',
    );
    assert.deepEqual(error.errors.map((each) => ({ ...each })), [{ code, description }]);
  });
}

// Faults by a rule: no client has to be changed. MonoCloudModelStateException alone is for what the vendor does not send.
check('a rule: every class in turn, and then the true answer', async () => {
  await inWorld({}, async (there, name) => {
    const rules = [
      ['400', MonoCloudBadRequestException],
      ['401', MonoCloudUnauthorizedException],
      ['403', MonoCloudUnauthorizedException],
      ['404', MonoCloudNotFoundException],
      ['409', MonoCloudConflictException],
      ['invalid', MonoCloudKeyValidationException],
      ['identity', MonoCloudErrorCodeValidationException],
      ['429;retry-after=1', MonoCloudResourceExhaustedException],
      ['500', MonoCloudServerException],
      ['503', MonoCloudException],
    ];
    for (const [fault, expected] of rules) {
      const match = { vendor: 'monocloud', operation: 'list_users' };
      const rule = await control('POST', `${name}/faults`, { fault: `${fault};first=1`, match });
      await thrown(there.listUsers(), expected);
      assert.equal((await page(there.listUsers(1, 1))).result.length, 1);
      await control('DELETE', `${name}/faults/${rule.id}`);
    }
    assert.equal((await page(client().listUsers(1, 1))).result.length, 1, 'another world has no rule');
  });
});

// Statuses that the library has no class for: its base class with the problem's title, and no problem.
for (const [fault, title] of [
  ['503', 'Service Unavailable'],
  ['unavailable;retry-after=1', 'Service Unavailable'],
  ['402', 'Payment Required'],
]) {
  check(`fault ${fault}: the base class with the title`, async () => {
    for (const call of everyCall(faulty(fault), JOHN)) {
      const error = await thrown(call, MonoCloudException);
      assert.equal(error.message, title);
    }
  });
}

check('fault with a message: it is the detail of the problem', async () => {
  const call = faulty('409;message="try later"').enableUser(JOHN);
  const error = await refused(call, MonoCloudConflictException, 409, 'Conflict');
  assert.equal(error.response.detail, 'try later');
});

check('fault 500;at=after: an error although the user was disabled', async () => {
  const before = await user(client().getUser(JOHN));
  await refused(faulty('500;at=after').disableUser(JOHN), MonoCloudServerException, 500, 'Internal Server Error');
  await isChanged(JOHN, before);
  assert.equal((await user(client().getUser(JOHN))).disabled, true);
});

check('fault delay: the library gives up at its own timeout', async () => {
  const { client: mine } = own({ headers: { 'X-Fault': 'delay;ms=3000' }, timeout: 100 });
  assert.equal((await thrown(mine.getUser(JOHN), MonoCloudException)).message, 'Something went wrong.');
});

check('retry: the library repeats a read over two 503, and never a write', async () => {
  const retrying = client(apiKey, { retry: true });
  assert.equal((await user(retrying.getUser('user-fails-twice'))).user_id, 'user-fails-twice');
  await reset();
  const error = await thrown(retrying.disableUser('user-fails-twice'), MonoCloudException);
  assert.equal(error.message, 'Service Unavailable');
});

// The way to the server

check('a domain without https:// in front is taken as https', async () => {
  const bare = new Client({ domain: domain.replace('https://', ''), apiKey });
  assert.equal((await user(bare.getUser(JOHN))).user_id, JOHN);
});

check('the certificate is checked: without our authority nothing is answered', async () => {
  const { client: mine, instance } = own({ httpsAgent: new https.Agent({ ca: tls.rootCertificates }) });
  let code;
  instance.interceptors.response.use(undefined, (error) => {
    code = error.code;
    throw error;
  });
  assert.equal((await thrown(mine.getUser(JOHN), MonoCloudException)).message, 'Something went wrong.');
  assert.match(code, /CERT|ISSUER|SIGNATURE/);
});

check('plain http by domain: refused by the library, no connection is made', async () => {
  let connections = 0;
  const listener = net.createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
  try {
    const plain = new Client({ domain: `http://127.0.0.1:${listener.address().port}`, apiKey });
    assert.equal((await thrown(plain.disableUser(JOHN), MonoCloudException)).message, 'Something went wrong.');
    assert.equal(connections, 0);
  } finally {
    listener.close();
  }
  assert.equal((await user(client().getUser(JOHN))).disabled, false);
});

check('plain http by an axios instance works', async () => {
  const { client: plain } = own({ baseURL: `${url}/api` });
  assert.equal((await user(plain.disableUser(JOHN, { revoke_sessions: true }))).disabled, true);
  await refused(plain.getUser(UNKNOWN), MonoCloudNotFoundException, 404, 'Not Found');
});

// The vendor's curl lines send a POST with neither body nor Content-Length.
for (const scheme of ['http', 'https']) {
  check(`${scheme}: a POST with neither body nor Content-Length disables`, async () => {
    const { hostname, port } = new URL(url);
    const head = [
      `POST /api/users/${JOHN}/disable HTTP/1.1`, `Host: ${hostname}:${port}`, `X-API-KEY: ${apiKey}`, 'Connection: close',
    ];
    const text = await new Promise((resolve, reject) => {
      const options = { host: hostname, port: Number(port) };
      const socket = scheme === 'https' ? tls.connect(options) : net.connect(options);
      let answer = '';
      socket.setEncoding('utf8');
      socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')));
      socket.on('data', (data) => { answer += data; });
      socket.on('end', () => resolve(answer));
      socket.on('error', reject);
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
    });
    assert.match(text, /^HTTP\/1\.1 200 /);
    assert.equal(JSON.parse(text.slice(text.indexOf('\r\n\r\n'))).disabled, true);
  });
}

// --- running them ----------------------------------------------------------------------------------------------

async function reset() {
  const answer = await fetch(`${url}/__fauxidp/worlds/default/reset`, { method: 'POST' });
  assert.equal(answer.status, 200, 'the world could not be reset');
  await answer.text();
}

let failed = 0;
for (const { name, run } of checks) {
  try {
    await reset();
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n${error?.stack ?? error}`);
  }
}
const faults = faultsOf('identity');
const at = { url, vendor: 'monocloud', operation: 'disable_user', world: 'faults-js' };
await showFaults('@monocloud/sdk-js-core', faults, { ...at, call: () => client(`${apiKey}~faults-js`).disableUser(BLOCKED, {}) });
const library = createRequire(import.meta.url)('@monocloud/sdk-js-core/package.json');
console.log(`${library.name} ${library.version}: ${checks.length + faults.length} checks${failed ? `, ${failed} failed` : ''}`);
process.exit(failed ? 1 : 0);
