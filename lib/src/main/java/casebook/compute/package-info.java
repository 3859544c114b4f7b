/** The numeric kernels that layers share, on ND4J arrays. They know nothing of layers. */
package casebook.compute;
