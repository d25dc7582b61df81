// What the tests of several clients share: a check, which is named if it fails.

/** Runs a check, and counts it. `more` is printed beside its name if it fails. */
export async function attempt(what, body, ...more) {
  try {
    await body();
  } catch (error) {
    console.error(`FAIL ${what}`, ...more);
    throw error;
  }
  return 1;
}
