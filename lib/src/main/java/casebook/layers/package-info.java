/**
 * The layers. One file is one layer's whole story: its shape rule, its parameters, its cost, its forward and its
 * backward pass, and how it is written as ONNX. {@link casebook.layers.Layer} says what a layer of your own must have.
 */
package casebook.layers;
