// @zitadel/node, unmodified: gRPC at the first and the second API, by a token, a key file and a key that was made.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  createAccessTokenInterceptor,
  createAdminClient,
  createAuthClient,
  createManagementClient,
  createOrganizationClient,
  createServiceAccountInterceptor,
} from '@zitadel/node/dist/api/index.js';
import { AuthorizationServiceDefinition } from '@zitadel/node/dist/api/generated/zitadel/authorization/v2/authorization_service.js';
import { ProjectServiceDefinition } from '@zitadel/node/dist/api/generated/zitadel/project/v2/project_service.js';
import { SessionServiceDefinition } from '@zitadel/node/dist/api/generated/zitadel/session/v2/session_service.js';
import { UserServiceDefinition } from '@zitadel/node/dist/api/generated/zitadel/user/v2/user_service.js';
import { Application, ServiceAccount } from '@zitadel/node/dist/credentials/index.js';
import { attempt } from './attempt.mjs';
import { faultsOf, showFaults } from './faults.mjs';
import { ClientError, Metadata, Status, createChannel, createClientFactory } from 'nice-grpc';

const { ZITADEL_URL: url, ZITADEL_TOKEN: token, ZITADEL_KEY_JSON: key } = process.env;
const far = new Date('2099-01-01T00:00:00Z');
const password = 'Correct-Horse-Battery-9';
let checks = 0;

async function check(what, body) {
  const reset = await fetch(`${url}/__fauxidp/worlds/default/reset`, { method: 'POST' });
  assert.equal(reset.status, 200);
  checks += await attempt(what, body);
}

async function refused(call, code, text) {
  const error = await call.then(
    () => assert.fail('the call succeeded'),
    (error) => error,
  );
  assert.ok(error instanceof ClientError, error);
  assert.deepEqual([Status[error.code], error.details], [Status[code], text]);
}

/** A service of the second API, which the package has messages for and no function. */
const second = (definition, bearer = token) =>
  createClientFactory().use(createAccessTokenInterceptor(bearer)).create(definition, createChannel(url));

async function clientCredentials(id, secret, scope = 'openid urn:zitadel:iam:org:project:id:zitadel:aud') {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret, scope });
  const answer = await fetch(`${url}/oauth/v2/token`, { method: 'POST', body });
  return { status: answer.status, ...(await answer.json()) };
}

const management = createManagementClient(url, createAccessTokenInterceptor(token));
const admin = createAdminClient(url, createAccessTokenInterceptor(token));

const importHuman = (more = {}) =>
  management.importHumanUser({
    userName: 'grace',
    profile: { firstName: 'Grace', lastName: 'Made', preferredLanguage: 'en' },
    email: { email: 'grace@example.com', isEmailVerified: true },
    password,
    ...more,
  });

