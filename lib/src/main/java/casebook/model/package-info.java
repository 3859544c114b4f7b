/** A network with numbers in it: weights that are started, used, saved and read again. */
package casebook.model;
