// ZITADEL's published JavaScript client, unmodified: gRPC, gRPC-Web, and Connect in both codecs. Then `buf curl` by reflection.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NewAuthorizationBearerInterceptor } from '@zitadel/client';
import { createServerTransport } from '@zitadel/client/node';
import { createClientTransport } from '@zitadel/client/web';
import { createUserServiceClient } from '@zitadel/client/v2';
import { ErrorDetailSchema } from '@zitadel/proto/zitadel/message_pb.js';
import { UserState } from '@zitadel/proto/zitadel/user/v2/user_pb.js';
import { Code, ConnectError } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { first, second } from './around.mjs';
import { attempt } from './attempt.mjs';
import { faultsOf, showFaults } from './faults.mjs';

const { ZITADEL_URL: plain, ZITADEL_TOKEN: token } = process.env;
const secure = plain.replace('http:', 'https:'); // Node trusts it by NODE_EXTRA_CA_CERTS
let checks = 0;

const connect = (token, baseUrl, useBinaryFormat) =>
  createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat, interceptors: [NewAuthorizationBearerInterceptor(token)] });
const transports = {
  grpc: (token, baseUrl = plain) => createServerTransport(token, { baseUrl }),
  'grpc-web': (token, baseUrl = plain) => createClientTransport(token, { baseUrl, httpVersion: '1.1' }),
  'connect binary': (token, baseUrl = plain) => connect(token, baseUrl, true),
  'connect JSON': (token, baseUrl = plain) => connect(token, baseUrl, false),
};

async function refused(call, code, text, id) {
  const error = await call.then(
    () => assert.fail('the call succeeded'),
    (error) => error,
  );
  assert.ok(error instanceof ConnectError, error);
  assert.equal(error.code, code);
  assert.equal(error.rawMessage, id ? `${text} (${id})` : text);
  const details = error.findDetails(ErrorDetailSchema);
  assert.deepEqual(
    details.map(({ id, message }) => ({ id, message })),
    id ? [{ id, message: text }] : [],
  );
}

