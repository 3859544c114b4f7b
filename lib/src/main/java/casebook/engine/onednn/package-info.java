/**
 * oneDNN, Intel's library of fast layers, called directly, as a few small classes. A {@link casebook.engine.onednn.Primitive} is one
 * operation whose shapes and memory layouts are fixed: it is made once and executed many times. An {@link casebook.engine.onednn.Engine}
 * owns all that is made with it. The classes whose names end in Primitives make primitives, one class a family.
 */
package casebook.engine.onednn;