await check('a user is imported, found, granted, kept out, let in and removed', async () => {
  const { userId } = await importHuman();
  const found = async (...queries) => (await management.listUsers({ queries })).result.map(({ id }) => id);
  assert.deepEqual(await found({ emailQuery: { emailAddress: 'grace@example.com' } }), [userId]);
  assert.deepEqual(await found({ orQuery: { queries: [{ userNameQuery: { userName: 'GRACE', method: 1 } }, { inUserIdsQuery: { userIds: [userId] } }] } }), [userId]);
  assert.equal((await management.getUserByLoginNameGlobal({ loginName: 'grace' })).user.id, userId);
  assert.equal((await management.isUserUnique({ userName: 'grace' })).isUnique, false);

  const { id: projectId } = await management.addProject({ name: 'Ledger' });
  await management.bulkAddProjectRoles({ projectId, roles: [{ key: 'clerk', displayName: 'Clerk' }, { key: 'auditor', displayName: 'Auditor' }] });
  const { userGrantId: grantId } = await management.addUserGrant({ userId, projectId, roleKeys: ['clerk'] });
  await refused(management.addUserGrant({ userId, projectId, roleKeys: ['clerk'] }), Status.ALREADY_EXISTS, 'User grant already exists (V3-DKcYh)');
  const { result } = await management.listUserGrants({ queries: [{ userIdQuery: { userId } }] });
  assert.deepEqual([result.length, result[0].id, result[0].roleKeys, result[0].projectName], [1, grantId, ['clerk'], 'Ledger']);

  const sessions = second(SessionServiceDefinition, 'zitadel-login');
  const enter = () => sessions.createSession({ checks: { user: { userId }, password: { password } } });
  const session = await enter();
  const own = createAuthClient(url, createAccessTokenInterceptor(session.sessionToken));
  assert.equal((await own.getMyUser({})).user.userName, 'grace');

  await management.deactivateUser({ id: userId });
  await refused(management.deactivateUser({ id: userId }), Status.FAILED_PRECONDITION, 'User already inactive (COMMAND-5M0sf)');
  await refused(own.getMyUser({}), Status.NOT_FOUND, 'Errors.Session.NotExisting (QUERY-SFeaa)');
  await refused(enter(), Status.FAILED_PRECONDITION, 'Errors.User.NotActive (SESSION-Gj4ko)');
  assert.equal((await management.getUserByID({ id: userId })).user.state, 2);
  await management.reactivateUser({ id: userId });
  await refused(management.reactivateUser({ id: userId }), Status.FAILED_PRECONDITION, 'User is not inactive (COMMAND-6M0sf)');
  await enter();

  await management.lockUser({ id: userId });
  await refused(management.lockUser({ id: userId }), Status.FAILED_PRECONDITION, 'User is not active or initial (COMMAND-3NN8v)');
  await management.unlockUser({ id: userId });
  await management.removeUser({ id: userId });
  await refused(management.getUserByID({ id: userId }), Status.NOT_FOUND, 'User could not be found (QUERY-Dfbg2)');
  await refused(management.getUserGrantByID({ userId, grantId }), Status.NOT_FOUND, 'User grant not found (QUERY-wIPkA)');
  const types = (await admin.listEvents({ aggregateId: userId, asc: true })).events.map(({ type }) => type.type);
  assert.deepEqual(types.filter((type) => !type.startsWith('user.human')), ['user.deactivated', 'user.reactivated', 'user.locked', 'user.unlocked', 'user.removed']);
});

await check('an initial user can only be deleted', async () => {
  const { userId } = await importHuman({ email: { email: 'grace@example.com' }, password: '' });
  assert.equal((await management.getUserByID({ id: userId })).user.state, 6);
  await refused(management.deactivateUser({ id: userId }), Status.NOT_FOUND, 'User with state initial can only be deleted not deactivated (COMMAND-ke0fw)');
  await refused(management.setHumanPassword({ userId, password }), Status.FAILED_PRECONDITION, 'User is not yet initialized (COMMAND-M9dse)');
  await management.resendHumanInitialization({ userId });
  await management.removeUser({ id: userId });
});

await check('what a user has: profile, e-mail, phone, metadata, memberships, history', async () => {
  const { userId } = await importHuman();
  await management.updateHumanProfile({ userId, firstName: 'Grace', lastName: 'Hopper', displayName: 'Amazing Grace', preferredLanguage: 'de' });
  await management.updateHumanEmail({ userId, email: 'hopper@example.com', isEmailVerified: true });
  await management.updateHumanPhone({ userId, phone: '+41791234567', isPhoneVerified: true });
  await management.updateUserName({ userId, userName: 'hopper' });
  const { user } = await management.getUserByID({ id: userId });
  assert.deepEqual([user.human.profile.displayName, user.human.email.email, user.human.phone.isPhoneVerified, user.userName], ['Amazing Grace', 'hopper@example.com', true, 'hopper']);
  await management.removeHumanPhone({ userId });
  await refused(management.removeHumanPhone({ userId }), Status.NOT_FOUND, 'Phone not found (COMMAND-p6rsc)');

  await management.setUserMetadata({ id: userId, key: 'desk', value: Buffer.from('12') });
  await management.bulkSetUserMetadata({ id: userId, metadata: [{ key: 'floor', value: Buffer.from('3') }] });
  const { result } = await management.listUserMetadata({ id: userId });
  assert.deepEqual(result.map(({ key, value }) => [key, value.toString()]).sort(), [['desk', '12'], ['floor', '3']]);
  await refused(management.bulkRemoveUserMetadata({ id: userId, keys: ['desk', 'none'] }), Status.NOT_FOUND, 'One or more keys do not exist (META-2nnds)');

  await management.addOrgMember({ userId, roles: ['ORG_OWNER_VIEWER'] });
  const memberships = (await management.listUserMemberships({ userId })).result;
  assert.deepEqual(memberships.map(({ roles, orgId }) => [roles, orgId]), [[['ORG_OWNER_VIEWER'], '69629023906488334']]);
  const changes = (await management.listUserChanges({ userId, query: { limit: 2 } })).result;
  assert.deepEqual(changes.map(({ eventType }) => eventType.key), ['EventTypes.user.metadata.set', 'EventTypes.user.metadata.set']);
});

