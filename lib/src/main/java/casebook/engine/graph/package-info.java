/**
 * A network as operations, and passes over them: which layers are done at once ({@link casebook.engine.graph.Fusion}), which positions
 * nobody reads ({@link casebook.engine.graph.UnreadPositions}), and what is written at once into the place where it is joined
 * ({@link casebook.engine.graph.ConcatInPlace}). Pure Java: nothing here knows oneDNN, and the tests load no native library.
 */
package casebook.engine.graph;
