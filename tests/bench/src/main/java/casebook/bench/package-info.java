/** Benchmarks: what {@code ./casebook bench} measures, and the programs of others that it is measured against. */
package casebook.bench;
