// `globalSetup` of vitest and of Playwright: one server for all workers of a run.
import { start } from './server.js';

/** Starts the server, unless FAUXIDP_URL names one, and returns what stops it. */
export default async function setup(): Promise<() => Promise<void>> {
  const given = process.env['FAUXIDP_URL'];
  const server = await start();
  process.env['FAUXIDP_URL'] = server.url;
  return async () => {
    if (given === undefined) delete process.env['FAUXIDP_URL'];
    await server.stop();
  };
}
