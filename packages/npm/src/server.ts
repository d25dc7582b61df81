// A running server: one that this process starts, or one that is there already.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { findBinary } from './binary.js';
import { control } from './control.js';
import { worldName } from './names.js';
import { World } from './world.js';

/** How to start a server. Each is a flag of the command line; `args` takes any other. */
export interface StartOptions {
  /** Made-up people, each with an account at every vendor. */
  people?: number;
  /** The same seed gives the same people and ids. */
  seed?: number;
  /** Start with the clock frozen at that time. */
  clock?: string;
  /** A folder of seed files. */
  fixtures?: string;
  /** Settings of the vendors, such as `{ 'monocloud.era': 'current' }`. */
  set?: Record<string, string>;
  /** Faults for every call. */
  fault?: string[];
  /** Further arguments, such as `['--max-worlds', '100']`. */
  args?: string[];
}

/** A running server. */
export class Server {
  /** Its address, such as `http://127.0.0.1:8484`. */
  readonly url: string;
  #child: ChildProcess | undefined;

  /** @internal */
  constructor(url: string, child?: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** The world of that name; without a name, one that nobody else has. It is made if it is not there. */
  world(name: string = worldName('world')): Promise<World> {
    return World.enter(this.url, name, this.world);
  }

  /** The names of all worlds. */
  async worlds(): Promise<string[]> {
    return ((await control(this.url, 'GET', 'worlds', undefined, this.worlds)) as { worlds: string[] }).worlds;
  }

  /** The certificate that clients have to trust to speak TLS with it, as PEM. */
  async certificate(): Promise<string> {
    return (await control(this.url, 'GET', 'ca.pem', undefined, this.certificate)) as string;
  }

  /** Stops it. One that this process did not start goes on. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.ref();
    child.kill();
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/**
 * Starts a server on a free port; it ends with this process at the latest.
 *
 * Where `FAUXIDP_URL` is set and there are no options, that server is used, and is not stopped.
 */
export async function start(options: StartOptions = {}): Promise<Server> {
  const running = process.env['FAUXIDP_URL'];
  if (running && Object.keys(options).length === 0) {
    const url = running.replace(/\/+$/, '');
    await control(url, 'GET', 'health', undefined, start);
    return new Server(url);
  }
  const args = ['--listen', '127.0.0.1:0', '--exit-with-parent', ...flags(options)];
  const child = spawn(findBinary(), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (): void => void child.kill();
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  let log = '';
  child.stderr.on('data', (text) => (log = (log + String(text)).slice(-4096)));
  const url = await new Promise<string>((resolve, reject) => {
    const failed = (reason: string): void => reject(new Error(`The server did not start: ${reason}\n${log}`.trimEnd()));
    child.once('error', (error) => failed(error.message));
    child.once('close', (code, signal) => failed(`it ended with ${signal ?? `code ${code}`}`));
    createInterface(child.stdout).once('line', (line) => {
      const found = /^fauxidp ready (http:\S+)$/.exec(line)?.[1];
      if (found) resolve(found);
      else failed(`its first line is ${JSON.stringify(line)}`);
    });
  });
  // Nothing here keeps the process running.
  for (const handle of [child, child.stdout, child.stderr]) (handle as { unref?: () => void }).unref?.();
  return new Server(url, child);
}

function flags({ set = {}, fault = [], args = [], ...plain }: StartOptions): string[] {
  const values = Object.entries(plain).map(([name, value]) => `--${name}=${value}`);
  const settings = Object.entries(set).map(([key, value]) => `--set=${key}=${value}`);
  return [...values, ...settings, ...fault.map((spec) => `--fault=${spec}`), ...args];
}

const SHARED = Symbol.for('fauxidp.shared');

/** The server of this process, started when it is first asked for. */
export function shared(): Promise<Server> {
  const place = globalThis as { [SHARED]?: Promise<Server> };
  return (place[SHARED] ??= start());
}