for (const [name, transport] of Object.entries(transports)) {
  const check = async (what, body) => {
    const reset = await fetch(`${plain}/__fauxidp/worlds/default/reset`, { method: 'POST' });
    assert.equal(reset.status, 200);
    checks += await attempt(`${name}: ${what}`, () => body(createUserServiceClient(transport(token))));
  };
  const userId = '69629023906488335';

  await check('the lifecycle of a user', async (users) => {
    const state = async () => (await users.getUserByID({ userId })).user.state;
    const { details } = await users.deactivateUser({ userId });
    assert.equal(details.sequence, 2n);
    assert.equal(details.resourceOwner, '69629023906488334');
    assert.equal(await state(), UserState.INACTIVE);
    await users.reactivateUser({ userId });
    assert.equal(await state(), UserState.ACTIVE);
    await users.lockUser({ userId });
    assert.equal(await state(), UserState.LOCKED);
    assert.equal((await users.unlockUser({ userId })).details.sequence, 5n);
    await users.deleteUser({ userId });
    await refused(users.getUserByID({ userId }), Code.NotFound, 'User could not be found', 'QUERY-Dfbg2');
  });

  await check('a user as reading it shows', async (users) => {
    const { user } = await users.getUserByID({ userId });
    assert.equal(user.preferredLoginName, 'minnie');
    assert.equal(user.type.case, 'human');
    assert.equal(user.type.value.profile.displayName, 'Minnie Mouse');
    assert.equal(user.type.value.email.isVerified, true);
    assert.equal((await users.getUserByID({ userId: 'machine-with-secret' })).user.type.value.hasSecret, true);
  });

  await check('a search', async (users) => {
    const type = { query: { case: 'typeQuery', value: { type: 1 } } };
    const inactive = { query: { case: 'stateQuery', value: { state: UserState.INACTIVE } } };
    const page = await users.listUsers({ query: { limit: 2, asc: true }, queries: [type, { query: { case: 'notQuery', value: { query: inactive } } }] });
    assert.equal(page.result.length, 2);
    assert.ok(page.details.totalResult > 2n);
    assert.ok(page.result[0].userId < page.result[1].userId);
  });

  await check('refusals, each as the client\'s own error with the vendor\'s code, text and id', async (users) => {
    await users.deactivateUser({ userId });
    await refused(users.deactivateUser({ userId }), Code.FailedPrecondition, 'User already inactive', 'COMMAND-5gunjw0cd7');
    await refused(users.deactivateUser({ userId: 'nobody' }), Code.NotFound, 'User could not be found', 'COMMAND-5gp2p62iin');
    const rule = 'invalid DeactivateUserRequest.UserId: value length must be between 1 and 200 runes, inclusive';
    await refused(users.deactivateUser({ userId: '' }), Code.InvalidArgument, rule);
    const as = (token) => createUserServiceClient(transport(token));
    await refused(as('nobody').lockUser({ userId }), Code.Unauthenticated, 'Errors.Token.Invalid', 'AUTH-7fs1e');
    await refused(as('zitadel-readonly').lockUser({ userId: 'human-active' }), Code.PermissionDenied, 'No matching permissions found', 'AUTH-AWfge');
    await refused(as('zitadel-outsider').lockUser({ userId: 'human-active' }), Code.NotFound, 'membership not found', 'AUTHZ-cdgFk');
  });

  await check('a user is made, changed and verified', async (users) => {
    const email = { email: 'brendan@example.com', verification: { case: 'returnCode', value: {} } };
    const human = { profile: { givenName: 'Brendan', familyName: 'Made' }, email };
    const made = await users.createUser({ organizationId: '69629023906488334', userType: { case: 'human', value: human } });
    assert.match(made.id, /^\d{18}$/);
    await users.verifyEmail({ userId: made.id, verificationCode: made.emailCode });
    await users.updateUser({ userId: made.id, userType: { case: 'human', value: { profile: { nickName: 'B' } } } });
    const { user } = await users.getUserByID({ userId: made.id });
    assert.equal(user.type.value.profile.nickName, 'B');
    assert.equal(user.type.value.email.isVerified, true);
    await refused(users.createUser({ organizationId: '69629023906488334', username: 'minnie', userType: { case: 'human', value: human } }), Code.AlreadyExists, 'User already exists', 'V3-DKcYh');
  });

  await check('a token dies with its user and stays dead', async (users) => {
    const machine = { userId: 'machine-active' };
    const expirationDate = { seconds: 4070908800n, nanos: 0 };
    const add = async () => (await users.addPersonalAccessToken({ ...machine, expirationDate })).token;
    const read = (token) => createUserServiceClient(transport(token)).getUserByID({ userId });
    const old = await add();
    assert.equal((await read(old)).user.username, 'minnie');
    await users.lockUser(machine);
    await refused(read(old), Code.Unauthenticated, 'Errors.Token.Invalid', 'AUTH-7fs1e');
    await users.unlockUser(machine);
    await refused(read(old), Code.Unauthenticated, 'Errors.Token.Invalid', 'AUTH-7fs1e');
    assert.equal((await read(await add())).user.username, 'minnie');
    assert.ok((await users.listPersonalAccessTokens({ filters: [{ filter: { case: 'userIdFilter', value: { id: machine.userId } } }] })).result.length >= 3);
  });

  await check('faults by metadata', async (users) => {
    const headers = { 'x-fault': 'rate-limited' };
    await refused(users.lockUser({ userId }, { headers }), Code.ResourceExhausted, 'resource exhausted');
    await refused(users.lockUser({ userId }, { headers: { 'x-fault': '503;at=after;message=lost' } }), Code.Unavailable, 'lost');
    assert.equal((await users.getUserByID({ userId })).user.state, UserState.LOCKED);
  });

  await check('a world by the token; what is issued there leads back', async (users) => {
    const there = createUserServiceClient(transport(`${token}~${name.replace(' ', '-')}`));
    const state = async (users) => (await users.getUserByID({ userId })).user.state;
    await there.deactivateUser({ userId });
    assert.deepEqual([await state(there), await state(users)], [UserState.INACTIVE, UserState.ACTIVE]);
    const expirationDate = { seconds: 4070908800n, nanos: 0 };
    const issued = (await there.addPersonalAccessToken({ userId: 'machine-active', expirationDate })).token;
    assert.equal(await state(createUserServiceClient(transport(issued))), UserState.INACTIVE);
    const stranger = createUserServiceClient(transport('nobody~nowhere'));
    await refused(state(stranger), Code.Unauthenticated, 'Errors.Token.Invalid', 'AUTH-7fs1e');
  });

  await check('a service account that signed in by its secret, in a world', async () => {
    const world = `secret-${name.replace(' ', '-')}`;
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: `${process.env.ZITADEL_CLIENT_ID}~${world}`,
      client_secret: process.env.ZITADEL_CLIENT_SECRET,
      scope: 'openid urn:zitadel:iam:org:project:id:zitadel:aud',
    });
    const answer = await (await fetch(`${plain}/oauth/v2/token`, { method: 'POST', body })).json();
    const there = createUserServiceClient(transport(answer.access_token));
    await there.lockUser({ userId: 'human-active' });
    const { user } = await createUserServiceClient(transport(`${token}~${world}`)).getUserByID({ userId: 'human-active' });
    assert.equal(user.state, UserState.LOCKED);
  });

  if (!name.startsWith('connect')) await check('the first API', () => first(transport, token, refused));
  await check('organisations and sessions', () => second(transport, token, refused));

  await check('TLS', async () => {
    const users = createUserServiceClient(transport(token, secure));
    assert.equal((await users.getUserByID({ userId })).user.username, 'minnie');
    await refused(users.lockUser({ userId: 'nobody' }), Code.NotFound, 'User could not be found', 'COMMAND-450yxuqrh1');
  });

  await check('a call that is lacking', async (users) => {
    const error = await users.registerPasskey({ userId }).catch((error) => error);
    assert.equal(error.code, Code.Unimplemented);
    assert.equal(error.metadata.get('x-fauxidp'), 'unemulated');
  });
}

