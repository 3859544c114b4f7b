/** Text that comes from outside, from files and the names of files, made fit to be shown. */
package casebook.text;
