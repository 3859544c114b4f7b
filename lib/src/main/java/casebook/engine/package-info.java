/** How a network runs fast: plans for prediction and for training, made of oneDNN's operations. */
package casebook.engine;