await check('a machine with a token, a secret and a key, each dead once it is kept out', async () => {
  const { userId } = await management.addMachineUser({ userName: 'robot', name: 'Robot' });
  await management.addOrgMember({ userId, roles: ['ORG_OWNER'] });
  const pat = await management.addPersonalAccessToken({ userId, expirationDate: far });
  const secret = await management.generateMachineSecret({ userId });
  const made = await management.addMachineKey({ userId, type: 1, expirationDate: far });
  const account = ServiceAccount.fromJsonString(Buffer.from(made.keyDetails).toString());
  const byToken = createAuthClient(url, createAccessTokenInterceptor(pat.token));
  const byKey = createAuthClient(url, createServiceAccountInterceptor(url, account, { apiAccess: true }));
  for (const client of [byToken, byKey]) assert.equal((await client.getMyUser({})).user.userName, 'robot');
  const bySecret = await clientCredentials(secret.clientId, secret.clientSecret);
  assert.equal((await createAuthClient(url, createAccessTokenInterceptor(bySecret.access_token)).getMyUser({})).user.id, userId);

  await management.deactivateUser({ id: userId });
  for (const client of [byToken, byKey]) await refused(client.getMyUser({}), Status.UNAUTHENTICATED, 'Errors.Token.Invalid (AUTH-7fs1e)');
  assert.equal((await clientCredentials(secret.clientId, secret.clientSecret)).status, 400);
  await assert.rejects(account.authenticate(url, { apiAccess: true }));
  await management.reactivateUser({ id: userId });
  await refused(byToken.getMyUser({}), Status.UNAUTHENTICATED, 'Errors.Token.Invalid (AUTH-7fs1e)');
  assert.equal((await clientCredentials(secret.clientId, secret.clientSecret)).status, 200);
  await management.removePersonalAccessToken({ userId, tokenId: pat.tokenId });
  await management.removeMachineKey({ userId, keyId: made.keyId });
  await management.removeMachineSecret({ userId });
  assert.equal((await clientCredentials(secret.clientId, secret.clientSecret)).status, 400);
});

await check('the key file of the environment', async () => {
  const account = ServiceAccount.fromJsonString(key);
  const client = createAuthClient(url, createServiceAccountInterceptor(url, account, { apiAccess: true }));
  assert.equal((await client.getMyUser({})).user.id, account.userId);
  await management.lockUser({ id: account.userId });
  await refused(client.getMyUser({}), Status.UNAUTHENTICATED, 'Errors.Token.Invalid (AUTH-7fs1e)');
});

