/**
 * ONNX, the file format in which libraries exchange networks: a model is written to it, and a network is read from it to be
 * counted.
 */
package casebook.onnx;
