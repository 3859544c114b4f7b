/** Training: losses, the loop over batches, what it records, and files to go on from. */
package casebook.training;