await check('projects and applications; a grant decides what the next token says', async () => {
  const { id: projectId } = await management.addProject({ name: 'Ledger', projectRoleAssertion: true });
  await management.addProjectRole({ projectId, roleKey: 'clerk', displayName: 'Clerk' });
  const api = await management.addAPIApp({ projectId, name: 'api', authMethodType: 0 });
  const web = await management.addOIDCApp({ projectId, name: 'web', redirectUris: ['http://localhost:3000/callback'], responseTypes: [0], grantTypes: [0], devMode: true });
  assert.ok(api.clientSecret && web.clientSecret);
  await refused(management.addAPIApp({ projectId, name: 'api' }), Status.ALREADY_EXISTS, 'Application already exists (V3-DKcYh)');

  const secret = await management.generateMachineSecret({ userId: 'machine-active' });
  const scope = `openid profile urn:zitadel:iam:org:project:id:${projectId}:aud urn:zitadel:iam:org:projects:roles`;
  const roles = async () => {
    const { access_token } = await clientCredentials(secret.clientId, secret.clientSecret, scope);
    const headers = { authorization: `Basic ${Buffer.from(`${api.clientId}:${api.clientSecret}`).toString('base64')}` };
    const answer = await fetch(`${url}/oauth/v2/introspect`, { method: 'POST', headers, body: new URLSearchParams({ token: access_token }) });
    const claims = await answer.json();
    assert.equal(claims.active, true);
    return Object.keys(claims[`urn:zitadel:iam:org:project:${projectId}:roles`] ?? {});
  };
  assert.deepEqual(await roles(), []);
  const { userGrantId } = await management.addUserGrant({ userId: 'machine-active', projectId, roleKeys: ['clerk'] });
  assert.deepEqual(await roles(), ['clerk']);
  await management.deactivateUserGrant({ userId: 'machine-active', grantId: userGrantId });
  assert.deepEqual(await roles(), []);
  await management.reactivateUserGrant({ userId: 'machine-active', grantId: userGrantId });
  await management.removeProjectRole({ projectId, roleKey: 'clerk' });
  assert.deepEqual(await roles(), []);
  assert.deepEqual((await management.getUserGrantByID({ userId: 'machine-active', grantId: userGrantId })).userGrant.roleKeys, []);

  const made = await management.addAppKey({ projectId, appId: api.appId, type: 1, expirationDate: far }).catch((error) => error);
  assert.match(made.details, /COMMAND-Dff54/);
  const signed = await management.addAPIApp({ projectId, name: 'signed', authMethodType: 1 });
  const { keyDetails } = await management.addAppKey({ projectId, appId: signed.appId, type: 1, expirationDate: far });
  assert.ok(await Application.fromJsonString(Buffer.from(keyDetails).toString()).getSignedJwt(url));

  assert.deepEqual((await management.listApps({ projectId })).result.map(({ name }) => name).sort(), ['api', 'signed', 'web']);
  await management.deactivateApp({ projectId, appId: web.appId });
  await refused(management.deactivateApp({ projectId, appId: web.appId }), Status.FAILED_PRECONDITION, 'Application is not active (COMMAND-dsh35)');
  await management.deactivateProject({ id: projectId });
  await refused(management.deactivateProject({ id: projectId }), Status.FAILED_PRECONDITION, 'Project is not active (COMMAND-mki55)');
  await management.removeProject({ id: projectId });
  await refused(management.getProjectByID({ id: projectId }), Status.NOT_FOUND, 'Project not found (QUERY-fk2fs)');
});

await check('an organisation, by its header; what an administrator sees', async () => {
  const { orgId, userId } = await admin.setUpOrg({
    org: { name: 'Subsidiary' },
    human: { userName: 'boss', profile: { firstName: 'Bo', lastName: 'Ss' }, email: { email: 'boss@example.com', isEmailVerified: true }, password },
  });
  const metadata = Metadata({ 'x-zitadel-orgid': orgId });
  assert.equal((await management.getMyOrg({}, { metadata })).org.name, 'Subsidiary');
  assert.deepEqual((await management.listUsers({}, { metadata })).result.map(({ id }) => id), [userId]);
  await refused(management.getUserByID({ id: userId }), Status.NOT_FOUND, 'User could not be found (MANAG-fpo4B)');
  await management.updateOrg({ name: 'Renamed' }, { metadata });
  await management.deactivateOrg({}, { metadata });
  assert.equal((await admin.getOrgByID({ id: orgId })).org.name, 'Renamed');
  await management.lockUser({ id: userId }, { metadata });
  await management.reactivateOrg({}, { metadata });
  assert.equal((await admin.isOrgUnique({ name: 'Renamed', domain: 'renamed.example.com' })).isUnique, false);
  await management.removeOrg({}, { metadata });
  const unknown = Metadata({ 'x-zitadel-orgid': 'nowhere' });
  await refused(management.getMyOrg({}, { metadata: unknown }), Status.PERMISSION_DENIED, "Organisation doesn't exist (AUTH-Bs7Ds)");
});

