/** Images with labels, read from files and handed out in batches, and photos. */
package casebook.data;
