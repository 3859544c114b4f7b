package casebook.cost;

import casebook.zoo.LeNet5;

/** A program that only counts, for a test of what it loads. */
public final class CountOnly {

    private CountOnly() {}

    /** Prints the number of parameters of LeNet-5. */
    public static void main(String[] arguments) {
        System.out.println(CostSheet.of(LeNet5.taught(10)).parameters());
    }
}
