// @zitadel/react, unmodified, in an application that Chromium shows.
//
// node test.mjs URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { launch, newPage, serve, user } from './chromium.mjs';
import { attempt } from './attempt.mjs';
import { administrator, reset } from './sign-in.mjs';

const url = process.argv[2];
let checks = 0;

const entryPoints = [fileURLToPath(new URL('app.jsx', import.meta.url))];
const { outputFiles } = await build({ entryPoints, bundle: true, write: false, jsx: 'automatic', define: { 'process.env.NODE_ENV': '"production"' } });
const app = await serve((request, answer) => {
  const script = request.url === '/app.js';
  answer.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8');
  answer.end(script ? outputFiles[0].text : `<!doctype html><title>application</title><body><script>ISSUER = '${url}'</script><script src="/app.js"></script>`);
});
const browser = await launch();

async function start() {
  const page = await newPage(browser);
  await page.goto(app.url);
  await user.press(page, 'Sign in with ZITADEL');
  await page.waitForURL((shown) => shown.origin !== app.url);
  return page;
}

const isShown = (page, name) => page.getByRole('heading', { name, exact: true }).waitFor();
const says = async (page, text) => assert.equal(await page.getByRole('alert').textContent(), text);

async function signIn() {
  const page = await start();
  await user.press(page, 'Ada Active');
  await isShown(page, 'Ada Active');
  return page;
}

/** What introspection, userinfo and the API say of a token. */
async function doors(token) {
  const headers = { authorization: `Basic ${btoa('zitadel-api:zitadel-api-secret')}` };
  const body = new URLSearchParams({ token });
  const introspection = await (await fetch(`${url}/oauth/v2/introspect`, { method: 'POST', headers, body })).json();
  const userinfo = await fetch(`${url}/oidc/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  return [introspection.active, userinfo.status];
}

async function check(what, body) {
  await reset();
  checks += await attempt(what, async () => (await body()).context().close());
}

await check('by button, with roles', async () => {
  const page = await signIn();
  assert.equal(await page.getByText('Roles:').textContent(), 'Roles: admin');
  return page;
});

await check('by password', async () => {
  const page = await start();
  await user.enter(page, 'minnie', 'not-the-password');
  await page.getByRole('alert').waitFor();
  await user.enter(page, 'minnie');
  await isShown(page, 'Minnie Mouse');
  return page;
});

await check('deny', async () => {
  const page = await start();
  await user.deny(page);
  await says(page, 'ErrorResponse: access_denied');
  return page;
});

await check('silent renewal', async () => {
  const page = await signIn();
  const token = await page.getByRole('status').textContent();
  await user.press(page, 'Renew');
  await page.waitForFunction((token) => document.querySelector('output').textContent !== token, token);
  return page;
});

await check('sign out', async () => {
  const page = await signIn();
  await user.press(page, 'Sign out');
  await page.getByRole('button', { name: 'Sign in with ZITADEL' }).waitFor();
  const error = await page.evaluate(() => zitadel.userManager.signinSilent().catch(({ name, error }) => ({ name, error })));
  assert.deepEqual(error, { name: 'ErrorResponse', error: 'login_required' });
  return page;
});

await check('a user who is deactivated', async () => {
  const page = await signIn();
  const token = await page.getByRole('status').textContent();
  assert.deepEqual(await doors(token), [true, 200]);
  await administrator.zitadel.stop('human-active');
  assert.deepEqual(await doors(token), [false, 401]);
  await user.press(page, 'Renew');
  await says(page, 'ErrorResponse: login_required');
  return page;
});

await check('who is deactivated is told so on the page', async () => {
  const page = await start();
  await user.press(page, 'Ines Inactive');
  await page.getByRole('alert').waitFor();
  assert.notEqual(new URL(page.url()).origin, app.url);
  return page;
});

await browser.close();
app.close();
await reset();
const { version } = JSON.parse(readFileSync(new URL('node_modules/@zitadel/react/package.json', import.meta.url)));
console.log(`@zitadel/react ${version}: ${checks} checks`);
