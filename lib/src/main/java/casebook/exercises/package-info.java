/**
 * The exercises of the notebooks: each knows its answer, because the library computes it, and what a typical mistake says about the
 * thought behind it. What a learner has solved is kept on this machine.
 */
package casebook.exercises;
