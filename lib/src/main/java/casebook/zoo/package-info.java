/** The networks of the lectures, one file a family. {@link casebook.zoo.Zoo} lists them all. */
package casebook.zoo;
