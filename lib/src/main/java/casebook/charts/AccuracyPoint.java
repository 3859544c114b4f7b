package casebook.charts;

import casebook.cost.CostSheet;

/**
 * What a network costs and how accurate it was, measured in one way: a ball of {@link Charts#accuracy}.
 *
 * @param network its name
 * @param accuracy accuracy in per cent
 * @param macs multiply-adds for one image
 * @param parameters trainable parameters
 * @param protocol how the accuracy was measured, in words: {@code top-1, ImageNet validation, one centre crop}. Points of
 *     one chart have the same
 */
public record AccuracyPoint(String network, double accuracy, long macs, long parameters, String protocol) {

    /**
     * @throws IllegalArgumentException if the accuracy is not between 0 and 100, or a count is not positive, or the protocol
     *     is missing
     */
    public AccuracyPoint {
        if (!(accuracy >= 0 && accuracy <= 100)) {
            throw new IllegalArgumentException(network + ": an accuracy is between 0 and 100 %, not " + accuracy);
        }
        if (macs <= 0 || parameters <= 0) {
            throw new IllegalArgumentException(network + ": a network has at least one parameter and one multiply-add, this one "
                    + parameters + " and " + macs);
        }
        if (protocol == null || protocol.isBlank()) {
            throw new IllegalArgumentException(network + ": say how its accuracy was measured; without that it can't be compared");
        }
    }

    /**
     * The point of a network that was counted here.
     *
     * @param sheet its costs, in MACs
     * @param accuracy accuracy in per cent
     * @param protocol how it was measured
     * @return the point
     * @throws IllegalArgumentException if the sheet counts FLOPs
     */
    public static AccuracyPoint of(CostSheet sheet, double accuracy, String protocol) {
        if (sheet.convention().flops()) {
            throw new IllegalArgumentException(sheet.network().name() + ": this sheet counts FLOPs, two for each multiply-add; the chart "
                    + "needs multiply-adds: make the sheet with a convention that counts MACs");
        }
        return new AccuracyPoint(sheet.network().name(), accuracy, sheet.macs(), sheet.parameters(), protocol);
    }
}
