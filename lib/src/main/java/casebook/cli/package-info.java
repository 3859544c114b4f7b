/** The terminal commands: {@link casebook.cli.Main} and one class for each command. */
package casebook.cli;
