/**
 * From operations to steps. Each kind of layer has one file here, its {@link casebook.engine.lower.Lowering}: forward, backward, and what
 * is kept between
 * them. {@link casebook.engine.lower.Lowerings} says which layer has which; a layer that it does not name runs its own code in the middle
 * of a plan.
 *
 * <p>Who wants a layer of their own to be fast writes two things:
 * <ul>
 * <li>the layer, with its own {@code forward} and {@code backward} (they stay the reference);
 * <li>one line of {@link casebook.engine.lower.Lowerings}: for a function of each number that oneDNN has,
 * {@code new ActivationLowering(PostOp.fromInput(…))},
 * which is then also fused with convolutions; for anything else a Lowering in a file of its own.
 * </ul>
 */
package casebook.engine.lower;
