/**
 * The experiments of the lectures that take longer than a notebook should: each is run with {@code casebook experiment}, and its
 * results are kept in {@code datasets/experiments}, with the command that made them.
 */
package casebook.experiments;
