/** Helpers for tests: a server that stands in for three identity vendors, and worlds in it. */
package dev.fauxidp;
