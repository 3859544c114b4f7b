/**
 * What a notebook needs besides the networks: {@link casebook.notebook.Notebook} shows tables and charts in a Java kernel,
 * {@link casebook.notebook.Progress} tells how long a cell will take, and {@link casebook.notebook.Explorer} is for
 * trying things out. Both kernels, JJava and IJava, are reached through {@link java.lang.reflect}; without one, everything falls
 * back to plain text.
 */
package casebook.notebook;
