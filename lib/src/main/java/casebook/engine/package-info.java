/**
 * How a network runs fast. What a caller holds is {@link casebook.model.Model#predict}, a {@link casebook.engine.Plan} or a
 * {@link casebook.engine.TrainingPlan}. A plan is made as a compiler makes a program, in four packages that can be read one by one:
 *
 * <ol>
 * <li>{@link casebook.engine.graph}: the network as operations, and passes that fuse some of them. Pure Java.
 * <li>{@link casebook.engine.lower}: how each operation becomes steps, one file a kind of layer.
 * <li>{@link casebook.engine.memory}: when a value is needed, and where in the arena it lies.
 * <li>{@link casebook.engine.onednn}: the native library that does the work.
 * </ol>
 *
 * <p>A layer without a lowering runs its own code in the middle of a plan. The layers' own code is the reference that everything is
 * compared with.
 *
 * <p><b>To make a layer fast</b>, touch two files beside the layer's own:
 * <ul>
 * <li>A function of each number, an activation: name oneDNN's function for it in {@link casebook.engine.onednn.PostOp}, as {@code RELU} is
 * there, and add the line for the layer's class to {@link casebook.engine.lower.Lowerings}. It predicts and trains, and is fused
 * with convolutions and fully connected layers.
 * <li>Any other operation: write its {@link casebook.engine.lower.Lowering}, a new file in {@link casebook.engine.lower} with the forward
 * pass, the backward pass and what is kept between them, and add the line to {@link casebook.engine.lower.Lowerings}.
 * {@code AddLowering} is a short one to begin with. Primitives of oneDNN that no layer has asked for so far get a method in
 * {@link casebook.engine.onednn}.
 * </ul> A layer of your own program, outside of the library, needs neither: one call of {@link casebook.engine.lower.Lowerings#register}
 * does it. {@code SwishTest} has one.
 */
package casebook.engine;