await check('who may too little, or is nobody', async () => {
  const as = (bearer) => createManagementClient(url, createAccessTokenInterceptor(bearer));
  await refused(as('nobody').lockUser({ id: 'human-active' }), Status.UNAUTHENTICATED, 'Errors.Token.Invalid (AUTH-7fs1e)');
  await refused(as('zitadel-readonly').lockUser({ id: 'human-active' }), Status.PERMISSION_DENIED, 'No matching permissions found (AUTH-5mWD2)');
  await refused(as('zitadel-outsider').lockUser({ id: '' }), Status.NOT_FOUND, 'membership not found (AUTHZ-cdgFk)');
  await refused(management.lockUser({ id: '' }), Status.INVALID_ARGUMENT, 'invalid LockUserRequest.Id: value length must be between 1 and 200 runes, inclusive');
});

await check('the second API shows the same', async () => {
  const [users, projects, grants] = [UserServiceDefinition, ProjectServiceDefinition, AuthorizationServiceDefinition].map((definition) => second(definition));
  const { userId } = await importHuman();
  await users.deactivateUser({ userId });
  await refused(users.deactivateUser({ userId }), Status.FAILED_PRECONDITION, 'User already inactive (COMMAND-5gunjw0cd7)');
  await management.reactivateUser({ id: userId });
  const { projectId } = await projects.createProject({ organizationId: '69629023906488334', name: 'Ledger' });
  await projects.addProjectRole({ projectId, roleKey: 'clerk', displayName: 'Clerk' });
  const { id: grantId } = await grants.createAuthorization({ userId, projectId, organizationId: '69629023906488334', roleKeys: ['clerk'] });
  assert.deepEqual((await management.getUserGrantByID({ userId, grantId })).userGrant.roleKeys, ['clerk']);
  await management.removeUserGrant({ userId, grantId });
  assert.equal((await grants.listAuthorizations({ filters: [{ inUserIds: { ids: [userId] } }] })).authorizations.length, 0);
});

await check('an organisation before the second API', async () => {
  const organizations = createOrganizationClient(url, createAccessTokenInterceptor(token));
  const { id } = await organizations.createOrganization({ name: 'Subsidiary' });
  await organizations.deactivateOrganization({ id });
  assert.equal((await admin.getOrgByID({ id })).org.state, 2);
  await organizations.deleteOrganization({ id });
  await organizations.deleteOrganization({ id });
});

await check('a world by the token', async () => {
  const there = createManagementClient(url, createAccessTokenInterceptor(`${token}~node`));
  await there.deactivateUser({ id: 'human-active' });
  const states = await Promise.all([there, management].map(async (client) => (await client.getUserByID({ id: 'human-active' })).user.state));
  assert.deepEqual(states, [2, 1]);
});

const faulty = createManagementClient(url, createAccessTokenInterceptor(`${token}~faults-node`));
const at = { url, vendor: 'zitadel', operation: 'management_v1_deactivate_user', world: 'faults-node' };
checks += await showFaults('@zitadel/node', faultsOf('already'), { ...at, call: () => faulty.deactivateUser({ id: 'human-active' }) });

const { version } = JSON.parse(readFileSync(new URL('node_modules/@zitadel/node/package.json', import.meta.url)));
console.log(`@zitadel/node ${version}: ${checks} checks`);
process.exit(); // a connection on which nothing came may still be open
