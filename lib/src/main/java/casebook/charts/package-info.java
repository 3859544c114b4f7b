/**
 * Charts and drawings, all in one look: {@link casebook.charts.Charts} and {@link casebook.charts.Drawing} make a
 * {@link casebook.charts.Picture}, which shows in a notebook and can be saved as PNG, SVG or CSV.
 */
package casebook.charts;
