/** Networks with weights that somebody trained, ready to use. */
package casebook.pretrained;
