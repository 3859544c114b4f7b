/**
 * How a network runs fast. What a caller holds is {@link casebook.model.Model#predict}, a {@link casebook.engine.Plan} or a
 * {@link casebook.engine.TrainingPlan}. A plan is made as a compiler makes a program, in rooms that one can enter one by one:
 *
 * <ol>
 * <li>{@link casebook.engine.graph}: the network as operations, and passes that put some together. Pure Java.
 * <li>{@link casebook.engine.lower}: how each operation becomes steps, one file a kind of layer. To make a layer of your own fast, read
 * there which two places
 * you touch.
 * <li>{@link casebook.engine.memory}: when a value is needed, and where in the arena it lies.
 * <li>{@link casebook.engine.onednn}: the native library that does the work.
 * </ol>
 *
 * <p>A layer without a lowering runs its own code in the middle of a plan. The layers' own code is the reference that everything is
 * compared with.
 */
package casebook.engine;
