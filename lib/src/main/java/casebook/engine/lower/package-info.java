/**
 * From operations to steps. Each kind of layer has one file here, its {@link casebook.engine.lower.Lowering}: forward, backward, and what
 * is kept between them. {@link casebook.engine.lower.Lowerings} says which layer has which; a layer that it does not name runs its own
 * code in the middle of a plan. Which two files a new one touches stands in {@link casebook.engine}.
 */
package casebook.engine.lower;
