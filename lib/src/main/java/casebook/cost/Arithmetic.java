package casebook.cost;

import java.math.BigDecimal;
import java.math.MathContext;

/** Works out a sum as it is written: numbers, + − * / and brackets. */
final class Arithmetic {

    private final String text;
    private int at;

    Arithmetic(String text) {
        this.text = text.replace(" ", "");
    }

    /** @throws IllegalArgumentException if it can't be read to its end */
    BigDecimal value() {
        at = 0;
        BigDecimal value = sum();
        if (at < text.length()) {
            throw unreadable();
        }
        return value;
    }

    private BigDecimal sum() {
        BigDecimal value = product();
        while (next('+') || next('-')) {
            value = text.charAt(at - 1) == '+' ? value.add(product()) : value.subtract(product());
        }
        return value;
    }

    private BigDecimal product() {
        BigDecimal value = factor();
        while (next('*') || next('/')) {
            value = text.charAt(at - 1) == '*' ? value.multiply(factor()) : value.divide(factor(), MathContext.DECIMAL128);
        }
        return value;
    }

    private BigDecimal factor() {
        if (next('(')) {
            BigDecimal value = sum();
            if (!next(')')) {
                throw unreadable();
            }
            return value;
        }
        int start = at;
        while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
            at++;
        }
        if (start == at) {
            throw unreadable();
        }
        return new BigDecimal(text.substring(start, at));
    }

    private boolean next(char wanted) {
        boolean there = at < text.length() && text.charAt(at) == wanted;
        at += there ? 1 : 0;
        return there;
    }

    private IllegalArgumentException unreadable() {
        return new IllegalArgumentException("a sum can't be read at place " + at + ": " + text);
    }
}
