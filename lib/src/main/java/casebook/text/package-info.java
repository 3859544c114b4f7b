/** Words: names from outside, from files and the names of files, made fit to be shown; what a mistyped word may have been meant to be. */
package casebook.text;
