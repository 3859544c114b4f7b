/** Images with labels, read from files and handed out in batches. */
package casebook.data;