const transportsShown = { gRPC: 'grpc', 'gRPC-Web': 'grpc-web', Connect: 'connect JSON' };
for (const [shown, name] of Object.entries(transportsShown)) {
  const world = `faults-${shown}`;
  const call = () => createUserServiceClient(transports[name](`${token}~${world}`)).deactivateUser({ userId: 'human-active' });
  const at = { url: plain, vendor: 'zitadel', operation: 'deactivate_user', world, call };
  checks += await showFaults(`@zitadel/client, ${shown}`, faultsOf('already'), at);
}

// buf curl: what there is by reflection, and in each protocol a call, a world and a refusal.
const buf = (...args) => {
  const program = fileURLToPath(new URL('node_modules/.bin/buf', import.meta.url));
  return execFileSync(program, ['curl', '--http2-prior-knowledge', ...args], { encoding: 'utf8', stdio: 'pipe' });
};
const methods = buf('--list-methods', plain).trim().split('\n');
assert.ok(methods.includes('zitadel.user.v2.UserService/DeactivateUser'));
assert.ok(methods.filter((method) => method.startsWith('zitadel.user.v2.UserService/')).length >= 60);
checks += 1;

const call = (protocol, credential, method, body) =>
  buf('--protocol', protocol, '-H', `authorization: Bearer ${credential}`, '-d', JSON.stringify(body), `${plain}/zitadel.user.v2.UserService/${method}`);
for (const protocol of ['grpc', 'grpcweb', 'connect']) {
  const read = (credential) => JSON.parse(call(protocol, credential, 'GetUserByID', { userId: 'human-initial' })).user.state;
  assert.equal(read(token), 'USER_STATE_INITIAL');
  call(protocol, `${token}~buf-${protocol}`, 'DeleteUser', { userId: 'human-initial' });
  const gone = { status: 1 << 3 | 5 << 3, stderr: /User could not be found/ };
  assert.throws(() => read(`${token}~buf-${protocol}`), gone);
  assert.equal(read(token), 'USER_STATE_INITIAL');
  checks += 1;
}
const { version } = JSON.parse(readFileSync(new URL('node_modules/@zitadel/client/package.json', import.meta.url)));
console.log(`@zitadel/client ${version}: ${checks} checks`);
process.exit(); // a connection on which nothing came may still be open
