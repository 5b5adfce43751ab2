"""promtool's unit tests of the generated alert rules, made from the thresholds that the rules are made from."""
