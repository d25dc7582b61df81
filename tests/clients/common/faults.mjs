// What a client says of each fault: a line `fault CLIENT | FAULT | CALLS | ERROR` for each, from which
// docs/client-errors.md is written.
import assert from 'node:assert/strict';

const ANSWERS = ['unauthenticated', 'forbidden', 'not-found', 'invalid', 'conflict', 'rate-limited', 'internal', '503;retry-after=1'];
/** How long an error is waited for. */
const PATIENCE_MS = 3000;
const CONNECTIONS = ['close', 'reset', 'truncate;bytes=3', 'hang;ms=200', 'garbage']; // after which some send nothing any more

/** What the vendor's clients meet: the answers that every vendor has, its own, and the connection's. */
export const faultsOf = (...own) => [...ANSWERS.slice(0, 4), ...own, ...ANSWERS.slice(4), ...CONNECTIONS];

/** `call` calls the operation with the client, in the world of that name, and `url` is the server's. */
export async function showFaults(client, faults, { url, vendor, operation, world, call, detail = () => '' }) {
  const control = async (method, path, body) => {
    const answer = await fetch(`${url}/__fauxidp/worlds/${world}${path}`, { method, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, await answer.clone().text());
    return answer.json();
  };
  await control('PUT', '', {});
  for (const fault of faults) {
    await control('POST', '/reset');
    await control('POST', '/faults', { fault, match: { vendor, operation } });
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, 'nothing: it waits on'));
    const error = await Promise.race([patience, call().then(() => null, (error) => error)]);
    assert.ok(error, `${client}: ${fault} is not noticed`);
    const { requests } = await control('GET', `/requests?vendor=${vendor}&operation=${operation}`);
    console.log(`fault ${client} | ${fault} | ${requests.length} | ${said(error)}${detail(error)}`);
  }
  await control('DELETE', '');
  return faults.length;
}

/** The kind of an error and its first line, without what differs from run to run. */
function said(error) {
  if (typeof error === 'string') return error;
  const [line] = String(error.message).split('\n');
  const text = line.replace(/(https?:\/\/)?(127\.0\.0\.1|localhost):\d+/g, 'ADDRESS').replace(/\s+/g, ' ').replace(/ : [{[]$/, '').trim();
  return `${error.constructor.name}: ${text}`;
}
