/** What a network costs: parameters, multiplications, activations and receptive fields, counted without allocating any weights. */
package casebook.cost;
