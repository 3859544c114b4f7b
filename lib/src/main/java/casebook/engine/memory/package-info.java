/**
 * Where the numbers that flow through a plan lie: lifetimes of values, the arena that those of a run share, and memory that a
 * caller brings.
 */
package casebook.engine.memory;
