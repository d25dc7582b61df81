// A Chromium, the people who use it at a vendor's sign-in page, and a server for an application of the test.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { chromium } from 'playwright-core';

export const PASSWORD = 'Correct-Horse-Battery-9';

/** A Chromium without a screen; the test closes it. */
export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

/** A fresh profile of that browser, whose pages do not wait forever. */
export async function newPage(browser) {
  const context = await browser.newContext();
  context.setDefaultTimeout(15_000);
  return context.newPage();
}

/** What a user does at a sign-in page. */
export const user = {
  press: (page, name) => page.getByRole('button', { name, exact: true }).click(),
  deny: (page) => page.getByRole('button', { name: 'Deny', exact: true }).click(),
  async enter(page, name, password = PASSWORD) {
    await page.getByLabel('User name or e-mail').fill(name);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  },
};

/** Serves an application on a free port of this machine. */
export async function serve(answer, host = '127.0.0.1') {
  const server = http.createServer(answer);
  server.listen(0, host);
  await once(server, 'listening');
  return { url: `http://${host}:${server.address().port}`, close: () => (server.closeAllConnections(), server.close()) };
}

/** Runs a function of the page, and answers its error as the application sees it, or fails where there is none. */
export async function errorOf(page, body, argument) {
  const error = await page.evaluate(
    ([source, argument]) =>
      Function(`return (${source})`)()(argument).then(
        () => null,
        (error) => ({ kind: error.constructor.name, name: error.name, error: error.error, message: error.message }),
      ),
    [body.toString(), argument],
  );
  assert.ok(error, `no error: ${body}`);
  return error;
}
