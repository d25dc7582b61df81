// Calls the control API of a server. Knows no vendor.
import { AssertionError } from 'node:assert';

/** A call of the control API that was refused. */
export class FauxidpError extends Error {
  override name = 'FauxidpError';
  /** The status of the answer. */
  readonly status: number;
  /** The answer, which is a problem as RFC 9457 has it. */
  readonly problem: Record<string, unknown>;

  constructor(message: string, status: number, problem: Record<string, unknown>) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

/**
 * A verification that failed: the message says what was expected, what was found, and which calls came nearest. Or a
 * report with something as bad as was asked for: the message is the report.
 */
export class VerificationError extends AssertionError {
  override name = 'VerificationError';
  /** The calls that came nearest, each with what differs; none after a report. */
  readonly nearest: string[];

  constructor(message: string, nearest: string[]) {
    super({ message });
    this.nearest = nearest;
  }
}

/** Calls a path below `/__fauxidp/`. What fails has the stack of `at`, so that it points at the line of the test. */
export async function control(base: string, method: string, path: string, body: unknown, at: Function): Promise<unknown> {
  const caller: { stack?: string } = {};
  Error.captureStackTrace(caller, at);
  let answer: Response;
  try {
    answer = await fetch(`${base}/__fauxidp/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw pointed(new FauxidpError(`Nobody answers at ${base}: ${reason}`, 0, {}), caller);
  }
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
  if (answer.ok) return isJson ? JSON.parse(text) : text;
  const problem = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
  const detail = typeof problem['detail'] === 'string' ? problem['detail'] : text.trimEnd();
  if (/\/(verify$|report\?)/.test(path) && answer.status === 409) {
    const nearest = Array.isArray(problem['nearest']) ? problem['nearest'].map(String) : [];
    const lines = nearest.map((call) => `\n  near: ${call}`);
    throw pointed(new VerificationError(detail + lines.join(''), nearest), caller);
  }
  throw pointed(new FauxidpError(detail, answer.status, problem), caller);
}

function pointed<E extends Error>(error: E, caller: { stack?: string }): E {
  const frames = (caller.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}
