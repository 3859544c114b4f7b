/**
 * Networks as data: named layers and the edges between them. A {@link casebook.network.Network} holds no weights, so that
 * networks of any size can be built, counted and drawn in milliseconds.
 */
package casebook.network;
