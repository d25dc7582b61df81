// What stands around a user, by the other services of the client: the first API, which speaks no Connect, and organisations
// and sessions of the second.
import assert from 'node:assert/strict';
import { createAdminServiceClient, createAuthServiceClient, createManagementServiceClient } from '@zitadel/client/v1';
import { createOrganizationServiceClient, createSessionServiceClient, createUserServiceClient } from '@zitadel/client/v2';
import { UserState } from '@zitadel/proto/zitadel/user_pb.js';
import { Code } from '@connectrpc/connect';

const password = 'Correct-Horse-Battery-9';

/** A tester's story by the first API. */
export async function first(transport, token, refused) {
  const management = createManagementServiceClient(transport(token));
  const admin = createAdminServiceClient(transport(token));
  const { userId } = await management.importHumanUser({
    userName: 'grace',
    profile: { firstName: 'Grace', lastName: 'Made' },
    email: { email: 'grace@example.com', isEmailVerified: true },
    password,
  });
  const byEmail = { query: { case: 'emailQuery', value: { emailAddress: 'grace@example.com' } } };
  assert.deepEqual((await management.listUsers({ queries: [byEmail] })).result.map(({ id }) => id), [userId]);

  const { id: projectId } = await management.addProject({ name: 'Ledger' });
  await management.addProjectRole({ projectId, roleKey: 'clerk', displayName: 'Clerk' });
  const { userGrantId } = await management.addUserGrant({ userId, projectId, roleKeys: ['clerk'] });
  await refused(management.addUserGrant({ userId, projectId, roleKeys: ['none'] }), Code.FailedPrecondition, 'Errors.Project.Role.NotFound', 'COMMAND-mm9F4');
  await management.removeProjectRole({ projectId, roleKey: 'clerk' });
  assert.deepEqual((await management.getUserGrantByID({ userId, grantId: userGrantId })).userGrant.roleKeys, []);

  const sessions = createSessionServiceClient(transport('zitadel-login'));
  const checks = { user: { search: { case: 'userId', value: userId } }, password: { password } };
  const { sessionToken } = await sessions.createSession({ checks });
  const own = createAuthServiceClient(transport(sessionToken));
  assert.equal((await own.getMyUser({})).user.userName, 'grace');
  await management.deactivateUser({ id: userId });
  await refused(management.deactivateUser({ id: userId }), Code.FailedPrecondition, 'User already inactive', 'COMMAND-5M0sf');
  await refused(own.getMyUser({}), Code.NotFound, 'Errors.Session.NotExisting', 'QUERY-SFeaa');
  await refused(sessions.createSession({ checks }), Code.FailedPrecondition, 'Errors.User.NotActive', 'SESSION-Gj4ko');
  assert.equal((await management.getUserByID({ id: userId })).user.state, UserState.INACTIVE);
  await management.reactivateUser({ id: userId });
  await management.lockUser({ id: userId });
  await refused(management.lockUser({ id: userId }), Code.FailedPrecondition, 'User is not active or initial', 'COMMAND-3NN8v');
  await management.unlockUser({ id: userId });
  await management.removeUser({ id: userId });
  await refused(management.getUserByID({ id: userId }), Code.NotFound, 'User could not be found', 'QUERY-Dfbg2');
  const { events } = await admin.listEvents({ aggregateId: userId, limit: 3 });
  assert.deepEqual(events.map(({ type }) => type.type), ['user.removed', 'user.unlocked', 'user.locked']);

  const as = (token) => createManagementServiceClient(transport(token));
  await refused(as('zitadel-readonly').lockUser({ id: '' }), Code.PermissionDenied, 'No matching permissions found', 'AUTH-5mWD2');
  await refused(as('nobody').lockUser({ id: '' }), Code.Unauthenticated, 'Errors.Token.Invalid', 'AUTH-7fs1e');
}

/** Organisations and sessions of the second API. */
export async function second(transport, token, refused) {
  const organizations = createOrganizationServiceClient(transport(token));
  const human = { profile: { givenName: 'Bo', familyName: 'Ss' }, email: { email: 'boss@example.com', verification: { case: 'isVerified', value: true } } };
  const admins = [{ userType: { case: 'human', value: { ...human, passwordType: { case: 'password', value: { password } } } } }];
  const made = await organizations.addOrganization({ name: 'Subsidiary', admins });
  const [{ userId }] = made.createdAdmins;
  await refused(organizations.addOrganization({ name: 'Subsidiary' }), Code.AlreadyExists, "Organisation's name or id already taken", 'V3-DKcYh');
  const byName = { query: { case: 'nameQuery', value: { name: 'Subsidiary' } } };
  assert.deepEqual((await organizations.listOrganizations({ queries: [byName] })).result.map(({ id }) => id), [made.organizationId]);

  const sessions = createSessionServiceClient(transport('zitadel-login'));
  const checks = { user: { search: { case: 'userId', value: userId } }, password: { password } };
  const { sessionId, sessionToken } = await sessions.createSession({ checks });
  assert.equal((await sessions.getSession({ sessionId })).session.factors.user.organizationId, made.organizationId);
  const own = createUserServiceClient(transport(sessionToken));
  assert.equal((await own.getUserByID({ userId })).user.type.value.email.email, 'boss@example.com');
  await sessions.deleteSession({ sessionId });
  await refused(own.getUserByID({ userId }), Code.NotFound, 'Errors.Session.NotExisting', 'QUERY-SFeaa');
}
